// normal(location, scale): exp(−z²/2) / (scale √(2π)), z = (x − location) / scale.
#pragma once

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/log_of_parameter.hpp>
#include <starling/distributions/normal_tails.hpp>
#include <starling/distributions/saddle_point.hpp>
#include <starling/distributions/standardized.hpp>

namespace starling {

struct normal_formulas : real_valued {
  static constexpr std::string_view name = "normal";
  static constexpr auto draws_follow = draw_derivative::location_scale;

  template <class Rng, class L, class S> [[gnu::always_inline]] static auto sample(Rng& rng, const L& location, const S& scale) {
    return location + scale * rng.normal();
  }

  // With a constant scale: subtract, multiply, fused multiply-add. Bad parameters make NaN or −∞ by themselves.
  template <class X, class L, class S> [[gnu::always_inline]] static auto log_density(const X& x, const L& location, const S& scale) {
    const auto z = standardized(x, location, scale, 0.70710678118654752440);
    return multiply_add(-z, z, -log_of_parameter(scale) - half_log_two_pi);
  }

  template <class L, class S> static auto support(const L&, const S&) { return real_line{}; }

  template <class L, class S> static auto mean(const L& location, const S&) { return location; }
  template <class L, class S> static auto variance(const L&, const S& scale) { return scale * scale; }

  template <class X, class L, class S> static auto tails(const X& x, const L& location, const S& scale) { return normal_tails((x - location) / scale); }
  template <class T, class L, class S> static auto quantile(const T& tails, const L& location, const S& scale) {
    return location + scale * normal_quantile_of(tails);
  }

  template <class Visit, class L, class S> static void parameters(Visit&& visit, const L& location, const S& scale) {
    visit("location", location, is_finite(location), "must be finite");
    visit("scale", scale, is_positive_finite(scale), "must be positive and finite");
  }
};

template <class Location, class Scale> struct normal : elementwise<normal_formulas, Location, Scale> {
  using elementwise<normal_formulas, Location, Scale>::elementwise;
  // Element i of the mean.
  auto mean_at(std::size_t i) const { return element_at{i}(std::get<0>(this->values())); }
};
template <class L, class S> normal(L&&, S&&) -> normal<held<L>, held<S>>;

}  // namespace starling
