// The Metropolis-adjusted Langevin algorithm (Roberts and Tweedie 1996), preconditioned: q' ~ normal(q + h²/2 M⁻¹ ∇ log π(q), h² M⁻¹), accepted
// by Metropolis and Hastings' rule. It is HMC with one leapfrog step, and is run as that. Best near an acceptance of 0.574.
#pragma once

#include <utility>

#include <starling/inference/kernels/gradient_kernel.hpp>

namespace starling::kernels {

struct mala_options {
  double target_acceptance = 0.574;
  metric_kind metric = metric_kind::fisher_diag_e;
  double step_size = 0;
  std::vector<double> inverse_metric = {};
  start_kind start = start_kind::uniform;
  double initial_radius = 2;
};

class mala : public gradient_kernel {
 public:
  static constexpr const char* name = "mala";
  explicit mala(mala_options o = {})
      : gradient_kernel({.name = name,
                         .transition = gradient_settings::transitions::path,
                         .metric = o.metric,
                         .target_acceptance = o.target_acceptance,
                         .step_size = o.step_size,
                         .inverse_metric = std::move(o.inverse_metric),
                         .start = o.start,
                         .initial_radius = o.initial_radius,
                         .steps = 1}) {}
};

}  // namespace starling::kernels
