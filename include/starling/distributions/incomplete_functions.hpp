// Both tails, and the quantiles, of gamma, beta and Student's t distributions, and of the counts whose tails are those of gamma and beta: by
// Boost.Math, one lane after the other, compiled in src/. Where both tails of Boost's are beyond the range of numbers by series and continued
// fractions, in logarithms. With derivatives with respect to the number and to the shapes.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>

#include <starling/distributions/probabilities.hpp>
#include <starling/values/derivatives.hpp>

namespace starling {

// Distributions in one lane. `tails` are at z; `slopes` the log density at z and, for each
// shape if they are wanted, ∂z/∂shape where the tails stay as they are;
// `quantile` the z with these tails.
struct standard_gamma {  // z > 0 with density z^(shape−1) e^(−z) / Γ(shape)
  static log_tails<double> tails(double z, double shape);
  static std::array<double, 2> slopes(double z, double shape, bool wanted = true);
  static double quantile(const log_tails<double>&, double shape);
};
struct standard_beta {  // z = log x − log(1 − x) of an x from beta(first, second)
  static log_tails<double> tails(double z, double first, double second);
  static std::array<double, 3> slopes(double z, double first, double second, bool wanted = true);
  static double quantile(const log_tails<double>&, double first, double second);
};
struct standard_student_t {
  static log_tails<double> tails(double z, double degrees);
  static std::array<double, 2> slopes(double z, double degrees, bool wanted = true);
  static double quantile(const log_tails<double>&, double degrees);
};
// The least counts k with P(K ≤ k) ≥ p, but for rounding.
double least_poisson(const log_tails<double>&, double rate);
double least_binomial(const log_tails<double>&, double trials, double log_odds);         // of a success
double least_negative_binomial(const log_tails<double>&, double size, double log_odds);  // of a success; k failures before success number `size`

// f(a…) of plain numbers, lane by lane: its N results.
template <std::size_t N, class F, class... A> auto lane_by_lane(F f, const A&... a) {
  using V = promote<A...>;
  std::array<V, N> r;
  if constexpr (std::is_arithmetic_v<V>) {
    const std::array<double, N> one = f(static_cast<double>(a)...);
    for (std::size_t i = 0; i < N; ++i) r[i] = static_cast<V>(one[i]);
  } else {
    const auto in_lane = [](const auto& x, int l) {
      if constexpr (std::is_arithmetic_v<std::remove_cvref_t<decltype(x)>>) return static_cast<double>(x);
      else return static_cast<double>(x[l]);
    };
    for (int l = 0; l < lanes_of<V>; ++l) {
      const std::array<double, N> one = f(in_lane(a, l)...);
      for (std::size_t i = 0; i < N; ++i) r[i].set(l, static_cast<scalar_of<V>>(one[i]));
    }
  }
  return r;
}

// x plus derivatives: those of a times the factor, where a has any.
template <class R, class A, class V> R with_part(const R& x, const A& a, const V& factor) {
  if constexpr (differentiable<A>) return x + chain(V(0), a, [&] { return factor; });
  else return x;
}

template <class Standard, class Z, class... Shapes> auto standard_tails(const Z& z, const Shapes&... shapes) {
  using R = promote<Z, Shapes...>;
  using V = primal_of<R>;
  const auto [below, above] = lane_by_lane<2>(
      [](auto... of) {
        const auto t = Standard::tails(of...);
        return std::array{t.below, t.above};
      },
      V(primal(z)), primal(shapes)...);
  if constexpr (!differentiable<R>) {
    return log_tails<V>{below, above};
  } else {
    constexpr bool wanted = (differentiable<Shapes> || ...);
    const auto at = lane_by_lane<1 + sizeof...(Shapes)>([](auto... of) { return Standard::slopes(of..., wanted); }, V(primal(z)), primal(shapes)...);
    const auto inside = at[0] > V(negative_infinity);
    const V by_below = where(inside, exp(at[0] - below), V(0)), by_above = where(inside, -exp(at[0] - above), V(0));
    log_tails<R> t{with_part(R(below), z, by_below), with_part(R(above), z, by_above)};
    std::size_t i = 0;
    const auto follow = [&](const auto& shape) {
      ++i;
      const V slope = where(inside, at[i], V(0));
      t = {with_part(t.below, shape, V(-by_below * slope)), with_part(t.above, shape, V(-by_above * slope))};
    };
    (follow(shapes), ...);
    return t;
  }
}

template <class Standard, class T, class... Shapes> auto standard_quantile(const T& tails, const Shapes&... shapes) {
  using R = promote<std::remove_cvref_t<decltype(tails.below)>, Shapes...>;
  using V = primal_of<R>;
  const V below(primal(tails.below)), above(primal(tails.above));
  const auto quantile = [](double b, double a, auto... of) { return std::array{Standard::quantile({b, a}, of...)}; };
  const V z = lane_by_lane<1>(quantile, below, above, primal(shapes)...)[0];
  if constexpr (!differentiable<R>) {
    return z;
  } else {
    const auto at = lane_by_lane<1 + sizeof...(Shapes)>([](auto... of) { return Standard::slopes(of...); }, z, primal(shapes)...);
    const auto lower = below < above;
    R r = with_part(R(z), tails.below, V(where(lower, exp(below - at[0]), V(0))));
    r = with_part(r, tails.above, V(where(lower, V(0), -exp(above - at[0]))));
    std::size_t i = 0;
    ((++i, r = with_part(r, shapes, at[i])), ...);
    return r;
  }
}

// The count that `least` finds, lane by lane; counts have no derivatives.
template <class Least, class T, class... P> auto least_count(Least least, const T& tails, const P&... p) {
  const auto one = [&](double below, double above, auto... of) { return std::array{least({below, above}, of...)}; };
  return lane_by_lane<1>(one, primal(tails.below), primal(tails.above), primal(p)...)[0];
}

// Of counts of all k of 0, 1, …: P(K ≤ k) for any number k.
template <class K> auto whole_below(const K& k) { return floor(max(k, K(0))); }

}  // namespace starling
