// What a distribution is.
//
// A struct that derives from `distribution`, holds its parameters, and has
//   static constexpr std::string_view name;
//   auto sample(Rng& rng) const            a draw of type value<V>, V = Rng::real (random/stream.hpp): numbers come from
//                                          rng.uniform(), rng.normal(), rng.exponential(); loops serve rng.active()
//   auto log_density(const X& x) const     −∞ outside the support, where x is NaN and where a parameter is bad; never NaN
//   auto support() const                   one of supports.hpp
//   void parameters(F&& visit) const       calls visit(name, value, ok, requirement) for each parameter: ok is a boolean or
//                                          a mask, the requirement completes "scale must be positive and finite"
//   template <class V> using value         the type of a draw where reals are V; default: V
//   std::size_t size() const               vectors only; matrices: rows(), cols()
//   auto element_log_density(x, i) const   vectors of independent elements, where pointwise log likelihoods are wanted: of element i by itself
// Bad parameters (σ ≤ 0, NaN, …): the density is −∞, the draw is `no_value`. Scalar distributions get vector parameters,
// NaN handling and the visitor over elements from elementwise.hpp.
#pragma once

#include <concepts>
#include <limits>
#include <string_view>
#include <type_traits>

#include <starling/values/real.hpp>
#include <starling/values/where.hpp>

namespace starling {

// The base that makes a type a distribution.
struct distribution {
  template <class V> using value = V;
  template <class Visit> void parameters(Visit&&) const {}
};

template <class D>
concept is_distribution = std::derived_from<std::remove_cvref_t<D>, distribution>;

// The type of a draw of D where reals are V.
template <class D, class V> using drawn_type = typename D::template value<V>;

// Whether D has a density but cannot be drawn (flat).
template <class D> inline constexpr bool is_improper = requires { requires D::improper; };

// How a draw changes with the parameters while the random numbers stay: `draws_follow` of a distribution's formulas.
enum class draw_derivative {
  location_scale,  // x = location + scale · z, z free of parameters; or scale · z
  pathwise,        // a smooth function of uniform numbers (the inverse of the cdf, as a rule): derivatives pass through the sampler
  implicit,        // continuous, but the sampler rejects or branches: ∂x/∂θ = −(∂F/∂θ) / f(x), F the cdf
  none             // whole numbers and booleans: not at all
};
constexpr std::string_view name_of(draw_derivative d) {
  constexpr std::string_view names[] = {"location and scale", "through the sampler", "implicitly", "not"};
  return names[static_cast<int>(d)];
}

inline constexpr double positive_infinity = std::numeric_limits<double>::infinity();
inline constexpr double negative_infinity = -positive_infinity;
inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

// What a sampler yields where a parameter is bad: NaN; for whole numbers in lanes NaN inside, for `long` the smallest
// long; for booleans, which have no such value, false.
template <class Value> Value no_value() {
  if constexpr (std::same_as<Value, bool>) return false;
  else if constexpr (std::integral<Value>) return std::numeric_limits<Value>::min();
  else if constexpr (value_traits<Value>::is_boolean) return Value(false);
  else if constexpr (value_traits<Value>::is_integer) return Value::from(real_type_of<Value>(not_a_number));
  else return Value(not_a_number);
}

// A log density with −∞ for NaN.
template <class LogDensity> LogDensity never_nan(const LogDensity& lp) {
  return where(lp == lp, lp, LogDensity(negative_infinity));
}

// Any number, integer or boolean as a real: built-in ones as double, reals in lanes as they are.
template <class X> auto as_real(const X& x) {
  if constexpr (std::is_arithmetic_v<X>) return static_cast<double>(x);
  else if constexpr (value_traits<X>::is_real) return x;
  else return to_real(x);
}

// Booleans and masks, in any mix: && and || of booleans, & and | where lanes take part.
template <class A, class B> auto both(const A& a, const B& b) {
  if constexpr (std::same_as<A, bool> && std::same_as<B, bool>) return a && b;
  else return a & b;
}
template <class A, class B> auto either(const A& a, const B& b) {
  if constexpr (std::same_as<A, bool> && std::same_as<B, bool>) return a || b;
  else return a | b;
}

// Whether a number may be a location, a scale, a probability.
template <class X> auto is_finite(const X& x) { return x - x == X(0); }
template <class X> auto is_positive_finite(const X& x) { return both(x > X(0), x < X(positive_infinity)); }
template <class X> auto is_probability(const X& x) { return both(x >= X(0), x <= X(1)); }

}  // namespace starling
