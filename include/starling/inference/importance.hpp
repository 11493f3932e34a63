// Importance sampling from the model: particles drawn from it with the observations in place, weighted by their density.
//
//   log Ẑ = log (1/N) Σ wᵢ   estimates the evidence p(observations);  ESS = (Σ w)² / Σ w².
#pragma once

#include <limits>
#include <vector>

#include <starling/inference/draw_layout.hpp>
#include <starling/inference/erased_posterior.hpp>
#include <starling/inference/importance_dynamic.hpp>
#include <starling/inference/posterior_layout.hpp>
#include <starling/inference/progress.hpp>
#include <starling/values/counts.hpp>

namespace starling {

struct importance_options {
  std::size_t threads = 0;      // 0: all cores
  bool summaries_only = false;  // keep no particles: evidence, ESS, means and standard deviations only
  bool notes = true;            // record notes too (with particles only)
};

// Weighted sums over particles, relative to exp(top): what a part of the particles contributes, and how parts join.
struct weighted_sums {
  double top = -std::numeric_limits<double>::infinity();
  double weight = 0, weight_squared = 0;
  std::vector<double> first, second;  // Σ w x, Σ w x² around `origin`, a number a slot
  void merge(const weighted_sums& other);
};

// Fills in evidence, ESS and warnings; summaries from sums taken around `origin`. `particles` of `wanted` were drawn: fewer after an interruption.
void finish_importance(result& r, const choice_map& observations, const weighted_sums& total, std::size_t particles, std::size_t wanted, const std::vector<double>& origin,
                       const draw_layout& layout, bool summaries_only, const std::string& trouble = {});
// After an interruption: of parts of `part_lanes` particles each, the first drawn[part] are there; they move together, and `draws` are as many.
void keep_drawn(const std::vector<std::size_t>& drawn, std::size_t part_lanes, result& r);

// The quick run of a body, in which nothing is examined: it makes its handler where the body is, so that what stands in it can stay in registers.
template <class V>
struct quick_run {
  const schema& structure;
  const key& k;
  tile<V> numbers;
  const run_place& place;
  const site_plan& plan;
  V* const* standing;
  V weight = V(0);

  template <class Posterior>
  void under(const Posterior& post) {
    const arena_scope scope;
    frozen_walk walk(structure);
    stream<V> drawn(k.scope(path::root_hash), place.first_lane);
    quick_following_handler<V> h(walk, k, drawn, numbers, place, plan, standing);
    post.run(h);
    weight = h.weight();
  }
};
template <class V>
using particle_posterior = erased_posterior<deciding_handler<V>, quick_run<V>>;

// Compiled in the library (src/inference/lanes/importance.hpp), for native packs and gradient_pack.
template <class V>
result importance_in_lanes(const particle_posterior<V>& post, std::size_t n, const importance_options& o, const key& k, progress& report);

// In packs V; a dynamic model one by one.
template <class V, class Posterior>
result importance_in(const Posterior& post, std::size_t n, const importance_options& o, const key& k, progress& report) {
  require_count("importance", "the number of particles", n, 1, largest_lanes);
  if constexpr (Posterior::model_type::is_dynamic) return importance_dynamic(post, n, o, k, report);
  else return importance_in_lanes<V>(particle_posterior<V>(post), n, o, k, report);
}

// n particles of the posterior with their weights, evidence and ESS; those of a dynamic model run one by one, on doubles. Throws
// std::invalid_argument for observations that the model does not have, std::logic_error where a latent is improper, std::runtime_error
// where every weight is 0.
// T: double, or float for twice the lanes.
template <class T = double, class Posterior>
result importance(const Posterior& post, std::size_t n, const importance_options& o, const key& k, progress& report) {
  return importance_in<native_pack<T>>(post, n, o, k, report);
}
template <class T = double, class Posterior>
result importance(const Posterior& post, std::size_t n, const importance_options& o, const key& k) {
  progress silent;
  return importance<T>(post, n, o, k, silent);
}
template <class T = double, class Posterior>
result importance(const Posterior& post, std::size_t n, const key& k) {
  return importance<T>(post, n, importance_options{}, k);
}

}  // namespace starling
