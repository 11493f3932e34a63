// half_cauchy(scale): 2 / (π scale (1 + z²)) for x ≥ 0, z = x / scale.
#pragma once

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/inner_numbers.hpp>
#include <starling/distributions/log_of_parameter.hpp>
#include <starling/distributions/probabilities.hpp>
#include <starling/distributions/standardized.hpp>
#include <starling/values/derivatives.hpp>
#include <starling/values/inverse_trigonometry.hpp>
#include <starling/values/trigonometry.hpp>

namespace starling {

struct half_cauchy_formulas : real_valued {
  static constexpr std::string_view name = "half_cauchy";
  static constexpr auto draws_follow = draw_derivative::location_scale;

  template <class Rng, class S> static auto sample(Rng& rng, const S& scale) {
    return scale / tan(1.57079632679489661923 * rng.uniform());
  }

  template <class X, class S> [[gnu::always_inline]] static auto log_density_inside(const X& x, const S& scale) {
    return -log_of_parameter(scale) - 0.45158270528945486473 - log_one_plus_square_of_ratio(x.value(), scale, [&] { return x.log_value(); });  // log(π / 2)
  }
  template <class X, class S> [[gnu::always_inline]] static auto log_density(const X& x, const S& scale) {
    return where(x >= X(0), log_density_inside(plain_positive<X>{x}, scale), negative_infinity);
  }

  template <class S> static auto support(const S&) { return nonnegative{}; }

  template <class X, class S> static auto tails(const X& x, const S& scale) {
    const auto z = max(x, X(0)) / scale;
    return log_tails{log(0.63661977236758134308 * atan(z)), log(0.63661977236758134308 * atan2(1.0, z))};
  }
  template <class T, class S> static auto quantile(const T& tails, const S& scale) {
    const auto lower = tails.below < tails.above;
    const auto t = tan(1.57079632679489661923 * exp(where(lower, tails.below, tails.above)));
    return scale * where(lower, t, 1.0 / t);
  }

  template <class Visit, class S> static void parameters(Visit&& visit, const S& scale) {
    visit("scale", scale, is_positive_finite(scale), "must be positive and finite");
  }
};

template <class Scale> struct half_cauchy : elementwise<half_cauchy_formulas, Scale> {
  using elementwise<half_cauchy_formulas, Scale>::elementwise;
};
template <class S> half_cauchy(S&&) -> half_cauchy<held<S>>;

}  // namespace starling
