// scaled_inverse_chi_square(degrees, scale): inverse_gamma(degrees/2, degrees · scale²/2).
#pragma once

#include <tuple>

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/formulas_by.hpp>
#include <starling/distributions/gamma_draws.hpp>
#include <starling/distributions/inverse_gamma.hpp>
#include <starling/distributions/probabilities.hpp>

namespace starling {

struct scaled_inverse_chi_square_formulas : formulas_by<scaled_inverse_chi_square_formulas, inverse_gamma_formulas> {
  static constexpr std::string_view name = "scaled_inverse_chi_square";

  template <class D, class S> static auto translated(const D& degrees, const S& scale) { return std::tuple(0.5 * degrees, 0.5 * degrees * scale * abs(scale)); }

  // By scale / √x, since the square of the scale may be beyond the range.
  template <class X, class D, class S> static auto log_density(const X& x, const D& degrees, const S& scale) {
    const auto shape = 0.5 * degrees;
    const auto inside = both(x > X(0), both(degrees > D(0), scale > S(0)));
    const auto log_x = log(x), ratio = scale / sqrt(x);
    const auto lp = gamma_log_mass(shape, shape * ratio * ratio, log(shape) + 2.0 * log(scale) - log_x) - log_x;
    return where(inside, lp, negative_infinity);
  }
  template <class X, class D, class S> static auto tails(const X& x, const D& degrees, const S& scale) {
    const auto outside = x <= X(0);
    const auto shape = 0.5 * degrees, ratio = scale / sqrt(where(outside, X(1), x));
    return tails_where(!outside, inverse_gamma_formulas::tails(1.0, shape, shape * ratio * ratio));
  }
  template <class T, class D, class S> static auto quantile(const T& tails, const D& degrees, const S& scale) {
    const auto shape = 0.5 * degrees;
    return scale * inverse_gamma_formulas::quantile(tails, shape, shape) * scale;
  }
  template <class D, class S> static auto mean(const D& degrees, const S& scale) {
    return where(degrees > D(2), scale * (degrees / (degrees - 2.0)) * scale, positive_infinity);
  }
  template <class D, class S> static auto variance(const D& degrees, const S& scale) {
    const auto mean = scale * (degrees / (degrees - 2.0)) * scale;
    return where(degrees > D(4), mean * (2.0 / (degrees - 4.0)) * mean, positive_infinity);
  }
  template <class Rng, class D, class S> static auto sample(Rng& rng, const D& degrees, const S& scale) {
    using V = typename Rng::real;
    const V shape = 0.5 * V(degrees), width(scale);
    const auto g = draw_gamma(rng, shape);
    const auto boosted = g.is_boosted();
    const V x = width * (shape / g.factor) * width;
    if (!any(boosted)) return x;
    return V(where(boosted, exp(log(shape) + 2.0 * log(width) - g.log_value()), x));
  }

  template <class Visit, class D, class S> static void parameters(Visit&& visit, const D& degrees, const S& scale) {
    visit("degrees", degrees, is_positive_finite(degrees), "must be positive and finite");
    visit("scale", scale, is_positive_finite(scale), "must be positive and finite");
  }
};

template <class Degrees, class Scale> struct scaled_inverse_chi_square : elementwise<scaled_inverse_chi_square_formulas, Degrees, Scale> {
  using elementwise<scaled_inverse_chi_square_formulas, Degrees, Scale>::elementwise;
};
template <class D, class S> scaled_inverse_chi_square(D&&, S&&) -> scaled_inverse_chi_square<held<D>, held<S>>;

}  // namespace starling
