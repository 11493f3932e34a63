// A posterior and its kernel behind the questions that a program asks: sample, importance, simulate, approximations (optimize and its kin), what a fit predicts,
// densities and gradients at points. What works on posteriors without their model is compiled in the library (src/inference/lanes/program.hpp).
#pragma once

#include <concepts>
#include <stdexcept>
#include <type_traits>

#include <starling/inference/evaluate.hpp>
#include <starling/inference/importance.hpp>
#include <starling/inference/posterior_gradient.hpp>
#include <starling/inference/predictive.hpp>
#include <starling/inference/run.hpp>
#include <starling/inference/settings.hpp>

namespace starling {

// All that a program does runs in packs of one width: it compiles faster.
template <class Kernel>
using program_pack = std::conditional_t<std::derived_from<Kernel, kernels::gradient_kernel>, gradient_pack, native_pack<double>>;

// Throws std::invalid_argument where a starting point names something that is neither a latent nor a note.
void refuse_unknown_starts(const draws& from, const draw_layout& names);
run_options program_options(const sample_settings& s);
void add_seed(result& r, std::uint64_t seed);
// Throws for what only kernels that follow a gradient have.
void refuse_gradient_settings(const sample_settings& s);
[[noreturn]] void refuse_without_gradient();
// Of draws from the prior as importance sampling gives them: latents and notes, and, of what would be observed, predictions.
void finish_simulation(result& r, const choice_map& observations, std::uint64_t seed);
// Fills in the observed data. Whether there are some by name; a warning where there are none.
bool observes_by_name(result& fit, const choice_map& observations);

template <class V>
result sample_in(const free_posterior<V>& post, const kernels::gradient_kernel& kernel, const sample_settings& s, progress& watch);
template <class V>
result approximate_in(const free_posterior<V>& post, const approximation_settings& s, progress& watch);
template <class V>
result log_prob_in(const free_posterior<V>& post, const point_settings& s);
template <class V>
gradient_test diagnose_in(const free_posterior<V>& post, const point_settings& s);
// The draws of a fit with the notes as the program has them now.
template <class V>
draws draws_with_notes_in(const free_posterior<V>& post, const draws& of);

template <class G, class Arguments, class Kernel>
result sample_posterior(const posterior<G, Arguments>& post, const Kernel& kernel, const sample_settings& s, progress& watch) {
  // A single chain in lanes too: it is the chain that it would be among others.
  if constexpr (std::derived_from<Kernel, kernels::gradient_kernel>) {
    return sample_in<gradient_pack>(freed<gradient_pack>(post), kernel, s, watch);
  } else {
    refuse_gradient_settings(s);
    result r = run(kernel, post, program_options(s), key(s.seed), watch, {.checkpoint = s.checkpoint});
    add_seed(r, s.seed);
    return r;
  }
}

template <class G, class Arguments, class Kernel>
result importance_posterior(const posterior<G, Arguments>& post, const Kernel&, const importance_settings& s, progress& watch) {
  result r = importance_in<program_pack<Kernel>>(post, s.particles, {.threads = s.threads, .summaries_only = s.summaries_only}, key(s.seed), watch);
  add_seed(r, s.seed);
  return r;
}

// Draws of everything from the model: latents and notes as prior draws, what would be observed as prior predictive ones.
template <class G, class Arguments, class Kernel>
result simulate_posterior(const posterior<G, Arguments>& post, const Kernel&, const simulate_settings& s, progress& watch) {
  result r = importance_in<program_pack<Kernel>>(posterior(post.model(), post.args(), choice_map()), s.draws, {.threads = s.threads}, key(s.seed), watch);
  finish_simulation(r, post.observations(), s.seed);
  return r;
}

// One draw at the mode (optimize), or draws of a normal distribution over the free numbers.
template <class G, class Arguments, class Kernel>
result approximate_posterior(const posterior<G, Arguments>& post, const Kernel&, const approximation_settings& s, progress& watch) {
  if constexpr (std::derived_from<Kernel, kernels::gradient_kernel>) return approximate_in<gradient_pack>(freed<gradient_pack>(post), s, watch);
  else refuse_without_gradient();
}
template <class G, class Arguments, class Kernel>
result log_prob_posterior(const posterior<G, Arguments>& post, const Kernel&, const point_settings& s) {
  if constexpr (std::derived_from<Kernel, kernels::gradient_kernel>) return log_prob_in<gradient_pack>(freed<gradient_pack>(post), s);
  else refuse_without_gradient();
}
template <class G, class Arguments, class Kernel>
gradient_test diagnose_posterior(const posterior<G, Arguments>& post, const Kernel&, const point_settings& s) {
  if constexpr (std::derived_from<Kernel, kernels::gradient_kernel>) return diagnose_in<gradient_pack>(freed<gradient_pack>(post), s);
  else refuse_without_gradient();
}

// Adds to a fit what it predicts, and how well: posterior_predictive and log_likelihood. `notes`: the notes are computed anew, as the program has them now.
template <class G, class Arguments, class Kernel>
void predict_posterior(const posterior<G, Arguments>& post, const Kernel&, result& fit, bool notes, std::uint64_t seed) {
  if constexpr (std::derived_from<Kernel, kernels::gradient_kernel>)
    if (notes) fit.posterior = draws_with_notes_in<gradient_pack>(freed<gradient_pack>(post), fit.posterior);
  if (!observes_by_name(fit, post.observations())) return;
  posterior_predictive(post, fit, key(seed).scope(hash_text("predictions")));
  log_likelihood(post, fit);
}

}  // namespace starling
