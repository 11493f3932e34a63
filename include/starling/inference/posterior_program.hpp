// A posterior and its kernel behind the three questions that a program asks: sample, importance, simulate.
#pragma once

#include <starling/inference/importance.hpp>
#include <starling/inference/posterior_gradient.hpp>
#include <starling/inference/run.hpp>
#include <starling/inference/settings.hpp>

namespace starling {

// All that a program does runs in packs of one width: it compiles faster.
template <class Kernel>
using program_pack = std::conditional_t<std::derived_from<Kernel, kernels::gradient_kernel>, gradient_pack, native_pack<double>>;

template <class G, class Arguments, class Kernel>
result sample_posterior(const posterior<G, Arguments>& post, const Kernel& kernel, const sample_settings& s, progress& watch) {
  const run_options o{.chains = s.chains,
                      .draws = s.draws / s.thin + (s.draws % s.thin != 0),
                      .warmup = s.warmup,
                      .thin = s.thin,
                      .threads = s.threads,
                      .summaries_only = s.summaries_only};
  result r = [&] {
    // A single chain in lanes too: it is the chain that it would be among others.
    if constexpr (std::derived_from<Kernel, kernels::gradient_kernel>) return run_gradient_in<program_pack<Kernel>>(kernel, post, o, key(s.seed), watch, {.checkpoint = s.checkpoint});
    else return run(kernel, post, o, key(s.seed), watch, {.checkpoint = s.checkpoint});
  }();
  r.attributes.emplace_back("seed", std::to_string(s.seed));
  return r;
}

template <class G, class Arguments, class Kernel>
result importance_posterior(const posterior<G, Arguments>& post, const Kernel&, const importance_settings& s, progress& watch) {
  result r = importance_in<program_pack<Kernel>>(post, s.particles, {.threads = s.threads, .summaries_only = s.summaries_only}, key(s.seed), watch);
  r.attributes.emplace_back("seed", std::to_string(s.seed));
  return r;
}

// Draws of everything from the model: latents and notes as prior draws, what would be observed as prior predictive ones.
template <class G, class Arguments, class Kernel>
result simulate_posterior(const posterior<G, Arguments>& post, const Kernel&, const simulate_settings& s, progress& watch) {
  result r = importance_in<program_pack<Kernel>>(posterior(post.model(), post.args(), choice_map()), s.draws, {.threads = s.threads}, key(s.seed), watch);
  r.log_weights.clear();
  r.ess.reset();
  r.log_evidence.reset();
  r.observed_data = observed_variables(post.observations());
  r.attributes = {{"method", "simulation from the prior"}, {"seed", std::to_string(s.seed)}};
  split_predictive(r, post.observations());
  return r;
}

}  // namespace starling
