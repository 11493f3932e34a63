// laplace(location, scale): exp(−|z|) / (2 scale), z = (x − location) / scale.
#pragma once

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/log_of_parameter.hpp>
#include <starling/distributions/probabilities.hpp>
#include <starling/distributions/standardized.hpp>
#include <starling/values/log.hpp>

namespace starling {

struct laplace_formulas : real_valued {
  static constexpr std::string_view name = "laplace";
  static constexpr auto draws_follow = draw_derivative::location_scale;

  template <class Rng, class L, class S> static auto sample(Rng& rng, const L& location, const S& scale) {
    // From the nearer end of (0, 1), where it is exact in the tail.
    const auto u = rng.uniform();
    const auto lower = u < decltype(u)(0.5);
    const auto t = log(2.0 * where(lower, u, 1.0 - u));
    return location + scale * where(lower, t, -t);
  }

  template <class X, class L, class S> [[gnu::always_inline]] static auto log_density(const X& x, const L& location, const S& scale) {
    return -0.69314718055994530942 - log_of_parameter(scale) - abs(scaled_difference(x, location, scale));
  }

  template <class X, class L, class S> static auto tails(const X& x, const L& location, const S& scale) {
    const auto z = scaled_difference(x, location, scale);
    const auto near = -abs(z) - 0.69314718055994530942, far = log1m_exp(near);
    const auto lower = z < decltype(z)(0);
    return log_tails{where(lower, near, far), where(lower, far, near)};
  }

  template <class X, class L, class S> static auto log_hazard_above(const X&, const L&, const S& scale) { return -log(scale); }
  template <class X, class L, class S> static auto log_hazard_below(const X&, const L&, const S& scale) { return -log(scale); }

  template <class T, class L, class S> static auto quantile(const T& tails, const L& location, const S& scale) {
    return location + scale * where(tails.below < tails.above, tails.below + 0.69314718055994530942, -0.69314718055994530942 - tails.above);
  }

  template <class L, class S> static auto mean(const L& location, const S&) { return location; }

  template <class L, class S> static auto variance(const L&, const S& scale) { return 2.0 * scale * scale; }

  template <class L, class S> static auto support(const L&, const S&) { return real_line{}; }

  template <class Visit, class L, class S> static void parameters(Visit&& visit, const L& location, const S& scale) {
    visit("location", location, is_finite(location), "must be finite");
    visit("scale", scale, is_positive_finite(scale), "must be positive and finite");
  }
};

template <class Location, class Scale> struct laplace_distribution : elementwise<laplace_formulas, Location, Scale> {
  using elementwise<laplace_formulas, Location, Scale>::elementwise;
};
// A function, since Laplace's approximation of a posterior (inference/laplace.hpp) has this name too.
template <class L, class S> auto laplace(L&& location, S&& scale) {
  return laplace_distribution<held<L>, held<S>>(std::forward<L>(location), std::forward<S>(scale));
}

}  // namespace starling
