// horseshoe(scale): normal(0, scale · λ) with λ from half_cauchy(1): exp(y) E₁(y) / (scale √(2π³)), y = x² / (2 scale²), E₁ the exponential
// integral; infinite at 0.
#pragma once

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/gamma_draws.hpp>
#include <starling/distributions/probabilities.hpp>
#include <starling/distributions/special_functions.hpp>
#include <starling/distributions/standardized.hpp>
#include <starling/values/log.hpp>
#include <starling/values/trigonometry.hpp>

namespace starling {

struct horseshoe_formulas : real_valued {
  static constexpr std::string_view name = "horseshoe";
  static constexpr auto draws_follow = draw_derivative::location_scale;

  template <class Rng, class S> static auto sample(Rng& rng, const S& scale) {
    using V = typename Rng::real;
    const auto spread = 1.0 / tan(1.57079632679489661923 * rng.uniform());
    return into_finite(V(scale * (spread * rng.normal())));
  }

  template <class X, class S> static auto log_density(const X& x, const S& scale) {
    const auto z = abs(x / scale);
    // z may be beyond the range, or y: eʸ E₁(y) is 1/y there.
    const auto far = z > 1e100;
    const auto log_y = 2.0 * log_ratio(abs(x), scale) - 0.69314718055994530942;
    const auto near_z = where(far, 1.0, z);
    const auto lp = where(far, -log_y, log_scaled_exponential_integral(0.5 * near_z * near_z, log_y)) - log(scale) - 2.06366841905407291592;
    return where(both(is_finite(x), scale > S(0)), lp, negative_infinity);
  }

  template <class S> static auto support(const S&) { return real_line{}; }

  template <class Visit, class S> static void parameters(Visit&& visit, const S& scale) {
    visit("scale", scale, is_positive_finite(scale), "must be positive and finite");
  }
};

template <class Scale> struct horseshoe : elementwise<horseshoe_formulas, Scale> {
  using elementwise<horseshoe_formulas, Scale>::elementwise;
};
template <class S> horseshoe(S&&) -> horseshoe<held<S>>;

}  // namespace starling
