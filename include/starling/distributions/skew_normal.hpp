// skew_normal(location, scale, shape): 2 normal(x; location, scale) Φ(shape · z), z = (x − location) / scale.
#pragma once

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/normal_tails.hpp>
#include <starling/distributions/probabilities.hpp>
#include <starling/distributions/saddle_point.hpp>
#include <starling/distributions/standardized.hpp>
#include <starling/values/log.hpp>

namespace starling {

struct skew_normal_formulas : real_valued {
  static constexpr std::string_view name = "skew_normal";
  static constexpr auto draws_follow = draw_derivative::pathwise;

  template <class Rng, class L, class S, class Sh> static auto sample(Rng& rng, const L& location, const S& scale, const Sh& shape) {
    // δ |z₀| + √(1 − δ²) z₁ with δ = shape / √(1 + shape²).
    const auto size = abs(shape);
    const auto huge = size > Sh(1e8);
    const auto length = where(huge, size, sqrt(1.0 + size * size * where(huge, 0.0, 1.0)));
    const auto folded = abs(rng.normal());
    return location + scale * (shape / length * folded + rng.normal() / length);
  }

  template <class X, class L, class S, class Sh> static auto log_density(const X& x, const L& location, const S& scale, const Sh& shape) {
    const auto z = scaled_difference(x, location, scale);
    const auto lp = 0.69314718055994530942 - half_log_two_pi - log(scale) - 0.5 * z * z + log_normal_cdf(shape * z);
    return where(is_finite(shape), lp, negative_infinity);
  }

  template <class L, class S, class Sh> static auto mean(const L& location, const S& scale, const Sh& shape) {
    return location + 0.79788456080286535588 * scale * shape / sqrt(1.0 + shape * shape);
  }

  template <class L, class S, class Sh> static auto variance(const L&, const S& scale, const Sh& shape) {
    const auto square = shape * shape / (1.0 + shape * shape);
    return scale * scale * (1.0 - 0.63661977236758134308 * square);
  }

  template <class L, class S, class Sh> static auto support(const L&, const S&, const Sh&) { return real_line{}; }

  template <class Visit, class L, class S, class Sh> static void parameters(Visit&& visit, const L& location, const S& scale, const Sh& shape) {
    visit("location", location, is_finite(location), "must be finite");
    visit("scale", scale, is_positive_finite(scale), "must be positive and finite");
    visit("shape", shape, is_finite(shape), "must be finite");
  }
};

template <class Location, class Scale, class Shape> struct skew_normal : elementwise<skew_normal_formulas, Location, Scale, Shape> {
  using elementwise<skew_normal_formulas, Location, Scale, Shape>::elementwise;
};
template <class L, class S, class Sh> skew_normal(L&&, S&&, Sh&&) -> skew_normal<held<L>, held<S>, held<Sh>>;

}  // namespace starling
