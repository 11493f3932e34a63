// A distribution that is another one with parameters translated. Self::translated(parameters…) gives the tuple of the other's:
//   struct chi_square_formulas : formulas_by<chi_square_formulas, gamma_formulas> {
//     static constexpr std::string_view name = "chi_square";
//     template <class D> static auto translated(const D& degrees) { return std::tuple(0.5 * degrees, 0.5); }
//     template <class Visit, class D> static void parameters(Visit&& visit, const D& degrees);
//   };
#pragma once

#include <tuple>
#include <utility>

#include <starling/distributions/probabilities.hpp>

namespace starling {

// What formulas know, their parameters being a tuple.
template <class Formulas, class Parameters> struct formulas_know;
template <class Formulas, class... P> struct formulas_know<Formulas, std::tuple<P...>> {
  static constexpr bool mean = formulas_with_mean<Formulas, P...>, variance = formulas_with_variance<Formulas, P...>;
  static constexpr bool tails = formulas_with_tails<Formulas, P...>, quantile = formulas_with_quantile<Formulas, P...>;
  static constexpr bool hazard_above = requires(const P&... p) { Formulas::log_hazard_above(0.0, p...); }, hazard_below = requires(const P&... p) { Formulas::log_hazard_below(0.0, p...); };
};

template <class Self, class Of, class... P> struct translation_knows : formulas_know<Of, decltype(Self::translated(std::declval<const P&>()...))> {};

// Whether formulas score a number inside their support by itself (inner_numbers.hpp), their parameters being a tuple.
template <class Formulas, class X, class Parameters> inline constexpr bool formulas_score_inside = false;
template <class Formulas, class X, class... P>
inline constexpr bool formulas_score_inside<Formulas, X, std::tuple<P...>> = requires(const X& x, const P&... p) { Formulas::log_density_inside(x, p...); };

template <class Self, class Of> struct formulas_by {
  template <class V> using value = typename Of::template value<V>;
  static constexpr auto draws_follow = Of::draws_follow;

  template <class Rng, class... P> static auto sample(Rng& rng, const P&... p) {
    return of([&](const auto&... q) { return Of::sample(rng, q...); }, p...);
  }
  template <class X, class... P> static auto log_density(const X& x, const P&... p) {
    return of([&](const auto&... q) { return Of::log_density(x, q...); }, p...);
  }
  template <class X, class... P>
    requires formulas_score_inside<Of, X, decltype(Self::translated(std::declval<const P&>()...))>
  static auto log_density_inside(const X& x, const P&... p) {
    return of([&](const auto&... q) { return Of::log_density_inside(x, q...); }, p...);
  }
  template <class... P> static auto support(const P&... p) {
    return of([](const auto&... q) { return Of::support(q...); }, p...);
  }
  template <class X, class... P>
    requires translation_knows<Self, Of, P...>::tails
  static auto tails(const X& x, const P&... p) {
    return of([&](const auto&... q) { return Of::tails(x, q...); }, p...);
  }
  template <class T, class... P>
    requires translation_knows<Self, Of, P...>::quantile
  static auto quantile(const T& tails, const P&... p) {
    return of([&](const auto&... q) { return Of::quantile(tails, q...); }, p...);
  }
  template <class X, class... P>
    requires translation_knows<Self, Of, P...>::hazard_above
  static auto log_hazard_above(const X& x, const P&... p) {
    return of([&](const auto&... q) { return Of::log_hazard_above(x, q...); }, p...);
  }
  template <class X, class... P>
    requires translation_knows<Self, Of, P...>::hazard_below
  static auto log_hazard_below(const X& x, const P&... p) {
    return of([&](const auto&... q) { return Of::log_hazard_below(x, q...); }, p...);
  }
  template <class... P>
    requires translation_knows<Self, Of, P...>::mean
  static auto mean(const P&... p) {
    return of([](const auto&... q) { return Of::mean(q...); }, p...);
  }
  template <class... P>
    requires translation_knows<Self, Of, P...>::variance
  static auto variance(const P&... p) {
    return of([](const auto&... q) { return Of::variance(q...); }, p...);
  }

 private:
  template <class F, class... P> static auto of(F f, const P&... p) { return std::apply(f, Self::translated(p...)); }
};

}  // namespace starling
