// What a program asks of a posterior without its model, in the lanes of V.
#pragma once

#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "gradient.hpp"

#include <starling/inference/posterior_program.hpp>

namespace starling {

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

template <class V>
result sample_in(const free_posterior<V>& post, const kernels::gradient_kernel& kernel, const sample_settings& s, progress& watch) {
  const changed_kernel changed(kernel, s.kernel);
  const run_options o = program_options(s);
  result r = with_free_numbers<V>(post, o.notes, [&](const auto& density, const auto& draws) {
    const auto starts = numbers_of_starts(density, draws, s.kernel.starts, s.chains, changed.settings().initial_radius, key(s.seed));
    return run_gradient(changed, target_of(density), draws, o, key(s.seed), watch, {.starts = starts, .checkpoint = s.checkpoint});
  });
  add_seed(r, s.seed);
  return r;
}

template <class V>
result approximate_in(const free_posterior<V>& post, const approximation_settings& s, progress& watch) {
  using methods = approximation_settings::methods;
  const key k(s.seed);
  result r = with_free_numbers<V>(post, true, [&](const auto& density, const auto& draws) -> result {
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
  add_seed(r, s.seed);
  return r;
}

// f(target, names of the free numbers, points), where the command log_prob or diagnose looks.
template <class V, class F>
auto at_points(const free_posterior<V>& post, const point_settings& s, F&& f) {
  const unconstrained_posterior<V, free_posterior<V>> density(post);
  refuse_conditional_choices(density.structure());
  auto points = s.choices.empty() ? s.free : free_points_of_draws(density, s.choices);
  if (points.size() % density.dimension() != 0)
    throw std::invalid_argument("the posterior has " + std::to_string(density.dimension()) + " free numbers, which does not divide the " + std::to_string(points.size()) + " that were given");
  const choices_density<std::remove_cvref_t<decltype(density)>> choices{density};
  return f(s.jacobian ? target_of(density) : target_of(choices), names_of_free_numbers(density), std::move(points));
}
template <class V>
result log_prob_in(const free_posterior<V>& post, const point_settings& s) {
  return at_points<V>(post, s, [&](const target& t, const draw_layout& names, std::vector<double> points) { return log_densities(t, names, points, s.threads); });
}
template <class V>
gradient_test diagnose_in(const free_posterior<V>& post, const point_settings& s) {
  return at_points<V>(post, s, [&](const target& t, const draw_layout& names, std::vector<double> points) {
    if (points.empty()) points.assign(t.dimension(), std::numeric_limits<double>::quiet_NaN());
    points.resize(t.dimension());
    return test_gradient(t, names, std::move(points), s.test, key(s.seed));
  });
}

template <class V>
draws draws_with_notes_in(const free_posterior<V>& post, const draws& of) {
  const unconstrained_posterior<V, free_posterior<V>> density(post);
  refuse_conditional_choices(density.structure());
  return draws_at(unconstrained_draws(density, true), free_points_of_draws(density, of), density.dimension(), of.chains);
}

}  // namespace starling
