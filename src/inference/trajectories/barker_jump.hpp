// Barker's proposal (Livingstone and Zanella: The Barker proposal, JRSS B 84, 2022), preconditioned: with w ~ normal(0, h² I) and the whitened
// gradient c = Lᵀ ∇ log π(q), element i of w keeps its sign with probability 1 / (1 + exp(−w_i c_i)), else turns it; q' = q + L w.
// log acceptance ratio = log π(q') − log π(q) + Σ log1p(exp(−w_i c_i)) − log1p(exp(w_i c'_i)).
// It asks less of the step size than MALA does where scales differ, and of gradients that explode.
#pragma once

#include "inference/trajectories/transition.hpp"

namespace starling::trajectories {

class barker_jump {
 public:
  struct settings {};

  barker_jump(std::size_t d, const settings& s);

  chain_state& state() { return state_; }
  void begin(const metric& m, double step_size, const stream<double>& numbers);
  const double* point() const { return proposed_.q; }
  double* gradient() { return proposed_.g; }
  bool receive(double log_density);
  const transition_info& info() const { return info_; }

 private:
  std::size_t d_, n_;
  arrays memory_;
  chain_state state_, proposed_;
  double *w_, *slope_, *step_;
  double correction_ = 0;  // Σ log1p(exp(−w_i c_i))
  stream<double> numbers_{key(0)};
  const metric* metric_ = nullptr;
  transition_info info_;
};

}  // namespace starling::trajectories
