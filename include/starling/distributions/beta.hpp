// beta(first, second): x^(first−1) (1 − x)^(second−1) / B(first, second) for 0 < x < 1.
#pragma once

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/gamma_draws.hpp>
#include <starling/distributions/saddle_point.hpp>
#include <starling/values/log.hpp>
#include <starling/values/logistic.hpp>

namespace starling {

// log B(a, b) = log Γ(a) + log Γ(b) − log Γ(a + b); where the larger is above 16 without cancellation.
template <class A, class B> auto log_beta(const A& a, const B& b) {
  const auto p = min(a, b);
  const auto q = max(a, b);
  const auto large = q > decltype(q)(16);
  const auto direct = lgamma(p) + lgamma(q) - lgamma(p + q);
  if (!any(large)) return direct;
  const auto share = p / (p + q);
  const auto of_smaller = where(p > decltype(p)(16),
                                half_log_two_pi - 0.5 * log(p) + p * log(share) + stirling_remainder(p),
                                lgamma(p) + p - p * log(p + q));
  const auto saddle =
      of_smaller + (q - 0.5) * log1p(-share) + stirling_remainder(q) - stirling_remainder(p + q);
  return where(large, saddle, direct);
}

struct beta_formulas : real_valued {
  static constexpr std::string_view name = "beta";

  template <class Rng, class F, class S> static auto sample(Rng& rng, const F& first, const S& second) {
    const auto g = draw_gammas<2>(rng, first, second);
    using V = typename Rng::real;
    return into_unit_interval(V(inverse_logit(g[0].log_value() - g[1].log_value())));
  }

  template <class X, class F, class S> static auto log_density(const X& x, const F& first, const S& second) {
    const auto lp = (first - 1.0) * log(x) + (second - 1.0) * log1p(-x) - log_beta(first, second);
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
