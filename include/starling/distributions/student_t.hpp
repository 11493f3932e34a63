// student_t(degrees, location, scale): Γ((ν+1)/2) / (Γ(ν/2) √(νπ) scale) (1 + z²/ν)^(−(ν+1)/2), ν the degrees of freedom,
// z = (x − location) / scale.
#pragma once

#include <limits>

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/gamma_draws.hpp>
#include <starling/distributions/incomplete_functions.hpp>
#include <starling/distributions/saddle_point.hpp>
#include <starling/distributions/log_of_parameter.hpp>
#include <starling/distributions/standardized.hpp>

namespace starling {

// log Γ((ν+1)/2) − log Γ(ν/2) − ½ log νπ; from 50 by its asymptotic series, in which nothing cancels.
template <class D> auto log_ratio_of_gammas(const D& degrees) {
  const auto a = 0.5 * degrees;
  const auto r = 1.0 / a;
  const auto s = r * r;
  const auto series =
      -r * (1.0 / 8 - s * (1.0 / 192 - s * (1.0 / 640 - s * (17.0 / 14336 - s * (31.0 / 18432))))) - half_log_two_pi;
  const auto few = degrees < D(50);
  if (!any(few)) return series;
  const auto direct = lgamma(a + 0.5) - lgamma(a) - 0.5 * log(degrees) - 0.57236494292470008707;  // ½ log π
  return where(few, direct, series);
}

struct student_t_formulas : real_valued {
  static constexpr std::string_view name = "student_t";
  static constexpr auto draws_follow = draw_derivative::implicit;

  template <class Rng, class D, class L, class S> static auto sample(Rng& rng, const D& degrees, const L& location, const S& scale) {
    const auto z = rng.normal();
    const auto g = draw_gamma(rng, 0.5 * degrees);
    using V = typename Rng::real;
    const V scaled = scale * z, plain = location + scaled * sqrt(0.5 * degrees / g.factor);
    const auto boosted = g.is_boosted();
    if (!any(boosted)) return plain;
    const V log_factor = -0.5 * (g.log_value() + log(2.0 / degrees));
    const V factor = exp(log_factor), x = where(boosted, location + scaled * factor, plain);
    const auto lost = both(boosted, factor > V(std::numeric_limits<scalar_of<V>>::max()));  // which a small scale may make up for
    if (!any(lost)) return x;
    return V(where(lost, location + copysign(exp(log(abs(scaled)) + log_factor), scaled), x));
  }

  template <class X, class D, class L, class S> static auto log_density(const X& x, const D& degrees, const L& location, const S& scale) {
    const auto log_tail = log_one_plus_square_of_difference(x, location, scale, sqrt(degrees));
    const auto lp = of_parameters_only([](const auto& d) { return log_ratio_of_gammas(d); }, degrees) - log_of_parameter(scale) - 0.5 * (degrees + 1.0) * log_tail;
    return where(degrees > decltype(degrees + 0.0)(0), lp, negative_infinity);
  }

  template <class D, class L, class S> static auto support(const D&, const L&, const S&) { return real_line{}; }

  template <class D, class L, class S> static auto mean(const D& degrees, const L& location, const S&) { return where(degrees > D(1), location, not_a_number); }
  template <class D, class L, class S> static auto variance(const D& degrees, const L&, const S& scale) { return where(degrees > D(2), scale * scale * degrees / (degrees - 2.0), where(degrees > D(1), positive_infinity, not_a_number)); }

  template <class X, class D, class L, class S> static auto tails(const X& x, const D& degrees, const L& location, const S& scale) {
    return standard_tails<standard_student_t>((x - location) / scale, degrees);
  }
  template <class T, class D, class L, class S> static auto quantile(const T& tails, const D& degrees, const L& location, const S& scale) {
    return location + scale * standard_quantile<standard_student_t>(tails, degrees);
  }

  template <class Visit, class D, class L, class S> static void parameters(Visit&& visit, const D& degrees, const L& location, const S& scale) {
    visit("degrees", degrees, is_positive_finite(degrees), "must be positive and finite");
    visit("location", location, is_finite(location), "must be finite");
    visit("scale", scale, is_positive_finite(scale), "must be positive and finite");
  }
};

template <class Degrees, class Location, class Scale> struct student_t : elementwise<student_t_formulas, Degrees, Location, Scale> {
  using elementwise<student_t_formulas, Degrees, Location, Scale>::elementwise;
};
template <class D, class L, class S> student_t(D&&, L&&, S&&) -> student_t<held<D>, held<L>, held<S>>;

}  // namespace starling
