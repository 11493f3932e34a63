// logistic(location, scale): exp(−z) / (scale (1 + exp(−z))²), z = (x − location) / scale.
#pragma once

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/log_of_parameter.hpp>
#include <starling/distributions/probabilities.hpp>
#include <starling/distributions/standardized.hpp>
#include <starling/values/exp.hpp>
#include <starling/values/log.hpp>
#include <starling/values/logistic.hpp>

namespace starling {

struct logistic_formulas : real_valued {
  static constexpr std::string_view name = "logistic";
  static constexpr auto draws_follow = draw_derivative::location_scale;

  template <class Rng, class L, class S> static auto sample(Rng& rng, const L& location, const S& scale) { return location + scale * logit(rng.uniform()); }

  template <class X, class L, class S> [[gnu::always_inline]] static auto log_density(const X& x, const L& location, const S& scale) {
    const auto z = abs(scaled_difference(x, location, scale));
    return -log_of_parameter(scale) - z - 2.0 * log1p(exp(-z));
  }

  template <class X, class L, class S> static auto tails(const X& x, const L& location, const S& scale) {
    const auto z = scaled_difference(x, location, scale);
    return log_tails{-log1p_exp(-z), -log1p_exp(z)};
  }

  // Far out e^(−|z|) is nothing beside 1.
  template <class X, class L, class S> static auto log_hazard_above(const X&, const L&, const S& scale) { return -log(scale); }
  template <class X, class L, class S> static auto log_hazard_below(const X&, const L&, const S& scale) { return -log(scale); }

  template <class T, class L, class S> static auto quantile(const T& tails, const L& location, const S& scale) {
    return location + scale * (tails.below - tails.above);
  }

  template <class L, class S> static auto mean(const L& location, const S&) { return location; }

  template <class L, class S> static auto variance(const L&, const S& scale) { return 3.28986813369645287294 * scale * scale; }

  template <class L, class S> static auto support(const L&, const S&) { return real_line{}; }

  template <class Visit, class L, class S> static void parameters(Visit&& visit, const L& location, const S& scale) {
    visit("location", location, is_finite(location), "must be finite");
    visit("scale", scale, is_positive_finite(scale), "must be positive and finite");
  }
};

template <class Location, class Scale> struct logistic : elementwise<logistic_formulas, Location, Scale> {
  using elementwise<logistic_formulas, Location, Scale>::elementwise;
};
template <class L, class S> logistic(L&&, S&&) -> logistic<held<L>, held<S>>;

}  // namespace starling
