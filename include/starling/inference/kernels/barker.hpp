// Barker's proposal (Livingstone and Zanella: The Barker proposal: combining robustness and efficiency in gradient-based MCMC, JRSS B 84, 2022):
// a Gaussian step whose elements prefer the uphill sign. Slower than MALA where MALA is tuned well, and much harder to break: light tails and
// wrong scales do not stop it. Best near an acceptance of 0.4.
#pragma once

#include <utility>

#include <starling/inference/kernels/gradient_kernel.hpp>

namespace starling::kernels {

struct barker_options {
  double target_acceptance = 0.4;
  metric_kind metric = metric_kind::fisher_diag_e;
  double step_size = 0;
  std::vector<double> inverse_metric = {};
  start_kind start = start_kind::uniform;
  double initial_radius = 2;
};

class barker : public gradient_kernel {
 public:
  static constexpr const char* name = "barker";
  explicit barker(barker_options o = {})
      : gradient_kernel({.name = name,
                         .transition = gradient_settings::transitions::jump,
                         .metric = o.metric,
                         .target_acceptance = o.target_acceptance,
                         .step_size = o.step_size,
                         .inverse_metric = std::move(o.inverse_metric),
                         .start = o.start,
                         .initial_radius = o.initial_radius}) {}
};

}  // namespace starling::kernels
