// beta(first, second): x^(first−1) (1 − x)^(second−1) / B(first, second) for 0 < x < 1.
#pragma once

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/gamma_draws.hpp>
#include <starling/distributions/saddle_point.hpp>
#include <starling/values/log.hpp>
#include <starling/values/logistic.hpp>

namespace starling {

// log B(a, b) = log Γ(a) + log Γ(b) − log Γ(a + b), also where only the larger is large.
template <class A, class B> auto log_beta(const A& a, const B& b) {
  const auto p = min(a, b);
  const auto q = max(a, b);
  const auto large = q > decltype(q)(16);
  const auto direct = lgamma(p) + lgamma(q) - lgamma(p + q);
  if (!any(large)) return direct;
  const auto n = p + q;
  return where(large,
               lgamma(p) + p - p * log(n) + (q - 0.5) * log1p(-p / n) + stirling_remainder(q) - stirling_remainder(n),
               direct);
}

// The log density for 0 < x < 1; where both parameters are large by C. Loader's deviances, else by log B.
template <class X, class A, class B> auto beta_log_density(const X& x, const A& a, const B& b) {
  const auto direct = [&] { return (a - 1.0) * log(x) + (b - 1.0) * log1p(-x) - log_beta(a, b); };
  const auto saddle = [&] {
    const auto n = a + b;
    return 0.5 * (log(a) + log(b) - log(n)) - half_log_two_pi - deviance(a, n * x) - deviance(b, n * (1.0 - x)) -
           log(x) - log1p(-x) + stirling_remainder(n) - stirling_remainder(a) - stirling_remainder(b);
  };
  const auto large = both(a > A(16), b > B(16));
  using result = std::remove_cvref_t<decltype(where(large, saddle(), direct()))>;
  if (!any(large)) return result(direct());
  if (all(large)) return result(saddle());
  return result(where(large, saddle(), direct()));
}

struct beta_formulas : real_valued {
  static constexpr std::string_view name = "beta";

  template <class Rng, class F, class S> static auto sample(Rng& rng, const F& first, const S& second) {
    const auto g = draw_gammas<2>(rng, first, second);
    using V = typename Rng::real;
    return into_unit_interval(V(inverse_logit(g[0].log_value() - g[1].log_value())));
  }

  template <class X, class F, class S> static auto log_density(const X& x, const F& first, const S& second) {
    const auto lp = beta_log_density(x, first, second);
    const auto good = both(first > F(0), second > S(0));
    return where(both(both(x > X(0), x < X(1)), good), lp, negative_infinity);
  }

  template <class F, class S> static auto support(const F&, const S&) { return unit_interval{}; }

  template <class Visit, class F, class S> static void parameters(Visit&& visit, const F& first, const S& second) {
    visit("first", first, is_positive_finite(first), "must be positive and finite");
    visit("second", second, is_positive_finite(second), "must be positive and finite");
  }
};

template <class First, class Second> struct beta : elementwise<beta_formulas, First, Second> {
  using elementwise<beta_formulas, First, Second>::elementwise;
};
template <class F, class S> beta(F&&, S&&) -> beta<held<F>, held<S>>;

}  // namespace starling
