// inverse_wishart(degrees, scale): |S|^(ν/2) |W|^(−(ν+n+1)/2) exp(−tr(S W⁻¹)/2) / (2^(νn/2) Γ_n(ν/2)) for symmetric positive definite n × n matrices W, ν the
// degrees, more than n − 1, S the scale matrix; with respect to the lower triangle of W: that of the inverse of a wishart(ν, S⁻¹) draw. Its mean is S / (ν − n − 1).
#pragma once

#include <starling/distributions/wishart_factors.hpp>

namespace starling {

template <class Degrees, class Element> class inverse_wishart : public wishart_family<inverse_wishart<Degrees, Element>, true, false, Degrees, Element> {
 public:
  static constexpr std::string_view name = "inverse_wishart";
  static constexpr auto draws_follow = draw_derivative::implicit;
  static constexpr auto scale_name = "scale";

  // Throws std::invalid_argument where the scale is not square.
  template <class Matrix> inverse_wishart(Degrees degrees, const Matrix& scale) : inverse_wishart::wishart_family(std::move(degrees), scale) {}
};
template <class Degrees, class Matrix> inverse_wishart(Degrees&&, const Matrix&) -> inverse_wishart<held<Degrees>, matrix_element<Matrix>>;

}  // namespace starling
