// pareto_type_2(location, scale, shape): (shape/scale) (1 + z)^(−shape−1) for x ≥ location, z = (x − location) / scale.
#pragma once

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/inner_numbers.hpp>
#include <starling/distributions/probabilities.hpp>
#include <starling/distributions/standardized.hpp>
#include <starling/values/exp.hpp>
#include <starling/values/log.hpp>

namespace starling {

struct pareto_type_2_formulas : real_valued {
  static constexpr std::string_view name = "pareto_type_2";
  static constexpr auto draws_follow = draw_derivative::pathwise;

  template <class Rng, class L, class S, class Sh> static auto sample(Rng& rng, const L& location, const S& scale, const Sh& shape) {
    using V = typename Rng::real;
    return into_finite(V(location + scale * expm1(rng.exponential() / shape)));
  }

  // From 0 on x stands for itself.
  template <class X, class L, class S, class Sh> static auto log_density_inside(const X& x, const L&, const S& scale, const Sh& shape) {
    const auto log_share = [&] {
      if constexpr (requires { x.above; }) return log_one_plus_share(x.above, scale);
      else return log_one_plus_share(x, scale);
    }();
    return log(shape) - log(scale) - (shape + 1.0) * log_share;
  }
  template <class X, class L, class S, class Sh> static auto log_density(const X& x, const L& location, const S& scale, const Sh& shape) {
    const auto z = scaled_difference(x, location, scale);
    return where(x >= location, log(shape) - log(scale) - (shape + 1.0) * log1p(z), negative_infinity);
  }

  template <class X, class L, class S, class Sh> static auto tails(const X& x, const L& location, const S& scale, const Sh& shape) {
    return tails_from_above(-shape * log1p(scaled_difference(max(x, location), location, scale)));
  }

  template <class X, class L, class S, class Sh> static auto log_hazard_above(const X& x, const L& location, const S& scale, const Sh& shape) {
    return log(shape) - log(scale) - log1p(scaled_difference(x, location, scale));
  }

  template <class T, class L, class S, class Sh> static auto quantile(const T& tails, const L& location, const S& scale, const Sh& shape) {
    return location + scale * expm1(-tails.above / shape);
  }

  template <class L, class S, class Sh> static auto mean(const L& location, const S& scale, const Sh& shape) {
    return where(shape > Sh(1), location + scale / (shape - 1.0), positive_infinity);
  }

  template <class L, class S, class Sh> static auto variance(const L&, const S& scale, const Sh& shape) {
    const auto above = scale / (shape - 1.0);
    return where(shape > Sh(2), above * above * shape / (shape - 2.0), positive_infinity);
  }

  template <class L, class S, class Sh> static auto support(const L& location, const S&, const Sh&) { return at_least{location}; }

  template <class Visit, class L, class S, class Sh> static void parameters(Visit&& visit, const L& location, const S& scale, const Sh& shape) {
    visit("location", location, is_finite(location), "must be finite");
    visit("scale", scale, is_positive_finite(scale), "must be positive and finite");
    visit("shape", shape, is_positive_finite(shape), "must be positive and finite");
  }
};

template <class Location, class Scale, class Shape> struct pareto_type_2 : elementwise<pareto_type_2_formulas, Location, Scale, Shape> {
  using elementwise<pareto_type_2_formulas, Location, Scale, Shape>::elementwise;
};
template <class L, class S, class Sh> pareto_type_2(L&&, S&&, Sh&&) -> pareto_type_2<held<L>, held<S>, held<Sh>>;

}  // namespace starling
