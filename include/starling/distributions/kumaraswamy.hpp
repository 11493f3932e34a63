// kumaraswamy(first, second): first · second · x^(first−1) (1 − x^first)^(second−1) for 0 < x < 1.
#pragma once

#include <limits>
#include <type_traits>

#include <starling/distributions/beta.hpp>
#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/gamma_draws.hpp>
#include <starling/distributions/inner_numbers.hpp>
#include <starling/distributions/probabilities.hpp>
#include <starling/values/exp.hpp>
#include <starling/values/log.hpp>
#include <starling/values/logistic.hpp>

namespace starling {

struct kumaraswamy_formulas : real_valued {
  static constexpr std::string_view name = "kumaraswamy";
  static constexpr auto draws_follow = draw_derivative::pathwise;

  template <class Rng, class F, class S> static auto sample(Rng& rng, const F& first, const S& second) {
    using V = typename Rng::real;
    return into_unit_interval(V(exp(log1m_exp(-rng.exponential() / second) / first)));
  }

  template <class X, class F, class S> static auto log_density_inside(const X& x, const F& first, const S& second) {
    const auto log_x = x.log_value();
    const auto log_power = first * log_x;
    // Where log x is no ordinary number any more, 1 − x^first is first · (1 − x).
    const auto near = log_x > -1e17 * std::numeric_limits<scalar_of<std::remove_cvref_t<decltype(log_x)>>>::min();
    const auto log_rest = where(near, log(first) + x.log_complement(), log1m_exp(where(near, -1.0, log_power)));
    const auto lp = log(first) + log(second) + (first - 1.0) * log_x + (second - 1.0) * log_rest;
    return where(both(first > F(0), second > S(0)), lp, negative_infinity);
  }
  template <class X, class F, class S> static auto log_density(const X& x, const F& first, const S& second) {
    return where(both(x > X(0), x < X(1)), log_density_inside(plain_fraction<X>{x}, first, second), negative_infinity);
  }

  template <class X, class F, class S> static auto tails(const X& x, const F& first, const S& second) {
    const auto t = first * log(max(min(x, 1.0), 0.0));
    return tails_from_log_above(log(second) + where(t < -40.0, t, log(-log1m_exp(t))));
  }

  template <class X, class F, class S> static auto log_hazard_above(const X& x, const F& first, const S& second) {
    const auto log_x = log(x);
    return log(first) + log(second) + (first - 1.0) * log_x - log1m_exp(first * log_x);
  }
  // Far down P(X ≤ x) is a power of x.
  template <class X, class F, class S> static auto log_hazard_below(const X& x, const F& first, const S&) { return log(first) - log(x); }

  template <class T, class F, class S> static auto quantile(const T& tails, const F& first, const S& second) {
    return exp(tails_from_log_below(log_of_above(tails) - log(second)).above / first);
  }

  template <class F, class S> static auto mean(const F& first, const S& second) { return second * exp(log_beta(1.0 + 1.0 / first, second)); }

  template <class F, class S> static auto variance(const F& first, const S& second) {
    const auto mean = second * exp(log_beta(1.0 + 1.0 / first, second));
    return second * exp(log_beta(1.0 + 2.0 / first, second)) - mean * mean;
  }

  template <class F, class S> static auto support(const F&, const S&) { return unit_interval{}; }

  template <class Visit, class F, class S> static void parameters(Visit&& visit, const F& first, const S& second) {
    visit("first", first, is_positive_finite(first), "must be positive and finite");
    visit("second", second, is_positive_finite(second), "must be positive and finite");
  }
};

template <class First, class Second> struct kumaraswamy : elementwise<kumaraswamy_formulas, First, Second> {
  using elementwise<kumaraswamy_formulas, First, Second>::elementwise;
};
template <class F, class S> kumaraswamy(F&&, S&&) -> kumaraswamy<held<F>, held<S>>;

}  // namespace starling
