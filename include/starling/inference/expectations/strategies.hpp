// How the derivative of an expectation passes a site: said there, by what stands around the distribution.
//
//   trace("x", sl::reparam(sl::normal(m, s)))             the draw follows its parameters; the cost must be smooth in it
//   trace("z", sl::reinforce(sl::poisson(rate)))          the score function, cost · ∂ log p; the baseline is the mean cost of the other lanes
//   trace("z", sl::reinforce(sl::poisson(rate), b))       with a baseline of your own, which must not depend on the draw
//   trace("z", sl::enumerated(sl::bernoulli(p)))          the sum over all its values, exact; sites multiply
//   trace("z", sl::measure_valued(sl::poisson(rate)))     a difference of two expectations: normal, bernoulli, poisson, exponential, gamma, categorical
//   trace("z", sl::perturbed(sl::bernoulli(p)))           smoothed perturbation analysis: one alternative run a lane for all such sites together:
//                                                         bernoulli, categorical, poisson, geometric
// Without any of them: reparam where draws follow their parameters, enumerated where there are at most 8 values, else reinforce. Anywhere but in
// sl::expectation they are the distribution that they hold. Of a vector-valued choice only reparam and reinforce.
// A. K. Lew, M. Huot, S. Staton, V. K. Mansinghka: ADEV, sound automatic differentiation of expected values of probabilistic programs (2023).
#pragma once

#include <type_traits>
#include <utility>

#include <starling/distributions/bernoulli.hpp>
#include <starling/distributions/categorical.hpp>
#include <starling/distributions/exponential.hpp>
#include <starling/distributions/following_draws.hpp>
#include <starling/distributions/gamma.hpp>
#include <starling/distributions/geometric.hpp>
#include <starling/distributions/normal.hpp>
#include <starling/distributions/poisson.hpp>

namespace starling {

enum class derivative_strategy { automatic,
                                 reparam,
                                 reinforce,
                                 enumerated,
                                 measure_valued,
                                 perturbed };

// D with a strategy.
template <derivative_strategy How, class D> struct with_strategy : D {
  static constexpr derivative_strategy how = How;
  explicit with_strategy(D d) : D(std::move(d)) {}
};
template <class D, class Baseline> struct with_baseline : with_strategy<derivative_strategy::reinforce, D> {
  Baseline baseline;
  with_baseline(D d, Baseline b) : with_strategy<derivative_strategy::reinforce, D>(std::move(d)), baseline(std::move(b)) {}
};

template <class D> constexpr derivative_strategy strategy_of() {
  if constexpr (requires { D::how; }) return D::how;
  else return derivative_strategy::automatic;
}

// Which distributions the last two know.
template <class D, class Formulas> constexpr bool has_formulas() {
  if constexpr (requires { typename D::formulas; }) return std::is_same_v<typename D::formulas, Formulas> && !D::is_vector;
  else return false;
}
template <class D> inline constexpr bool is_categorical = false;
template <class P> inline constexpr bool is_categorical<categorical<P>> = true;
template <derivative_strategy How, class D> inline constexpr bool is_categorical<with_strategy<How, D>> = is_categorical<D>;
template <class D>
inline constexpr bool has_measures = has_formulas<D, normal_formulas>() || has_formulas<D, bernoulli_formulas>() || has_formulas<D, poisson_formulas>() ||
                                     has_formulas<D, exponential_formulas>() || has_formulas<D, gamma_formulas>() || is_categorical<D>;
template <class D>
inline constexpr bool has_perturbations = has_formulas<D, bernoulli_formulas>() || has_formulas<D, poisson_formulas>() || has_formulas<D, geometric_formulas>() || is_categorical<D>;
template <class D> constexpr bool is_finite_and_scalar() {
  if constexpr (requires(const D& d) { d.size(); }) return false;
  else return is_enumerable<std::remove_cvref_t<decltype(std::declval<const D&>().support())>>;
}

template <is_distribution D> auto reparam(D d) {
  constexpr bool follows = can_follow<D>;
  static_assert(follows, "sl::reparam(d): the draws of d do not follow its parameters; use sl::reinforce, or another strategy");
  return with_strategy<derivative_strategy::reparam, D>(std::move(d));
}
template <is_distribution D> auto reinforce(D d) { return with_strategy<derivative_strategy::reinforce, D>(std::move(d)); }
template <is_distribution D, class Baseline> auto reinforce(D d, const Baseline& baseline) {
  using number = std::remove_cvref_t<decltype(as_real(baseline))>;
  return with_baseline<D, number>(std::move(d), as_real(baseline));
}
template <is_distribution D> auto enumerated(D d) {
  constexpr bool finite = is_finite_and_scalar<D>();
  static_assert(finite, "sl::enumerated(d): d must have finitely many values, and be of single numbers");
  return with_strategy<derivative_strategy::enumerated, D>(std::move(d));
}
template <is_distribution D> auto measure_valued(D d) {
  constexpr bool known = has_measures<D>;
  static_assert(known, "sl::measure_valued(d): d must be a normal, bernoulli, poisson, exponential, gamma or categorical, of single numbers");
  return with_strategy<derivative_strategy::measure_valued, D>(std::move(d));
}
template <is_distribution D> auto perturbed(D d) {
  constexpr bool known = has_perturbations<D>;
  static_assert(known, "sl::perturbed(d): d must be a bernoulli, categorical, poisson or geometric, of single numbers");
  return with_strategy<derivative_strategy::perturbed, D>(std::move(d));
}

}  // namespace starling
