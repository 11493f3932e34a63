// logit_normal(location, scale): normal(logit x; location, scale) / (x (1 − x)) for 0 < x < 1.
#pragma once

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/gamma_draws.hpp>
#include <starling/distributions/inner_numbers.hpp>
#include <starling/distributions/normal.hpp>
#include <starling/distributions/normal_tails.hpp>
#include <starling/distributions/probabilities.hpp>
#include <starling/values/log.hpp>
#include <starling/values/logistic.hpp>

namespace starling {

struct logit_normal_formulas : real_valued {
  static constexpr std::string_view name = "logit_normal";
  static constexpr auto draws_follow = draw_derivative::pathwise;

  template <class Rng, class L, class S> static auto sample(Rng& rng, const L& location, const S& scale) {
    using V = typename Rng::real;
    return into_unit_interval(V(inverse_logit(location + scale * rng.normal())));
  }

  template <class X, class L, class S> static auto log_density_inside(const X& x, const L& location, const S& scale) {
    return normal_formulas::log_density(x.log_odds(), location, scale) - x.log_value() - x.log_complement();
  }
  template <class X, class L, class S> static auto log_density(const X& x, const L& location, const S& scale) {
    return where(both(x > X(0), x < X(1)), log_density_inside(plain_fraction<X>{x}, location, scale), negative_infinity);
  }

  template <class X, class L, class S> static auto tails(const X& x, const L& location, const S& scale) {
    return normal_tails((logit(max(min(x, 1.0), 0.0)) - location) / scale);
  }

  template <class X, class L, class S> static auto log_hazard_above(const X& x, const L& location, const S& scale) {
    return log_normal_hazard((logit(x) - location) / scale) - log(scale) - log(x) - log1p(-x);
  }
  template <class X, class L, class S> static auto log_hazard_below(const X& x, const L& location, const S& scale) {
    return log_normal_hazard((location - logit(x)) / scale) - log(scale) - log(x) - log1p(-x);
  }

  template <class T, class L, class S> static auto quantile(const T& tails, const L& location, const S& scale) {
    return inverse_logit(location + scale * normal_quantile_of(tails));
  }

  template <class L, class S> static auto support(const L&, const S&) { return unit_interval{}; }

  template <class Visit, class L, class S> static void parameters(Visit&& visit, const L& location, const S& scale) {
    visit("location", location, is_finite(location), "must be finite");
    visit("scale", scale, is_positive_finite(scale), "must be positive and finite");
  }
};

template <class Location, class Scale> struct logit_normal : elementwise<logit_normal_formulas, Location, Scale> {
  using elementwise<logit_normal_formulas, Location, Scale>::elementwise;
};
template <class L, class S> logit_normal(L&&, S&&) -> logit_normal<held<L>, held<S>>;

}  // namespace starling
