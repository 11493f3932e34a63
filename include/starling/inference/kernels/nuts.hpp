// The no-U-turn sampler (Hoffman and Gelman 2014; Betancourt 2017): trajectories as long as they go on straight, a state drawn from them by
// weight. Stan's algorithm: multinomial, the generalised criterion with the checks between subtrees.
#pragma once

#include <utility>

#include <starling/inference/kernels/gradient_kernel.hpp>

namespace starling::kernels {

struct nuts_options {
  double target_acceptance = 0.8;
  int max_depth = 10;  // at most 2^max_depth − 1 gradients a step
  metric_kind metric = metric_kind::low_rank_e;
  double step_size = 0;
  std::vector<double> inverse_metric = {};
  double max_energy_error = 1000;
  start_kind start = start_kind::uniform;
  double initial_radius = 2;
  double jitter = 0;               // 0 … 1: the step size of each trajectory is uniform on h (1 − jitter) … h (1 + jitter)
  warmup_lengths windows = {};     // of diag_e and dense_e
};

class nuts : public gradient_kernel {
 public:
  static constexpr const char* name = "nuts";
  explicit nuts(nuts_options o = {})
      : gradient_kernel({.name = name,
                         .transition = gradient_settings::transitions::tree,
                         .metric = o.metric,
                         .target_acceptance = o.target_acceptance,
                         .step_size = o.step_size,
                         .inverse_metric = std::move(o.inverse_metric),
                         .max_energy_error = o.max_energy_error,
                         .start = o.start,
                         .initial_radius = o.initial_radius,
                         .max_depth = o.max_depth,
                         .jitter = o.jitter,
                         .windows = o.windows}) {}
};

}  // namespace starling::kernels
