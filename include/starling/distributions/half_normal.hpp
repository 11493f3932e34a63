// half_normal(scale): 2 exp(−x²/2s²) / (s √(2π)) for x ≥ 0.
#pragma once

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/inner_numbers.hpp>
#include <starling/distributions/log_of_parameter.hpp>
#include <starling/distributions/normal_tails.hpp>
#include <starling/distributions/standardized.hpp>

namespace starling {

struct half_normal_formulas : real_valued {
  static constexpr std::string_view name = "half_normal";
  static constexpr auto draws_follow = draw_derivative::location_scale;

  template <class Rng, class S> static auto sample(Rng& rng, const S& scale) {
    return scale * abs(rng.normal());
  }

  template <class X, class S> [[gnu::always_inline]] static auto log_density_inside(const X& x, const S& scale) {
    const auto z = standardized(x.value(), scale, 0.70710678118654752440);
    return multiply_add(-z, z, -log_of_parameter(scale) - 0.22579135264472743236);  // ½ log(π / 2)
  }
  template <class X, class S> [[gnu::always_inline]] static auto log_density(const X& x, const S& scale) {
    return where(x >= X(0), log_density_inside(plain_positive<X>{x}, scale), negative_infinity);
  }

  template <class S> static auto support(const S&) { return nonnegative{}; }

  template <class S> static auto mean(const S& scale) { return 0.79788456080286535588 * scale; }
  template <class S> static auto variance(const S& scale) { return 0.36338022763241865692 * scale * scale; }

  // P(|Z| > z) is twice the normal tail.
  template <class X, class S> static auto tails(const X& x, const S& scale) {
    const auto z = max(x, X(0)) / scale;
    const auto t = tails_from_above(0.69314718055994530942 + log_normal_cdf(-z));
    const auto near = z < decltype(z + 0.0)(0.5);
    return log_tails{where(near, log(erf(where(near, z, 0.5) * 0.70710678118654752440)), t.below), t.above};
  }
  template <class X, class S> static auto log_hazard_above(const X& x, const S& scale) { return log_normal_hazard(x / scale) - log(scale); }
  template <class T, class S> static auto quantile(const T& tails, const S& scale) {
    const auto z = -normal_quantile_of(tails_from_below(tails.above - 0.69314718055994530942));
    // Near 0 by one of Newton's steps more, on P(|Z| ≤ z), which is small there.
    const auto near = tails.below < -1.0;
    const auto at = where(near, z, 0.5);
    const auto step = (erf(at * 0.70710678118654752440) - exp(tails.below)) * exp(0.5 * at * at) * 1.25331413731550025121;
    return scale * where(near, max(at - step, 0.0), z);
  }

  template <class Visit, class S> static void parameters(Visit&& visit, const S& scale) {
    visit("scale", scale, is_positive_finite(scale), "must be positive and finite");
  }
};

template <class Scale> struct half_normal : elementwise<half_normal_formulas, Scale> {
  using elementwise<half_normal_formulas, Scale>::elementwise;
};
template <class S> half_normal(S&&) -> half_normal<held<S>>;

}  // namespace starling
