// gamma(shape, rate): rate^shape x^(shape−1) exp(−rate · x) / Γ(shape) for x > 0.
#pragma once

#include <limits>
#include <type_traits>

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/gamma_draws.hpp>
#include <starling/distributions/incomplete_functions.hpp>
#include <starling/distributions/inner_numbers.hpp>
#include <starling/distributions/log_of_parameter.hpp>
#include <starling/distributions/saddle_point.hpp>
#include <starling/values/log.hpp>

namespace starling {

// shape · log y − y − log Γ(shape), given y and log y; for large shapes without cancellation.
template <class S, class Y, class LogY> auto gamma_log_mass(const S& shape, const Y& y, const LogY& log_y) {
  const auto large = shape > S(16);
  const auto direct = [&] { return shape * log_y - y - of_parameters_only([](const auto& a) { return lgamma(a); }, shape); };
  const auto saddle = [&] {
    return 0.5 * log(shape) - half_log_two_pi - stirling_remainder(shape) - deviance(shape, y, [&] { return log_y; });
  };
  using result = std::remove_cvref_t<decltype(where(large, saddle(), direct()))>;
  if (!any(large)) return result(direct());
  if (all(large)) return result(saddle());
  return result(where(large, saddle(), direct()));
}

struct gamma_formulas : real_valued {
  static constexpr std::string_view name = "gamma";
  static constexpr auto draws_follow = draw_derivative::implicit;

  template <class Rng, class S, class R> static auto sample(Rng& rng, const S& shape, const R& rate) {
    const auto g = draw_gamma(rng, shape);
    using V = typename Rng::real;
    if (!any(g.is_boosted())) return V(g.factor / rate);
    const V x = g.factor * exp(g.log_boost) / rate;
    const auto lost = x < V(std::numeric_limits<scalar_of<V>>::min());  // the boost, which a small rate may make up for
    if (!any(lost)) return x;
    return V(where(lost, exp(g.log_value() - log(rate)), x));
  }

  template <class X, class S, class R> [[gnu::always_inline]] static auto log_density_inside(const X& x, const S& shape, const R& rate) {
    const auto log_x = x.log_value();
    return where(shape > S(0), gamma_log_mass(shape, rate * x.value(), log_of_parameter(rate) + log_x) - log_x, negative_infinity);
  }
  template <class X, class S, class R> static auto log_density(const X& x, const S& shape, const R& rate) {
    return where(x > X(0), log_density_inside(plain_positive<X>{x}, shape, rate), negative_infinity);
  }

  template <class S, class R> static auto support(const S&, const R&) { return positive{}; }

  template <class S, class R> static auto mean(const S& shape, const R& rate) { return shape / rate; }
  template <class S, class R> static auto variance(const S& shape, const R& rate) { return shape / (rate * rate); }

  template <class X, class S, class R> static auto tails(const X& x, const S& shape, const R& rate) {
    return standard_tails<standard_gamma>(rate * x, shape);
  }
  template <class T, class S, class R> static auto quantile(const T& tails, const S& shape, const R& rate) {
    return standard_quantile<standard_gamma>(tails, shape) / rate;
  }

  template <class Visit, class S, class R> static void parameters(Visit&& visit, const S& shape, const R& rate) {
    visit("shape", shape, is_positive_finite(shape), "must be positive and finite");
    visit("rate", rate, is_positive_finite(rate), "must be positive and finite");
  }
};

template <class Shape, class Rate> struct gamma : elementwise<gamma_formulas, Shape, Rate> {
  using elementwise<gamma_formulas, Shape, Rate>::elementwise;
};
template <class S, class R> gamma(S&&, R&&) -> gamma<held<S>, held<R>>;

}  // namespace starling
