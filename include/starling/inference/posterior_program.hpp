// A posterior and its kernel behind the questions that a program asks: sample, importance, simulate, approximations (optimize and its kin), what a fit predicts,
// densities and gradients at points.
#pragma once

#include <starling/inference/importance.hpp>
#include <starling/inference/posterior_gradient.hpp>
#include <starling/inference/predictive.hpp>
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
    s.step_size = c.step_size.value_or(s.step_size);
    s.initial_radius = c.initial_radius.value_or(s.initial_radius);
    s.max_depth = c.max_depth.value_or(s.max_depth);
    s.metric = c.metric.value_or(s.metric);
    s.jitter = c.jitter.value_or(s.jitter);
    s.adapts = s.adapts && !c.keeps_settings;
    if (!(c.windows == kernels::warmup_lengths{})) s.windows = c.windows;
    if (!c.inverse_metric.empty()) s.inverse_metric = c.inverse_metric;
    using transitions = kernels::gradient_settings::transitions;
    const auto become = [&s](const char* name, transitions t) {
      if (s.transition != t) s.target_acceptance = kernels::gradient_settings{}.target_acceptance;
      s.name = name;
      s.transition = t;
    };
    if (c.no_u_turn) become("nuts", transitions::tree);
    if (c.integration_time) become("hmc", transitions::path);
    s.integration_time = c.integration_time.value_or(s.integration_time);
    s.target_acceptance = c.target_acceptance.value_or(s.target_acceptance);
    return s;
  }
};

// Throws std::invalid_argument where a starting point names something that is neither a latent nor a note.
void refuse_unknown_starts(const draws& from, const draw_layout& names);

// Starting points by name as free numbers, `count` of them or one for all; none: none.
template <class Density>
std::vector<double> numbers_of_starts(const Density& density, const draw_view& view, const draws& from, std::size_t count, double radius, const key& k) {
  if (from.empty()) return {};
  refuse_unknown_starts(from, view.layout());
  auto points = free_points_of_draws(density, from, true);
  const std::vector<double> first(points.begin(), points.begin() + static_cast<std::ptrdiff_t>(density.dimension()));
  while (points.size() < count * density.dimension()) points.insert(points.end(), first.begin(), first.end());
  points.resize(count * density.dimension());
  return completed_points(target_of(density), std::move(points), radius, k.scope(hash_text("starts")));
}

