// generalized_pareto(location, scale, shape): (1 + shape · z)^(−1 − 1/shape) / scale, z = (x − location) / scale, for x ≥ location and, where the
// shape is negative, x ≤ location − scale / shape; exp(−z) / scale where the shape is 0.
#pragma once

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/gamma_draws.hpp>
#include <starling/distributions/probabilities.hpp>
#include <starling/distributions/special_functions.hpp>
#include <starling/distributions/standardized.hpp>
#include <starling/values/exp.hpp>
#include <starling/values/log.hpp>

namespace starling {

struct generalized_pareto_formulas : real_valued {
  static constexpr std::string_view name = "generalized_pareto";
  static constexpr auto draws_follow = draw_derivative::pathwise;

  template <class Rng, class L, class S, class Sh> static auto sample(Rng& rng, const L& location, const S& scale, const Sh& shape) {
    using V = typename Rng::real;
    const V t = rng.exponential();
    const V s(shape);
    const auto none = abs(s) < V(1e-300);
    if constexpr (differentiable<V>) {
      using plain = primal_of<V>;
      const plain r = s.value(), w = r * t.value(), y = where(none, t.value(), expm1(w) / where(none, plain(1), r));
      // ∂y/∂shape = t² (w eʷ − (eʷ − 1)) / w² with w = shape · t; near 0 by its series.
      const auto near = abs(w) < plain(0.01);
      const plain far = where(near, plain(1), w);
      const plain ratio = where(near, 0.5 + w * (1.0 / 3 + w * (1.0 / 8 + w * (1.0 / 30 + w / 144))), (far * exp(far) - expm1(far)) / (far * far));
      return into_finite(V(location + scale * chain(y, s, [&] { return t.value() * t.value() * ratio; })));
    } else {
      return into_finite(V(location + scale * where(none, t, expm1(s * t) / where(none, V(1), s))));
    }
  }

  // Of a between_ends: near the upper end 1 + w by the distance from there, far out by log (x − location).
  template <class X, class L, class S, class Sh> static auto log_density_inside(const X& x, const L&, const S& scale, const Sh& shape) {
    const auto z = x.above / scale;
    const auto w = shape * z;
    const auto far = w > 1e20, upper = w < -0.5;
    const auto log_near_end = log(where(upper, -shape, 1.0)) + where(upper, x.log_below, 0.0);
    const auto log_far_out = log(where(far, shape, 1.0)) + where(far, x.log_above, 0.0);
    const auto log_of_sum = where(upper, log_near_end, log_far_out) - log(scale);
    const auto at_an_end = either(far, upper);
    const auto near_w = where(at_an_end, 0.0, w);
    const auto by_logarithms = log_of_sum + log_of_sum / where(at_an_end, shape, 1.0);
    return -log(scale) - where(at_an_end, by_logarithms, log1p(near_w) + where(at_an_end, 0.0, z) * log1p_ratio(near_w));
  }
  template <class X, class L, class S, class Sh> static auto log_density(const X& x, const L& location, const S& scale, const Sh& shape) {
    const auto z = scaled_difference(x, location, scale);
    const auto w = shape * z;
    // Far out, where w may be more than a number can hold, 1 + w is w.
    const auto far = w > 1e20;
    const auto r = where(far, shape, 1.0);
    const auto log_w = log(r) + log(where(far, x - location, 1.0)) - log(scale);
    const auto near_w = where(far, 0.0, w);
    const auto lp = -log(scale) - where(far, log_w + log_w / r, log1p(near_w) + where(far, 0.0, z) * log1p_ratio(near_w));
    // At the upper end: 0, that of a uniform distribution, or a pole.
    const auto at_end = where(shape < -1.0, positive_infinity, where(shape == -1.0, -log(scale), negative_infinity));
    return where(both(x >= location, w >= -1.0), where(w > -1.0, lp, at_end), negative_infinity);
  }

  template <class X, class L, class S, class Sh> static auto tails(const X& x, const L& location, const S& scale, const Sh& shape) {
    const auto z = scaled_difference(max(x, location), location, scale);
    const auto w = max(shape * z, -1.0);
    return tails_from_above(where(w <= -1.0, negative_infinity, -z * log1p_ratio(w)));
  }

  template <class X, class L, class S, class Sh> static auto log_hazard_above(const X& x, const L& location, const S& scale, const Sh& shape) {
    return -log(scale) - log1p(shape * (scaled_difference(x, location, scale)));
  }

  template <class T, class L, class S, class Sh> static auto quantile(const T& tails, const L& location, const S& scale, const Sh& shape) {
    const auto none = abs(shape) < 1e-300;
    return location + scale * where(none, -tails.above, expm1(-shape * tails.above) / where(none, 1.0, shape));
  }

  template <class L, class S, class Sh> static auto mean(const L& location, const S& scale, const Sh& shape) {
    return where(shape < Sh(1), location + scale / (1.0 - shape), positive_infinity);
  }

  template <class L, class S, class Sh> static auto variance(const L&, const S& scale, const Sh& shape) {
    const auto first = scale / (1.0 - shape);
    return where(shape < Sh(0.5), first * first / (1.0 - 2.0 * shape), positive_infinity);
  }

  template <class L, class S, class Sh> static auto support(const L& location, const S& scale, const Sh& shape) {
    return bounded{location, where(shape < Sh(0), location - scale / where(shape < Sh(0), shape, -1.0), positive_infinity)};
  }

  template <class Visit, class L, class S, class Sh> static void parameters(Visit&& visit, const L& location, const S& scale, const Sh& shape) {
    visit("location", location, is_finite(location), "must be finite");
    visit("scale", scale, is_positive_finite(scale), "must be positive and finite");
    visit("shape", shape, is_finite(shape), "must be finite");
  }
};

template <class Location, class Scale, class Shape> struct generalized_pareto : elementwise<generalized_pareto_formulas, Location, Scale, Shape> {
  using elementwise<generalized_pareto_formulas, Location, Scale, Shape>::elementwise;
};
template <class L, class S, class Sh> generalized_pareto(L&&, S&&, Sh&&) -> generalized_pareto<held<L>, held<S>, held<Sh>>;

}  // namespace starling
