// Hamiltonian Monte Carlo with a fixed number of leapfrog steps (Duane et al. 1987; Neal 2011). With jitter j the step size of each
// trajectory is uniform on h (1 − j) … h (1 + j), which breaks resonances. With an integration time T a trajectory has T / h steps, rounded down (at least
// one), as Stan's static HMC has with T = 2π.
#pragma once

#include <utility>

#include <starling/inference/kernels/gradient_kernel.hpp>

namespace starling::kernels {

struct hmc_options {
  std::size_t steps = 10;
  double jitter = 0;  // 0 … 1
  double target_acceptance = 0.8;
  metric_kind metric = metric_kind::fisher_diag_e;
  double step_size = 0;
  std::vector<double> inverse_metric = {};
  double max_energy_error = 1000;
  start_kind start = start_kind::uniform;
  double initial_radius = 2;
  double integration_time = 0;     // above 0: in place of `steps`
  warmup_lengths windows = {};     // of diag_e and dense_e
};

class hmc : public gradient_kernel {
 public:
  static constexpr const char* name = "hmc";
  explicit hmc(hmc_options o = {})
      : gradient_kernel({.name = name,
                         .transition = gradient_settings::transitions::path,
                         .metric = o.metric,
                         .target_acceptance = o.target_acceptance,
                         .step_size = o.step_size,
                         .inverse_metric = std::move(o.inverse_metric),
                         .max_energy_error = o.max_energy_error,
                         .start = o.start,
                         .initial_radius = o.initial_radius,
                         .steps = o.steps,
                         .jitter = o.jitter,
                         .integration_time = o.integration_time,
                         .windows = o.windows}) {}
};

}  // namespace starling::kernels