template <class G, class Arguments, class Kernel>
result sample_posterior(const posterior<G, Arguments>& post, const Kernel& kernel, const sample_settings& s, progress& watch) {
  const run_options o{.chains = s.chains,
                      .draws = s.draws / s.thin + (s.draws % s.thin != 0),
                      .warmup = s.warmup,
                      .thin = s.thin,
                      .threads = s.threads,
                      .summaries_only = s.summaries_only,
                      .save_warmup = s.save_warmup};
  result r = [&] {
    // A single chain in lanes too: it is the chain that it would be among others.
    if constexpr (std::derived_from<Kernel, kernels::gradient_kernel>) {
      const changed_kernel changed(kernel, s.kernel);
      return with_free_numbers<program_pack<Kernel>>(post, o.notes, [&](const auto& density, const auto& draws) {
        const auto starts = numbers_of_starts(density, draws, s.kernel.starts, s.chains, changed.settings().initial_radius, key(s.seed));
        return run_gradient(changed, target_of(density), draws, o, key(s.seed), watch, {.starts = starts, .checkpoint = s.checkpoint});
      });
    } else {
      if (s.kernel.any() || s.save_warmup)
        throw std::invalid_argument("delta and the other words of adapt, engine, int_time, stepsize, stepsize_jitter, max_depth, metric, metric_file, init and save_warmup are for kernels that follow a gradient (nuts, hmc, mala, barker); this program samples with another");
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

inline constexpr const char* no_gradient_here =
    "optimize, laplace, pathfinder, variational, log_prob and diagnose follow a gradient; this program's kernel says that its model may have none";

// One draw at the mode (optimize), or draws of a normal distribution over the free numbers.
template <class G, class Arguments, class Kernel>
result approximate_posterior(const posterior<G, Arguments>& post, const Kernel&, const approximation_settings& s, progress& watch) {
  using methods = approximation_settings::methods;
  const key k(s.seed);
  if constexpr (std::derived_from<Kernel, kernels::gradient_kernel>) {
    result r = with_free_numbers<program_pack<Kernel>>(post, true, [&](const auto& density, const auto& draws) -> result {
      const target t = target_of(density);
      const auto starts = [&](std::size_t count, double radius) { return numbers_of_starts(density, draws, s.starts, count, radius, k); };
      if (s.method == methods::variational) return advi(t, draws, s.variational, k, &watch);
      if (s.method == methods::pathfinder) return pathfinder(t, draws, s.pathfinder, k, starts(s.pathfinder.paths, s.pathfinder.initial_radius), &watch);
      const auto searches = starts(s.optimize.starts, s.optimize.initial_radius);
      if (s.method == methods::laplace) return laplace(t, maximize(t, s.optimize, k.scope(hash_text("mode")), searches, &watch).front(), draws, s.laplace, k, &watch);
      if (s.jacobian) return named_mode(maximize(t, s.optimize, k, searches, &watch).front(), draws);
      const choices_density<std::remove_cvref_t<decltype(density)>> choices{density};
      return named_mode(maximize(target_of(choices), s.optimize, k, searches, &watch).front(), draws);
    });
    r.attributes.emplace_back("seed", std::to_string(s.seed));
    return r;
  } else {
    throw std::invalid_argument(no_gradient_here);
  }
}

// f(target, names of the free numbers, points), where the command log_prob or diagnose looks.
template <class G, class Arguments, class Kernel, class F>
auto at_points(const posterior<G, Arguments>& post, const Kernel&, const point_settings& s, F&& f) -> std::invoke_result_t<F, const target&, draw_layout, std::vector<double>> {
  if constexpr (std::derived_from<Kernel, kernels::gradient_kernel>) {
    const unconstrained_posterior<program_pack<Kernel>, posterior<G, Arguments>> density(post);
    refuse_conditional_choices(density.structure());
    auto points = s.choices.empty() ? s.free : free_points_of_draws(density, s.choices);
    if (points.size() % density.dimension() != 0)
      throw std::invalid_argument("the posterior has " + std::to_string(density.dimension()) + " free numbers, which does not divide the " + std::to_string(points.size()) + " that were given");
    const choices_density<std::remove_cvref_t<decltype(density)>> choices{density};
    return f(s.jacobian ? target_of(density) : target_of(choices), names_of_free_numbers(density), std::move(points));
  } else {
    throw std::invalid_argument(no_gradient_here);
  }
}
template <class G, class Arguments, class Kernel>
result log_prob_posterior(const posterior<G, Arguments>& post, const Kernel& kernel, const point_settings& s) {
  return at_points(post, kernel, s, [&](const target& t, const draw_layout& names, std::vector<double> points) { return log_densities(t, names, points, s.threads); });
}
template <class G, class Arguments, class Kernel>
gradient_test diagnose_posterior(const posterior<G, Arguments>& post, const Kernel& kernel, const point_settings& s) {
  return at_points(post, kernel, s, [&](const target& t, const draw_layout& names, std::vector<double> points) {
    if (points.empty()) points.assign(t.dimension(), std::numeric_limits<double>::quiet_NaN());
    points.resize(t.dimension());
    return test_gradient(t, names, std::move(points), s.test, key(s.seed));
  });
}

// Adds to a fit what it predicts, and how well: posterior_predictive and log_likelihood. `notes`: the notes are computed anew, as the program has them now.
template <class G, class Arguments, class Kernel>
void predict_posterior(const posterior<G, Arguments>& post, const Kernel&, result& fit, bool notes, std::uint64_t seed) {
  if constexpr (std::derived_from<Kernel, kernels::gradient_kernel>) {
    if (notes) {
      const unconstrained_posterior<program_pack<Kernel>, posterior<G, Arguments>> density(post);
      refuse_conditional_choices(density.structure());
      fit.posterior = draws_at(unconstrained_draws(density, true), free_points_of_draws(density, fit.posterior), density.dimension(), fit.posterior.chains);
    }
  }
  if (fit.observed_data.empty()) fit.observed_data = observed_variables(post.observations());
  if (post.observations().empty()) {
    fit.warnings.push_back("the program observes nothing by name (its data enter by factors or arguments), so there are no predictions and no log likelihood");
    return;
  }
  posterior_predictive(post, fit, key(seed).scope(hash_text("predictions")));
  log_likelihood(post, fit);
}

}  // namespace starling
