// How the trajectories of kernels that follow a gradient ended, in a run of kernels made of kernels.
#pragma once

#include <cstddef>

namespace starling::kernels {

struct trajectory_counts {
  std::size_t steps = 0, diverging = 0, saturated = 0;

  trajectory_counts& operator+=(const trajectory_counts& o) {
    steps += o.steps;
    diverging += o.diverging;
    saturated += o.saturated;
    return *this;
  }
};

// Of a kernel and what it keeps of a block of chains; none where it follows no gradient.
template <class Kernel, class State>
trajectory_counts trajectories_of(const Kernel& kernel, const State& state) {
  if constexpr (requires { kernel.trajectories(state); }) return kernel.trajectories(state);
  else return {};
}

}  // namespace starling::kernels
