// What follows a gradient in the lanes of V, from a posterior without its model.
#pragma once

#include <starling/inference/evaluate.hpp>
#include <starling/inference/free_points.hpp>
#include <starling/inference/posterior_gradient.hpp>
#include <starling/inference/proper_prior.hpp>
#include <starling/inference/result_checks.hpp>
#include <starling/inference/unconstrained_draws.hpp>

namespace starling {

// A choice that is not there has no density: its free numbers would wander off, and a chain that comes back would not have the posterior.
inline void refuse_conditional_choices(const schema& structure) {
  for (std::uint32_t k = 0; k < structure.sites().size(); ++k)
    if (structure.sites()[k].is_choice() && structure.sites()[k].is_conditional())
      throw std::invalid_argument("the choice at " + structure.path_of(k).str() +
                                  " exists only under a condition: kernels that follow a gradient move a fixed set of choices. Use drift or regenerate, which change branches, "
                                  "or sum the branches out");
}

// f(density, draws), a result (or what derives from it): from the posterior as a target's object for the lanes of V, and the view of its points. Adds the observed data.
template <class V, class Erased, class F>
auto with_free_numbers(const Erased& post, bool notes, F&& f) {
  auto found = find_layout<std::conditional_t<lanes_of<V> == 1, gradient_pack, V>>(post);
  refuse_conditional_choices(*found.structure);
  auto layout = [&] {
    if constexpr (lanes_of<V> > 1) return std::make_shared<const posterior_layout<V>>(std::move(found));
    else return std::make_shared<const posterior_layout<V>>(in_one_lane(found));
  }();
  const unconstrained_posterior<V, Erased> density(post, std::move(layout));
  auto r = f(density, unconstrained_draws<V, Erased>(density, notes));
  add_observed(r, post);
  tell_improper(r, density.structure(), density.layout().latents);
  return r;
}

// The free numbers of starting points, [search or chain][number]; none where none are given. One point stands for all; what it leaves out is drawn.
template <class Density>
std::vector<double> starting_numbers(const Density& density, const starting_points& starts, std::size_t count, double radius, const key& k) {
  if (starts.maps.empty()) return {starts.numbers.begin(), starts.numbers.end()};
  if (starts.maps.size() != 1 && starts.maps.size() != count)
    throw std::invalid_argument("there are " + std::to_string(starts.maps.size()) + " starting points for " + std::to_string(count) + " chains: give one a chain, or one for all");
  std::vector<choice_map> all;
  for (std::size_t c = 0; c < count; ++c) all.push_back(starts.maps[starts.maps.size() == 1 ? 0 : c]);
  return completed_points(target_of(density), free_points_of_maps(density, all), radius, k.scope(hash_text("starts")));
}

template <class V>
result run_gradient_in(const kernels::gradient_kernel& kernel, const free_posterior<V>& post, const run_options& o, const key& k, progress& report, const gradient_start& start) {
  return with_free_numbers<V>(post, o.notes, [&](const auto& density, const auto& draws) {
    const auto starts = starting_numbers(density, start.starts, o.chains, kernel.settings().initial_radius, k);
    return run_gradient(kernel, target_of(density), draws, o, k, report, {.starts = starts, .checkpoint = start.checkpoint});
  });
}

template <class V>
result run_tempered_in(const kernels::gradient_kernel& kernel, const tempered_posterior<V>& post, const tempering_options& t, const run_options& o, const key& k, progress& report) {
  return with_free_numbers<V>(post, o.notes, [&](const auto& density, const auto& draws) {
    if (t.ladder.empty() || t.ladder.back() == 0) require_proper_prior<V>(post, density.layout());
    const prior_density<std::remove_cvref_t<decltype(density)>> prior{density};
    return run_tempered(kernel, target_of(density), target_of(prior), draws, t, o, k, report);
  });
}

template <class V>
result maximize_in(const free_posterior<V>& post, const maximize_options& o, const key& k, const progress* watch) {
  return with_free_numbers<V>(post, true, [&](const auto& density, const auto& draws) {
    const choices_density<std::remove_cvref_t<decltype(density)>> choices{density};
    return named_mode(maximize(target_of(choices), o, k, {}, watch).front(), draws);
  });
}

template <class V>
result laplace_in(const free_posterior<V>& post, const laplace_options& o, const key& k, const progress* watch) {
  return with_free_numbers<V>(post, true, [&](const auto& density, const auto& draws) {
    const target t = target_of(density);
    return laplace(t, maximize(t, {.threads = o.threads}, k.scope(hash_text("mode")), {}, watch).front(), draws, o, k, watch);
  });
}

template <class V>
result pathfinder_in(const free_posterior<V>& post, const pathfinder_options& o, const key& k, const progress* watch) {
  return with_free_numbers<V>(post, true, [&](const auto& density, const auto& draws) { return pathfinder(target_of(density), draws, o, k, {}, watch); });
}

template <class V>
advi_result advi_in(const free_posterior<V>& post, const advi_options& o, const key& k, const progress* watch) {
  return with_free_numbers<V>(post, true, [&](const auto& density, const auto& draws) { return advi(target_of(density), draws, o, k, watch); });
}

}  // namespace starling
