// inverse_chi_square(degrees): inverse_gamma(degrees/2, 1/2): that of 1 / x for x from chi_square(degrees).
#pragma once

#include <tuple>

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/formulas_by.hpp>
#include <starling/distributions/inverse_gamma.hpp>
#include <starling/distributions/probabilities.hpp>

namespace starling {

struct inverse_chi_square_formulas : formulas_by<inverse_chi_square_formulas, inverse_gamma_formulas> {
  static constexpr std::string_view name = "inverse_chi_square";

  template <class D> static auto translated(const D& degrees) { return std::tuple(0.5 * degrees, 0.5); }

  template <class Visit, class D> static void parameters(Visit&& visit, const D& degrees) {
    visit("degrees", degrees, is_positive_finite(degrees), "must be positive and finite");
  }
};

template <class Degrees> struct inverse_chi_square : elementwise<inverse_chi_square_formulas, Degrees> {
  using elementwise<inverse_chi_square_formulas, Degrees>::elementwise;
};
template <class D> inverse_chi_square(D&&) -> inverse_chi_square<held<D>>;

}  // namespace starling
