// gumbel(location, scale): exp(−z − exp(−z)) / scale, z = (x − location) / scale.
#pragma once

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/log_of_parameter.hpp>
#include <starling/distributions/probabilities.hpp>
#include <starling/distributions/standardized.hpp>
#include <starling/values/exp.hpp>
#include <starling/values/log.hpp>

namespace starling {

struct gumbel_formulas : real_valued {
  static constexpr std::string_view name = "gumbel";
  static constexpr auto draws_follow = draw_derivative::location_scale;

  template <class Rng, class L, class S> static auto sample(Rng& rng, const L& location, const S& scale) { return location - scale * log(rng.exponential()); }

  template <class X, class L, class S> [[gnu::always_inline]] static auto log_density(const X& x, const L& location, const S& scale) {
    const auto z = scaled_difference(x, location, scale);
    return -log_of_parameter(scale) - z - exp(-z);
  }

  template <class X, class L, class S> static auto tails(const X& x, const L& location, const S& scale) { return tails_from_log_below(scaled_difference(location, x, scale)); }

  template <class X, class L, class S> static auto log_hazard_above(const X&, const L&, const S& scale) { return -log(scale); }  // far out P(X > x) is e^(−z)
  template <class X, class L, class S> static auto log_hazard_below(const X& x, const L& location, const S& scale) {
    return scaled_difference(location, x, scale) - log(scale);
  }

  template <class T, class L, class S> static auto quantile(const T& tails, const L& location, const S& scale) {
    return location - scale * log_of_below(tails);
  }

  template <class L, class S> static auto mean(const L& location, const S& scale) { return location + 0.57721566490153286061 * scale; }

  template <class L, class S> static auto variance(const L&, const S& scale) { return 1.64493406684822643647 * scale * scale; }

  template <class L, class S> static auto support(const L&, const S&) { return real_line{}; }

  template <class Visit, class L, class S> static void parameters(Visit&& visit, const L& location, const S& scale) {
    visit("location", location, is_finite(location), "must be finite");
    visit("scale", scale, is_positive_finite(scale), "must be positive and finite");
  }
};

template <class Location, class Scale> struct gumbel : elementwise<gumbel_formulas, Location, Scale> {
  using elementwise<gumbel_formulas, Location, Scale>::elementwise;
};
template <class L, class S> gumbel(L&&, S&&) -> gumbel<held<L>, held<S>>;

}  // namespace starling
