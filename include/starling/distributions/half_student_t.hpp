// half_student_t(degrees, scale): twice the density of student_t(degrees, 0, scale), for x ≥ 0.
#pragma once

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/inner_numbers.hpp>
#include <starling/distributions/probabilities.hpp>
#include <starling/distributions/student_t.hpp>
#include <starling/values/exp.hpp>

namespace starling {

struct half_student_t_formulas : real_valued {
  static constexpr std::string_view name = "half_student_t";
  static constexpr auto draws_follow = draw_derivative::implicit;

  template <class Rng, class D, class S> static auto sample(Rng& rng, const D& degrees, const S& scale) {
    return abs(student_t_formulas::sample(rng, degrees, 0.0, scale));
  }

  template <class X, class D, class S> static auto log_density_inside(const X& x, const D& degrees, const S& scale) {
    const auto lp = log_density(x.value(), degrees, scale);
    const auto far = is_far(x.value());
    if (!any(far)) [[likely]]
      return lp;
    const auto log_tail = log1p_exp(2.0 * (x.log_value() - log(scale)) - log(degrees));
    return where(far, 0.69314718055994530942 + log_ratio_of_gammas(degrees) - log(scale) - 0.5 * (degrees + 1.0) * log_tail, lp);
  }
  template <class X, class D, class S> static auto log_density(const X& x, const D& degrees, const S& scale) {
    return where(x >= X(0), 0.69314718055994530942 + student_t_formulas::log_density(x, degrees, 0.0, scale), negative_infinity);
  }

  template <class D, class S> static auto mean(const D& degrees, const S& scale) {
    return where(degrees > D(1), 2.0 * scale * degrees / (degrees - 1.0) * exp(log_ratio_of_gammas(degrees)), positive_infinity);
  }

  template <class D, class S> static auto variance(const D& degrees, const S& scale) {
    const auto first = 2.0 * scale * degrees / (degrees - 1.0) * exp(log_ratio_of_gammas(degrees));
    return where(degrees > D(2), scale * scale * degrees / (degrees - 2.0) - first * first, positive_infinity);
  }

  // P(X > x) is P(B ≤ ν / (ν + (x / scale)²)), B from beta(ν/2, 1/2).
  template <class X, class D, class S> static auto tails(const X& x, const D& degrees, const S& scale) {
    return exchanged(standard_tails<standard_beta>(log(degrees) - 2.0 * log(max(x, X(0)) / scale), 0.5 * degrees, 0.5));
  }
  template <class T, class D, class S> static auto quantile(const T& tails, const D& degrees, const S& scale) {
    return scale * sqrt(degrees) * exp(-0.5 * standard_quantile<standard_beta>(exchanged(tails), 0.5 * degrees, 0.5));
  }

  template <class D, class S> static auto support(const D&, const S&) { return nonnegative{}; }

  template <class Visit, class D, class S> static void parameters(Visit&& visit, const D& degrees, const S& scale) {
    visit("degrees", degrees, is_positive_finite(degrees), "must be positive and finite");
    visit("scale", scale, is_positive_finite(scale), "must be positive and finite");
  }
};

template <class Degrees, class Scale> struct half_student_t : elementwise<half_student_t_formulas, Degrees, Scale> {
  using elementwise<half_student_t_formulas, Degrees, Scale>::elementwise;
};
template <class D, class S> half_student_t(D&&, S&&) -> half_student_t<held<D>, held<S>>;

}  // namespace starling
