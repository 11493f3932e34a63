// scaled_inverse_chi_square(degrees, scale): inverse_gamma(degrees/2, degrees · scale²/2).
#pragma once

#include <tuple>

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/formulas_by.hpp>
#include <starling/distributions/inverse_gamma.hpp>
#include <starling/distributions/probabilities.hpp>

namespace starling {

struct scaled_inverse_chi_square_formulas : formulas_by<scaled_inverse_chi_square_formulas, inverse_gamma_formulas> {
  static constexpr std::string_view name = "scaled_inverse_chi_square";

  template <class D, class S> static auto translated(const D& degrees, const S& scale) { return std::tuple(0.5 * degrees, 0.5 * degrees * scale * abs(scale)); }

  template <class Visit, class D, class S> static void parameters(Visit&& visit, const D& degrees, const S& scale) {
    visit("degrees", degrees, is_positive_finite(degrees), "must be positive and finite");
    visit("scale", scale, is_positive_finite(scale), "must be positive and finite");
  }
};

template <class Degrees, class Scale> struct scaled_inverse_chi_square : elementwise<scaled_inverse_chi_square_formulas, Degrees, Scale> {
  using elementwise<scaled_inverse_chi_square_formulas, Degrees, Scale>::elementwise;
};
template <class D, class S> scaled_inverse_chi_square(D&&, S&&) -> scaled_inverse_chi_square<held<D>, held<S>>;

}  // namespace starling
