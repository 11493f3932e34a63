// What follows a gradient, for a posterior: its free numbers are the target, its choices and notes the draws.
//
//   auto fit = sl::run(sl::kernels::nuts(), post, {}, sl::key(1));
#pragma once

#include <stdexcept>
#include <string>
#include <type_traits>

#include <starling/inference/advi.hpp>
#include <starling/inference/evaluate.hpp>
#include <starling/inference/free_points.hpp>
#include <starling/inference/laplace.hpp>
#include <starling/inference/maximize.hpp>
#include <starling/inference/pathfinder.hpp>
#include <starling/inference/proper_prior.hpp>
#include <starling/inference/result_checks.hpp>
#include <starling/inference/run_gradient.hpp>
#include <starling/inference/run_tempered.hpp>
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
template <class V, class Posterior, class F>
auto with_free_numbers(const Posterior& post, bool notes, F&& f) {
  static_assert(!Posterior::model_type::is_dynamic,
                "gradients need a model whose structure is found once: sl::gen without sl::dynamic. Kernels for dynamic models: drift, regenerate, proposal");
  auto found = find_layout<std::conditional_t<lanes_of<V> == 1, gradient_pack, V>>(post);
  refuse_conditional_choices(*found.structure);
  auto layout = [&] {
    if constexpr (lanes_of<V> > 1) return std::make_shared<const posterior_layout<V>>(std::move(found));
    else return std::make_shared<const posterior_layout<V>>(in_one_lane(found));
  }();
  const unconstrained_posterior<V, Posterior> density(post, std::move(layout));
  auto r = f(density, unconstrained_draws<V, Posterior>(density, notes));
  add_observed(r, post);
  tell_improper(r, density.structure(), density.layout().latents);
  return r;
}

template <class Density>
target target_of(const Density& density) {
  return target::of<typename Density::real>(density);
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

// Chains of nuts, hmc, mala or barker in the lanes of V.
template <class V, class Posterior>
result run_gradient_in(const kernels::gradient_kernel& kernel, const Posterior& post, const run_options& o, const key& k, progress& report,
                       const gradient_start& start = {}) {
  return with_free_numbers<V>(post, o.notes, [&](const auto& density, const auto& draws) {
    const auto starts = starting_numbers(density, start.starts, o.chains, kernel.settings().initial_radius, k);
    return run_gradient(kernel, target_of(density), draws, o, k, report, {.starts = starts, .checkpoint = start.checkpoint});
  });
}

// As run_gradient (which see). A single chain runs in plain numbers, with packs inside vector-valued choices; several run in lanes.
// Throws std::invalid_argument where a latent is not continuous, naming it.
template <class Posterior>
result run(const kernels::gradient_kernel& kernel, const Posterior& post, const run_options& o, const key& k, progress& report,
           const gradient_start& start = {}) {
  return o.is_single() ? run_gradient_in<double>(kernel, post, o, k, report, start) : run_gradient_in<gradient_pack>(kernel, post, o, k, report, start);
}
template <class Posterior>
result run(const kernels::gradient_kernel& kernel, const Posterior& post, const run_options& o, const key& k, const gradient_start& start = {}) {
  progress silent;
  return run(kernel, post, o, k, silent, start);
}

// The prior in the space of a posterior's free numbers.
template <class Density>
struct prior_density {
  const Density& of;
  using real = typename Density::real;
  std::size_t dimension() const { return of.dimension(); }
  real log_density_and_gradient(const real* q, real* gradient) const { return of.log_density_and_gradient(q, gradient, true, density_kind::prior); }
  std::string trouble_at(const double* q) const { return of.trouble_at(q); }
};

// Parallel tempering between the prior and the posterior (run_tempered.hpp); factors belong to the likelihood, as observations do. Throws
// std::invalid_argument where a ladder that ends at 0 meets an improper prior.
template <class Posterior>
result run_tempered(const kernels::gradient_kernel& kernel, const Posterior& post, const tempering_options& t, const run_options& o, const key& k, progress& report) {
  return with_free_numbers<gradient_pack>(post, o.notes, [&](const auto& density, const auto& draws) {
    if (t.ladder.empty() || t.ladder.back() == 0) require_proper_prior<typename std::remove_cvref_t<decltype(density)>::real>(post, density.layout());
    const prior_density<std::remove_cvref_t<decltype(density)>> prior{density};
    return run_tempered(kernel, target_of(density), target_of(prior), draws, t, o, k, report);
  });
}
template <class Posterior>
result run_tempered(const kernels::gradient_kernel& kernel, const Posterior& post, const tempering_options& t, const run_options& o, const key& k) {
  progress silent;
  return run_tempered(kernel, post, t, o, k, silent);
}

// The density of the choices themselves, as a function of their free numbers: what a mode is the mode of.
template <class Density>
struct choices_density {
  const Density& of;
  using real = typename Density::real;
  std::size_t dimension() const { return of.dimension(); }
  real log_density_and_gradient(const real* q, real* gradient) const { return of.log_density_and_gradient(q, gradient, false); }
  std::string trouble_at(const double* q) const { return of.trouble_at(q); }
};

// The mode of p(choices | observations) as the only draw of a result (maximum a posteriori): the best of several searches.
// sample_stats lp: its log density p(choices, observations). Warns where no search converged. `watch` can stop this and what follows (maximize.hpp).
template <class Posterior>
result maximize(const Posterior& post, const maximize_options& o, const key& k, const progress* watch = nullptr) {
  return with_free_numbers<gradient_pack>(post, true, [&](const auto& density, const auto& draws) {
    const choices_density<std::remove_cvref_t<decltype(density)>> choices{density};
    return named_mode(maximize(target_of(choices), o, k, {}, watch).front(), draws);
  });
}

// A normal distribution around the mode of the free numbers (laplace.hpp).
template <class Posterior>
result laplace(const Posterior& post, const laplace_options& o, const key& k, const progress* watch = nullptr) {
  return with_free_numbers<gradient_pack>(post, true, [&](const auto& density, const auto& draws) {
    const target t = target_of(density);
    return laplace(t, maximize(t, {.threads = o.threads}, k.scope(hash_text("mode")), {}, watch).front(), draws, o, k, watch);
  });
}

// Pathfinder (pathfinder.hpp).
template <class Posterior>
result pathfinder(const Posterior& post, const pathfinder_options& o, const key& k, const progress* watch = nullptr) {
  return with_free_numbers<gradient_pack>(post, true, [&](const auto& density, const auto& draws) {
    return pathfinder(target_of(density), draws, o, k, {}, watch);
  });
}

// A normal distribution over the free numbers by variational inference (advi.hpp).
template <class Posterior>
advi_result advi(const Posterior& post, const advi_options& o, const key& k, const progress* watch = nullptr) {
  return with_free_numbers<gradient_pack>(post, true, [&](const auto& density, const auto& draws) { return advi(target_of(density), draws, o, k, watch); });
}

}  // namespace starling
