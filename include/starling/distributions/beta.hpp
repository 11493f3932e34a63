// beta(first, second): x^(first−1) (1 − x)^(second−1) / B(first, second) for 0 < x < 1.
#pragma once

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/gamma_draws.hpp>
#include <starling/distributions/incomplete_functions.hpp>
#include <starling/distributions/inner_numbers.hpp>
#include <starling/distributions/log_of_parameter.hpp>
#include <starling/distributions/saddle_point.hpp>
#include <starling/values/log.hpp>
#include <starling/values/logistic.hpp>

namespace starling {

// The log density for 0 < x < 1, given as plain_fraction or free_fraction; where both parameters are large by C. Loader's deviances,
// else by log B.
template <class X, class A, class B> [[gnu::always_inline]] inline auto beta_log_density(const X& x, const A& a, const B& b) {
  const auto log_x = x.log_value();
  const auto log_complement = x.log_complement();
  const auto direct = [&] { return (a - 1.0) * log_x + (b - 1.0) * log_complement - of_parameters_only([](const auto& p, const auto& q) { return log_beta(p, q); }, a, b); };
  const auto saddle = [&] {
    const auto half_n = 0.5 * a + 0.5 * b;  // n = a + b may overflow
    const auto log_half_n = log(half_n);
    return 0.5 * (log(a) + log(b) - log_half_n) - (half_log_two_pi + 0.34657359027997265471) - log_x - log_complement -  // ½ log 2
           2.0 * deviance(0.5 * a, half_n * x.value(), [&] { return log_half_n + log_x; }) -
           2.0 * deviance(0.5 * b, half_n * x.complement(), [&] { return log_half_n + log_complement; }) + stirling_remainder(a + b) -
           stirling_remainder(a) - stirling_remainder(b);
  };
  const auto large = both(a > A(16), b > B(16));
  using result = std::remove_cvref_t<decltype(where(large, saddle(), direct()))>;
  if (!any(large)) return result(direct());
  if (all(large)) return result(saddle());
  return result(where(large, saddle(), direct()));
}

struct beta_formulas : real_valued {
  static constexpr std::string_view name = "beta";
  static constexpr auto draws_follow = draw_derivative::implicit;

  template <class Rng, class F, class S> static auto sample(Rng& rng, const F& first, const S& second) {
    using V = typename Rng::real;
    const auto a = draw_gamma(rng, first);
    rng.next_stage();
    const auto b = draw_gamma(rng, second);
    const auto plain = both(both(!a.is_boosted(), !b.is_boosted()), primal(a.factor) + primal(b.factor) < primal_of<V>(positive_infinity));
    const V x = a.factor / (a.factor + b.factor);
    if (all(plain)) return x;
    return V(where(plain, x, inverse_logit(a.log_value() - b.log_value())));
  }

  template <class X, class F, class S> [[gnu::always_inline]] static auto log_density_inside(const X& x, const F& first, const S& second) {
    return where(both(first > F(0), second > S(0)), beta_log_density(x, first, second), negative_infinity);
  }
  template <class X, class F, class S> static auto log_density(const X& x, const F& first, const S& second) {
    return where(both(x > X(0), x < X(1)), log_density_inside(plain_fraction<X>{x}, first, second), negative_infinity);
  }

  template <class F, class S> static auto support(const F&, const S&) { return unit_interval{}; }

  template <class F, class S> static auto mean(const F& first, const S& second) { return first / (first + second); }
  template <class F, class S> static auto variance(const F& first, const S& second) { return first / (first + second) * (second / (first + second)) / (first + second + 1.0); }

  template <class X, class F, class S> static auto tails(const X& x, const F& first, const S& second) {
    const auto under = x <= X(0), over = x >= X(1);
    const auto within = where(either(under, over), X(0.5), x);
    const auto t = tails_where(!under, standard_tails<standard_beta>(log(within) - log1p(-within), first, second));
    return exchanged(tails_where(!over, exchanged(t)));
  }
  template <class T, class F, class S> static auto quantile(const T& tails, const F& first, const S& second) {
    return inverse_logit(standard_quantile<standard_beta>(tails, first, second));
  }

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
