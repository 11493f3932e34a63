// inverse_gamma(shape, scale): scale^shape x^(−shape−1) exp(−scale / x) / Γ(shape) for x > 0.
#pragma once

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/gamma.hpp>
#include <starling/distributions/incomplete_functions.hpp>
#include <starling/values/log.hpp>

namespace starling {

struct inverse_gamma_formulas : real_valued {
  static constexpr std::string_view name = "inverse_gamma";
  static constexpr auto draws_follow = draw_derivative::implicit;

  template <class Rng, class S, class SE> static auto sample(Rng& rng, const S& shape, const SE& scale) {
    const auto g = draw_gamma(rng, shape);
    using V = typename Rng::real;
    const auto boosted = g.is_boosted();
    const V x = scale / g.factor;
    if (!any(boosted)) return x;
    return V(where(boosted, exp(log(scale) - g.log_value()), x));
  }

  template <class X, class S, class SE> static auto log_density_inside(const X& x, const S& shape, const SE& scale) {
    const auto log_x = x.log_value();
    return where(shape > S(0), gamma_log_mass(shape, x.dividing(scale), log(scale) - log_x) - log_x, negative_infinity);
  }
  template <class X, class S, class SE> static auto log_density(const X& x, const S& shape, const SE& scale) {
    return where(x > X(0), log_density_inside(plain_positive<X>{x}, shape, scale), negative_infinity);
  }

  template <class S, class SE> static auto support(const S&, const SE&) { return positive{}; }

  template <class S, class SE> static auto mean(const S& shape, const SE& scale) { return where(shape > S(1), scale / (shape - 1.0), positive_infinity); }
  template <class S, class SE> static auto variance(const S& shape, const SE& scale) { return where(shape > S(2), scale / (shape - 1.0) * (scale / (shape - 1.0)) / (shape - 2.0), positive_infinity); }

  template <class X, class S, class SE> static auto tails(const X& x, const S& shape, const SE& scale) {
    const auto outside = x <= X(0);
    return tails_where(!outside, exchanged(standard_tails<standard_gamma>(scale / where(outside, X(1), x), shape)));
  }
  template <class T, class S, class SE> static auto quantile(const T& tails, const S& shape, const SE& scale) {
    return scale / standard_quantile<standard_gamma>(exchanged(tails), shape);
  }

  template <class Visit, class S, class SE> static void parameters(Visit&& visit, const S& shape, const SE& scale) {
    visit("shape", shape, is_positive_finite(shape), "must be positive and finite");
    visit("scale", scale, is_positive_finite(scale), "must be positive and finite");
  }
};

template <class Shape, class Scale> struct inverse_gamma : elementwise<inverse_gamma_formulas, Shape, Scale> {
  using elementwise<inverse_gamma_formulas, Shape, Scale>::elementwise;
};
template <class S, class SE> inverse_gamma(S&&, SE&&) -> inverse_gamma<held<S>, held<SE>>;

}  // namespace starling
