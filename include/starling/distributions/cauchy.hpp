// cauchy(location, scale): 1 / (π scale (1 + z²)), z = (x − location) / scale.
#pragma once

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/log_of_parameter.hpp>
#include <starling/distributions/probabilities.hpp>
#include <starling/distributions/standardized.hpp>
#include <starling/values/derivatives.hpp>
#include <starling/values/inverse_trigonometry.hpp>
#include <starling/values/trigonometry.hpp>

namespace starling {

struct cauchy_formulas : real_valued {
  static constexpr std::string_view name = "cauchy";
  static constexpr auto draws_follow = draw_derivative::location_scale;

  template <class Rng, class L, class S> static auto sample(Rng& rng, const L& location, const S& scale) {
    // 1 / tan(πu) from the nearer end of (0, 1), where it is exact in the tail.
    const auto u = rng.uniform();
    const auto lower = u < decltype(u)(0.5);
    const auto t = 1.0 / tan(3.14159265358979323846 * where(lower, u, 1.0 - u));
    return location + scale * where(lower, -t, t);
  }

  template <class X, class L, class S> [[gnu::always_inline]] static auto log_density(const X& x, const L& location, const S& scale) {
    return -log_of_parameter(scale) - 1.14472988584940017414 - log_one_plus_square_of_difference(x, location, scale, 1.0);  // log π
  }

  template <class L, class S> static auto support(const L&, const S&) { return real_line{}; }

  // atan(1/|z|) / π in the nearer tail.
  template <class X, class L, class S> static auto tails(const X& x, const L& location, const S& scale) {
    const auto z = scaled_difference(x, location, scale);
    const auto near = log(0.31830988618379067154 * atan2(1.0, abs(z))), far = log1m_exp(near);
    const auto lower = z < decltype(z)(0);
    return log_tails{where(lower, near, far), where(lower, far, near)};
  }
  template <class T, class L, class S> static auto quantile(const T& tails, const L& location, const S& scale) {
    const auto lower = tails.below < tails.above;
    const auto t = 1.0 / tan(3.14159265358979323846 * exp(where(lower, tails.below, tails.above)));
    return location + scale * where(lower, -t, t);
  }

  template <class Visit, class L, class S> static void parameters(Visit&& visit, const L& location, const S& scale) {
    visit("location", location, is_finite(location), "must be finite");
    visit("scale", scale, is_positive_finite(scale), "must be positive and finite");
  }
};

template <class Location, class Scale> struct cauchy : elementwise<cauchy_formulas, Location, Scale> {
  using elementwise<cauchy_formulas, Location, Scale>::elementwise;
};
template <class L, class S> cauchy(L&&, S&&) -> cauchy<held<L>, held<S>>;

}  // namespace starling
