// rayleigh(scale): x/scale² · exp(−x² / (2 scale²)) for x > 0.
#pragma once

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/gamma_draws.hpp>
#include <starling/distributions/inner_numbers.hpp>
#include <starling/distributions/probabilities.hpp>
#include <starling/distributions/standardized.hpp>
#include <starling/values/log.hpp>

namespace starling {

struct rayleigh_formulas : real_valued {
  static constexpr std::string_view name = "rayleigh";
  static constexpr auto draws_follow = draw_derivative::location_scale;

  template <class Rng, class S> static auto sample(Rng& rng, const S& scale) {
    using V = typename Rng::real;
    return into_positive(V(scale * sqrt(2.0 * rng.exponential())));
  }

  template <class X, class S> static auto log_density_inside(const X& x, const S& scale) {
    const auto z = x.value() / scale, log_scale = log(scale);
    return (x.log_value() - log_scale) - log_scale - 0.5 * z * z;
  }
  template <class X, class S> static auto log_density(const X& x, const S& scale) {
    return where(x > X(0), log_density_inside(plain_positive<X>{x}, scale), negative_infinity);
  }

  template <class X, class S> static auto tails(const X& x, const S& scale) {
    const auto z = max(x, X(0)) / scale;
    return tails_from_above(-0.5 * z * z);
  }

  template <class X, class S> static auto log_hazard_above(const X& x, const S& scale) { return log_ratio(x, scale) - log(scale); }

  template <class T, class S> static auto quantile(const T& tails, const S& scale) { return scale * sqrt(-2.0 * tails.above); }

  template <class S> static auto mean(const S& scale) { return 1.25331413731550025121 * scale; }

  template <class S> static auto variance(const S& scale) { return 0.42920367320510338077 * scale * scale; }

  template <class S> static auto support(const S&) { return positive{}; }

  template <class Visit, class S> static void parameters(Visit&& visit, const S& scale) {
    visit("scale", scale, is_positive_finite(scale), "must be positive and finite");
  }
};

template <class Scale> struct rayleigh : elementwise<rayleigh_formulas, Scale> {
  using elementwise<rayleigh_formulas, Scale>::elementwise;
};
template <class S> rayleigh(S&&) -> rayleigh<held<S>>;

}  // namespace starling
