// Steps of a gradient kernel one at a time: how nuts, hmc, mala and barker take part in cycles, mixtures and Gibbs sampling.
#pragma once

#include <memory>

#include <starling/inference/archive.hpp>
#include <starling/inference/kernels/gradient_kernel.hpp>
#include <starling/inference/progress.hpp>
#include <starling/inference/target.hpp>
#include <starling/random/key.hpp>

namespace starling {

struct gradient_step_info {
  double acceptance_rate, n_steps;
  bool diverging;
};

// Chains first_chain, first_chain + 1, … in as many lanes as the target has, all at the end of the same step: lanes whose trajectory is short wait
// for the others. `warmup` is how many steps adapt, which they do as in run_gradient. Throws std::invalid_argument for an inverse_metric that does
// not fit.
class gradient_steps {
 public:
  gradient_steps(const kernels::gradient_kernel& kernel, std::size_t dimension, std::size_t lanes, std::size_t first_chain, std::size_t warmup);
  gradient_steps(gradient_steps&&) noexcept;
  gradient_steps& operator=(gradient_steps&&) noexcept;
  ~gradient_steps();

  // One transition of every lane, from q[lane][0 … d−1], which is replaced by where it ends. The density may be another one at each step, as a
  // conditional is; it is asked for at q first. A lane where it is −∞ at q stays. Writes info[lane].
  // Allocates nothing once the warm-up is over. `watch`, where there is one, is asked several times a second: false where it stopped the step, in the middle of
  // which all are then.
  bool step(const key& k, const target& density, double* const* q, gradient_step_info* info, const progress* watch = nullptr);
  // Nothing adapts from here on, as if the warm-up had been as long as it was so far: where steps were left out.
  void end_warmup();
  // Between steps.
  void archive(archive_writer& a);
  void archive(archive_reader& a);

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace starling
