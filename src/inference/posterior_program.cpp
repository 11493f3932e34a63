#include <starling/inference/posterior_program.hpp>

#include <stdexcept>
#include <string>

#include <starling/inference/predictive_checks.hpp>

namespace starling {

run_options program_options(const sample_settings& s) {
  return {.chains = s.chains,
          .draws = s.draws / s.thin + (s.draws % s.thin != 0),
          .warmup = s.warmup,
          .thin = s.thin,
          .threads = s.threads,
          .summaries_only = s.summaries_only,
          .save_warmup = s.save_warmup};
}

void add_seed(result& r, std::uint64_t seed) { r.attributes.emplace_back("seed", std::to_string(seed)); }

void refuse_gradient_settings(const sample_settings& s) {
  if (s.kernel.any() || s.save_warmup)
    throw std::invalid_argument("delta and the other words of adapt, engine, int_time, stepsize, stepsize_jitter, max_depth, metric, metric_file, init and save_warmup are for kernels that follow a gradient (nuts, hmc, mala, barker); this program samples with another");
}

void refuse_without_gradient() {
  throw std::invalid_argument("optimize, laplace, pathfinder, variational, log_prob and diagnose follow a gradient; this program's kernel says that its model may have none");
}

void finish_simulation(result& r, const choice_map& observations, std::uint64_t seed) {
  r.log_weights.clear();
  r.ess.reset();
  r.log_evidence.reset();
  r.observed_data = observed_variables(observations);
  r.attributes = {{"method", "simulation from the prior"}, {"seed", std::to_string(seed)}};
  split_predictive(r, observations);
}

bool observes_by_name(result& fit, const choice_map& observations) {
  if (fit.observed_data.empty()) fit.observed_data = observed_variables(observations);
  if (observations.empty()) fit.warnings.push_back("the program observes nothing by name (its data enter by factors or arguments), so there are no predictions and no log likelihood");
  return !observations.empty();
}

}  // namespace starling
