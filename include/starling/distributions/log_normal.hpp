// log_normal(location, scale): the exponential of a normal(location, scale) draw.
#pragma once

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/inner_numbers.hpp>
#include <starling/distributions/normal.hpp>
#include <starling/values/exp.hpp>
#include <starling/distributions/log_of_parameter.hpp>
#include <starling/distributions/normal_tails.hpp>

namespace starling {

struct log_normal_formulas : real_valued {
  static constexpr std::string_view name = "log_normal";
  static constexpr auto draws_follow = draw_derivative::pathwise;

  template <class Rng, class L, class S> static auto sample(Rng& rng, const L& location, const S& scale) {
    return exp(location + scale * rng.normal());
  }

  template <class X, class L, class S> [[gnu::always_inline]] static auto log_density_inside(const X& x, const L& location, const S& scale) {
    const auto log_x = x.log_value();
    return normal_formulas::log_density(log_x, location, scale) - log_x;
  }
  template <class X, class L, class S> [[gnu::always_inline]] static auto log_density(const X& x, const L& location, const S& scale) {
    return where(x > X(0), log_density_inside(plain_positive<X>{x}, location, scale), negative_infinity);
  }

  template <class L, class S> static auto support(const L&, const S&) { return positive{}; }

  template <class L, class S> static auto mean(const L& location, const S& scale) { return exp(location + 0.5 * scale * scale); }
  template <class L, class S> static auto variance(const L& location, const S& scale) { return exp(2.0 * location + scale * scale) * expm1(scale * scale); }

  template <class X, class L, class S> static auto tails(const X& x, const L& location, const S& scale) {
    return normal_tails((log(max(x, X(0))) - location) / scale);
  }
  template <class X, class L, class S> static auto log_hazard_above(const X& x, const L& location, const S& scale) {
    const auto log_x = log(x);
    return log_normal_hazard((log_x - location) / scale) - log(scale) - log_x;
  }
  template <class X, class L, class S> static auto log_hazard_below(const X& x, const L& location, const S& scale) {
    const auto log_x = log(x);
    return log_normal_hazard((location - log_x) / scale) - log(scale) - log_x;
  }
  template <class T, class L, class S> static auto quantile(const T& tails, const L& location, const S& scale) {
    return exp(location + scale * normal_quantile_of(tails));
  }

  template <class Visit, class L, class S> static void parameters(Visit&& visit, const L& location, const S& scale) {
    visit("location", location, is_finite(location), "must be finite");
    visit("scale", scale, is_positive_finite(scale), "must be positive and finite");
  }
};

template <class Location, class Scale> struct log_normal : elementwise<log_normal_formulas, Location, Scale> {
  using elementwise<log_normal_formulas, Location, Scale>::elementwise;
};
template <class L, class S> log_normal(L&&, S&&) -> log_normal<held<L>, held<S>>;

}  // namespace starling
