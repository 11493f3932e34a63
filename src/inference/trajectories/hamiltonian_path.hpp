// Hamiltonian Monte Carlo's transition with a fixed number of steps, or for a fixed time (Duane et al. 1987; Neal 2011): the end of the path is accepted with
// probability min(1, exp(H₀ − H)). The step size may be jittered: h (1 + jitter (2u − 1)). One step is MALA with a preconditioner
// (Roberts and Tweedie 1996): q' = q + h²/2 M⁻¹ ∇ log π(q) + h M^(−½) z.
#pragma once

#include "inference/trajectories/transition.hpp"

namespace starling::trajectories {

class hamiltonian_path {
 public:
  struct settings {
    std::size_t steps = 10;
    double jitter = 0;
    double max_energy_error = 1000;
    double integration_time = 0;  // above 0: this by the step size (before jitter), rounded down, at least 1, in place of `steps`
  };

  hamiltonian_path(std::size_t d, const settings& s);

  chain_state& state() { return state_; }
  void begin(const metric& m, double step_size, const stream<double>& numbers);
  const double* point() const { return z_.q; }
  double* gradient() { return z_.g; }
  bool receive(double log_density);
  const transition_info& info() const { return info_; }

 private:
  settings settings_;
  std::size_t d_, n_;
  double steps_ = 0;
  arrays memory_;
  chain_state state_;
  phase_point z_;
  double* spare_;
  stream<double> numbers_{key(0)};
  const metric* metric_ = nullptr;
  double initial_energy_ = 0;
  transition_info info_;
};

}  // namespace starling::trajectories
