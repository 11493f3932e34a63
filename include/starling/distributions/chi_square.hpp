// chi_square(degrees): gamma(degrees/2, 1/2): x^(degrees/2−1) exp(−x/2) / (2^(degrees/2) Γ(degrees/2)) for x > 0.
#pragma once

#include <tuple>

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/formulas_by.hpp>
#include <starling/distributions/gamma.hpp>
#include <starling/distributions/probabilities.hpp>

namespace starling {

struct chi_square_formulas : formulas_by<chi_square_formulas, gamma_formulas> {
  static constexpr std::string_view name = "chi_square";

  template <class D> static auto translated(const D& degrees) { return std::tuple(0.5 * degrees, 0.5); }

  template <class Visit, class D> static void parameters(Visit&& visit, const D& degrees) {
    visit("degrees", degrees, is_positive_finite(degrees), "must be positive and finite");
  }
};

template <class Degrees> struct chi_square : elementwise<chi_square_formulas, Degrees> {
  using elementwise<chi_square_formulas, Degrees>::elementwise;
};
template <class D> chi_square(D&&) -> chi_square<held<D>>;

}  // namespace starling
