// What a distribution may know of itself beyond a density and a sampler. Formulas (elementwise.hpp) have the members that are closed:
//
//   static constexpr auto draws_follow = draw_derivative::pathwise;     always: how a draw follows the parameters
//   static auto tails(x, parameters…)             a log_tails: log P(X ≤ x) and log P(X > x); tails_from_below, tails_from_above make it of one
//   static auto quantile(tails, parameters…)      the least x with P(X ≤ x) ≥ p, where tails are log p and log(1 − p)
//   static auto mean(parameters…), variance(parameters…)     ∞ where they are, NaN where there is none
// and, for truncation far out, the hazards of far_tails.hpp.
//
// Both tails are told, as logarithms, so that nothing is lost in either: P(X > x) may be 1e-1000. Distributions that are not elementwise
// have these as members themselves.
#pragma once

#include <tuple>
#include <utility>

#include <starling/distributions/elementwise.hpp>
#include <starling/values/exp.hpp>
#include <starling/values/log.hpp>
#include <starling/values/logistic.hpp>

namespace starling {

// log p and log(1 − p).
template <class V> struct log_tails {
  V below, above;
};
template <class V> log_tails(V, V) -> log_tails<V>;
template <class V> auto tails_from_below(const V& below) { return log_tails<V>{below, log1m_exp(below)}; }
template <class V> auto tails_from_above(const V& above) { return log_tails<V>{log1m_exp(above), above}; }
// Given log(−log P(X ≤ x)), or that of P(X > x): also where P(X > x), or P(X ≤ x), is less than the last place of 1.
template <class W> auto tails_from_log_below(const W& w) {
  const auto below = -exp(w);
  return log_tails<std::remove_cvref_t<decltype(below)>>{below, where(w < W(-40), w, log1m_exp(below))};
}
template <class W> auto tails_from_log_above(const W& w) {
  const auto t = tails_from_log_below(w);
  return log_tails{t.above, t.below};
}
// Back: log(−tails.below), log(−tails.above).
template <class T> auto log_of_below(const T& tails) {
  using V = std::remove_cvref_t<decltype(tails.below)>;
  return where(tails.below > V(-1e-17), tails.above, log(-tails.below));
}
template <class T> auto log_of_above(const T& tails) { return log_of_below(log_tails{tails.above, tails.below}); }
// Of a probability.
template <class P> auto tails_of(const P& p) {
  using R = promote<P>;
  return log_tails<R>{log(R(p)), log1p(-R(p))};
}
// Those of −x, at −x.
template <class V> log_tails<V> exchanged(const log_tails<V>& t) { return {t.above, t.below}; }
// Tails of x where the support begins at `lo`: below it nothing has happened.
template <class V, class Inside> auto tails_where(const Inside& inside, const log_tails<V>& t) {
  return log_tails<V>{where(inside, t.below, V(negative_infinity)), where(inside, t.above, V(0))};
}

template <class Formulas, class... P>
concept formulas_with_mean = requires(const P&... p) { Formulas::mean(p...); };
template <class Formulas, class... P>
concept formulas_with_variance = requires(const P&... p) { Formulas::variance(p...); };
template <class Formulas, class... P>
concept formulas_with_tails = requires(double x, const P&... p) { Formulas::tails(x, p...); };
template <class Formulas, class... P>
concept formulas_with_quantile = requires(const log_tails<double>& t, const P&... p) { Formulas::quantile(t, p...); };

// What D knows, D's parameters being scalars.
template <class D> struct known_of {
  static constexpr bool mean = requires(const D& d) { d.mean(); }, variance = requires(const D& d) { d.variance(); };
  static constexpr bool tails = requires(const D& d) { d.tails(0.0); };
  static constexpr bool quantile = requires(const D& d) { d.quantile_of(log_tails<double>{}); };
};
template <class D>
  requires requires(const D& d) { d.values(), typename D::formulas(); }
struct known_of<D> {
  template <class> struct of;
  template <class... P> struct of<std::tuple<P...>> {
    using F = typename D::formulas;
    static constexpr bool scalar = !D::is_vector;
    static constexpr bool mean = scalar && formulas_with_mean<F, P...>, variance = scalar && formulas_with_variance<F, P...>;
    static constexpr bool tails = scalar && formulas_with_tails<F, P...>, quantile = scalar && formulas_with_quantile<F, P...>;
  };
  using parameters = of<std::remove_cvref_t<decltype(std::declval<const D&>().values())>>;
  static constexpr bool mean = parameters::mean, variance = parameters::variance, tails = parameters::tails, quantile = parameters::quantile;
};
template <class D>
concept has_mean = is_distribution<D> && known_of<D>::mean;
template <class D>
concept has_variance = is_distribution<D> && known_of<D>::variance;
template <class D>
concept has_log_tails = is_distribution<D> && known_of<D>::tails;
template <class D>
concept has_quantile = is_distribution<D> && known_of<D>::quantile;

// Whether all parameters of d are good, as a mask of the reals R that flow through it.
template <class R, class D> mask_of<R> has_good_parameters(const D& d) {
  mask_of<R> good(true);
  d.parameters([&](std::string_view, const auto&, const auto& ok, std::string_view) { good = both(good, ok); });
  return good;
}

// f(formulas, parameters…) of an elementwise distribution; NaN where a parameter is bad.
template <class D, class F> auto of_parameters(const D& d, F f) {
  return std::apply(
      [&](const auto&... p) {
        const auto x = f(typename D::formulas(), p...);
        return where(are_valid<typename D::formulas>(p...), x, std::remove_cvref_t<decltype(x)>(not_a_number));
      },
      d.values());
}

template <has_mean D> auto mean(const D& d) {
  if constexpr (requires { d.mean(); }) return d.mean();
  else return of_parameters(d, [](auto formulas, const auto&... p) { return promote<std::remove_cvref_t<decltype(p)>...>(decltype(formulas)::mean(p...)); });
}
template <has_variance D> auto variance(const D& d) {
  if constexpr (requires { d.variance(); }) return d.variance();
  else return of_parameters(d, [](auto formulas, const auto&... p) { return promote<std::remove_cvref_t<decltype(p)>...>(decltype(formulas)::variance(p...)); });
}
// log P(X ≤ x) and log P(X > x), exact in both tails; P(X ≤ x), P(X > x).
template <has_log_tails D, class X> auto log_cdf(const D& d, const X& x) {
  if constexpr (requires { d.tails(x); }) return d.tails(as_real(x)).below;
  else return of_parameters(d, [&](auto formulas, const auto&... p) { return decltype(formulas)::tails(as_real(x), p...).below; });
}
template <has_log_tails D, class X> auto log_survival(const D& d, const X& x) {
  if constexpr (requires { d.tails(x); }) return d.tails(as_real(x)).above;
  else return of_parameters(d, [&](auto formulas, const auto&... p) { return decltype(formulas)::tails(as_real(x), p...).above; });
}
template <has_log_tails D, class X> auto cdf(const D& d, const X& x) { return exp(log_cdf(d, x)); }
template <has_log_tails D, class X> auto survival(const D& d, const X& x) { return exp(log_survival(d, x)); }
// The least x with P(X ≤ x) ≥ p: of log p and log(1 − p), or of p; NaN outside [0, 1].
template <has_quantile D, class V> auto quantile(const D& d, const log_tails<V>& t) {
  if constexpr (requires { d.quantile_of(t); }) return d.quantile_of(t);
  else return of_parameters(d, [&](auto formulas, const auto&... p) { return decltype(formulas)::quantile(t, p...); });
}
template <has_quantile D, class P>
  requires value<P>
auto quantile(const D& d, const P& p) {
  const auto x = quantile(d, tails_of(p));
  return where(is_probability(promote<P>(p)), x, std::remove_cvref_t<decltype(x)>(not_a_number));
}

}  // namespace starling
