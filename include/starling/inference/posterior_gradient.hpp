// What follows a gradient, for a posterior: its free numbers are the target, its choices and notes the draws.
//
//   auto fit = sl::run(sl::kernels::nuts(), post, {}, sl::key(1));
//
// Only the body is compiled in the program, under the handlers of free_posterior; the functions whose names end in _in are compiled in the library
// (src/inference/lanes/gradient.hpp), for one lane and for gradient_pack.
#pragma once

#include <type_traits>

#include <starling/inference/advi.hpp>
#include <starling/inference/erased_posterior.hpp>
#include <starling/inference/free_handlers.hpp>
#include <starling/inference/laplace.hpp>
#include <starling/inference/maximize.hpp>
#include <starling/inference/pathfinder.hpp>
#include <starling/inference/posterior_layout.hpp>
#include <starling/inference/run_gradient.hpp>
#include <starling/inference/run_tempered.hpp>

namespace starling {

// A posterior whose body runs on free numbers in the lanes of V. One lane finds its structure in packs: the body is not compiled once more for that.
template <class V>
using free_posterior = erased_posterior<deciding_handler<std::conditional_t<lanes_of<V> == 1, gradient_pack, V>>, free_handler<V>, free_handler<adjoint<V>>>;
// One whose prior can be drawn from as well.
template <class V>
using tempered_posterior = erased_posterior<deciding_handler<V>, free_handler<V>, free_handler<adjoint<V>>, following_handler<V>>;

template <class Posterior>
concept has_one_structure = !Posterior::model_type::is_dynamic;
template <class V, class Posterior>
free_posterior<V> freed(const Posterior& post) {
  static_assert(has_one_structure<Posterior>,
                "gradients need a model whose structure is found once: sl::gen without sl::dynamic. Kernels for dynamic models: drift, regenerate, proposal");
  return free_posterior<V>(post);
}

// Chains of nuts, hmc, mala or barker in the lanes of V.
template <class V>
result run_gradient_in(const kernels::gradient_kernel& kernel, const free_posterior<V>& post, const run_options& o, const key& k, progress& report,
                       const gradient_start& start = {});
template <class V>
result run_tempered_in(const kernels::gradient_kernel& kernel, const tempered_posterior<V>& post, const tempering_options& t, const run_options& o, const key& k, progress& report);
template <class V>
result maximize_in(const free_posterior<V>& post, const maximize_options& o, const key& k, const progress* watch);
template <class V>
result laplace_in(const free_posterior<V>& post, const laplace_options& o, const key& k, const progress* watch);
template <class V>
result pathfinder_in(const free_posterior<V>& post, const pathfinder_options& o, const key& k, const progress* watch);
template <class V>
advi_result advi_in(const free_posterior<V>& post, const advi_options& o, const key& k, const progress* watch);

// As run_gradient (which see). A single chain runs in plain numbers, with packs inside vector-valued choices; several run in lanes.
// Throws std::invalid_argument where a latent is not continuous, naming it.
template <class Posterior>
result run(const kernels::gradient_kernel& kernel, const Posterior& post, const run_options& o, const key& k, progress& report,
           const gradient_start& start = {}) {
  return o.is_single() ? run_gradient_in<double>(kernel, freed<double>(post), o, k, report, start)
                       : run_gradient_in<gradient_pack>(kernel, freed<gradient_pack>(post), o, k, report, start);
}
template <class Posterior>
result run(const kernels::gradient_kernel& kernel, const Posterior& post, const run_options& o, const key& k, const gradient_start& start = {}) {
  progress silent;
  return run(kernel, post, o, k, silent, start);
}

// Parallel tempering between the prior and the posterior (run_tempered.hpp); factors belong to the likelihood, as observations do. Throws
// std::invalid_argument where a ladder that ends at 0 meets an improper prior.
template <class Posterior>
result run_tempered(const kernels::gradient_kernel& kernel, const Posterior& post, const tempering_options& t, const run_options& o, const key& k, progress& report) {
  static_assert(has_one_structure<Posterior>, "gradients need a model whose structure is found once: sl::gen without sl::dynamic");
  return run_tempered_in<gradient_pack>(kernel, tempered_posterior<gradient_pack>(post), t, o, k, report);
}
template <class Posterior>
result run_tempered(const kernels::gradient_kernel& kernel, const Posterior& post, const tempering_options& t, const run_options& o, const key& k) {
  progress silent;
  return run_tempered(kernel, post, t, o, k, silent);
}

// The mode of p(choices | observations) as the only draw of a result (maximum a posteriori): the best of several searches.
// sample_stats lp: its log density p(choices, observations). Warns where no search converged. `watch` can stop this and what follows (maximize.hpp).
template <class Posterior>
result maximize(const Posterior& post, const maximize_options& o, const key& k, const progress* watch = nullptr) {
  return maximize_in<gradient_pack>(freed<gradient_pack>(post), o, k, watch);
}

// A normal distribution around the mode of the free numbers (laplace.hpp).
template <class Posterior>
result laplace(const Posterior& post, const laplace_options& o, const key& k, const progress* watch = nullptr) {
  return laplace_in<gradient_pack>(freed<gradient_pack>(post), o, k, watch);
}

// Pathfinder (pathfinder.hpp).
template <class Posterior>
result pathfinder(const Posterior& post, const pathfinder_options& o, const key& k, const progress* watch = nullptr) {
  return pathfinder_in<gradient_pack>(freed<gradient_pack>(post), o, k, watch);
}

// A normal distribution over the free numbers by variational inference (advi.hpp).
template <class Posterior>
advi_result advi(const Posterior& post, const advi_options& o, const key& k, const progress* watch = nullptr) {
  return advi_in<gradient_pack>(freed<gradient_pack>(post), o, k, watch);
}

}  // namespace starling
