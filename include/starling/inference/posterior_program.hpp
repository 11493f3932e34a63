// A posterior and its kernel behind the questions that a program asks: sample, importance, simulate, and approximations (optimize and its kin).
#pragma once

#include <starling/inference/importance.hpp>
#include <starling/inference/posterior_gradient.hpp>
#include <starling/inference/run.hpp>
#include <starling/inference/settings.hpp>

namespace starling {

// All that a program does runs in packs of one width: it compiles faster.
template <class Kernel>
using program_pack = std::conditional_t<std::derived_from<Kernel, kernels::gradient_kernel>, gradient_pack, native_pack<double>>;

// A kernel that follows a gradient, with what the command line changes.
class changed_kernel : public kernels::gradient_kernel {
 public:
  changed_kernel(const kernels::gradient_kernel& kernel, const kernel_changes& c) : gradient_kernel(changed(kernel.settings(), c)) {}

 private:
  static kernels::gradient_settings changed(kernels::gradient_settings s, const kernel_changes& c) {
    s.target_acceptance = c.target_acceptance.value_or(s.target_acceptance);
    s.step_size = c.step_size.value_or(s.step_size);
    s.initial_radius = c.initial_radius.value_or(s.initial_radius);
    s.max_depth = c.max_depth.value_or(s.max_depth);
    s.metric = c.metric.value_or(s.metric);
    return s;
  }
};

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
    if constexpr (std::derived_from<Kernel, kernels::gradient_kernel>) {
      return run_gradient_in<program_pack<Kernel>>(changed_kernel(kernel, s.kernel), post, o, key(s.seed), watch, {.checkpoint = s.checkpoint});
    } else {
      if (s.kernel.any())
        throw std::invalid_argument("delta, stepsize, max_depth, metric and init are for kernels that follow a gradient (nuts, hmc, mala, barker); this program samples with another");
      return run(kernel, post, o, key(s.seed), watch, {.checkpoint = s.checkpoint});
    }
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

// One draw at the mode (optimize), or draws of a normal distribution over the free numbers.
template <class G, class Arguments, class Kernel>
result approximate_posterior(const posterior<G, Arguments>& post, const Kernel&, const approximation_settings& s, progress& watch) {
  using methods = approximation_settings::methods;
  const key k(s.seed);
  if constexpr (std::derived_from<Kernel, kernels::gradient_kernel>) {
    result r = with_free_numbers<program_pack<Kernel>>(post, true, [&](const auto& density, const auto& draws) -> result {
      const target t = target_of(density);
      if (s.method == methods::variational) return advi(t, draws, s.variational, k, &watch);
      if (s.method == methods::pathfinder) return pathfinder(t, draws, s.pathfinder, k, {}, &watch);
      if (s.method == methods::laplace) return laplace(t, maximize(t, s.optimize, k.scope(hash_text("mode")), {}, &watch).front(), draws, s.laplace, k, &watch);
      if (s.jacobian) return named_mode(maximize(t, s.optimize, k, {}, &watch).front(), draws);
      const choices_density<std::remove_cvref_t<decltype(density)>> choices{density};
      return named_mode(maximize(target_of(choices), s.optimize, k, {}, &watch).front(), draws);
    });
    r.attributes.emplace_back("seed", std::to_string(s.seed));
    return r;
  } else {
    throw std::invalid_argument("optimize, laplace, pathfinder and variational follow a gradient; this program's kernel says that its model may have none");
  }
}

}  // namespace starling
