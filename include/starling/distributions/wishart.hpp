// wishart(degrees, scale): |W|^((ν−n−1)/2) exp(−tr(S⁻¹ W)/2) / (2^(νn/2) |S|^(ν/2) Γ_n(ν/2)) for symmetric positive definite n × n matrices W, ν the degrees,
// more than n − 1, S the scale matrix; with respect to the lower triangle of W. Its mean is ν S.
#pragma once

#include <starling/distributions/wishart_factors.hpp>

namespace starling {

template <class Degrees, class Element> class wishart : public wishart_family<wishart<Degrees, Element>, false, false, Degrees, Element> {
 public:
  static constexpr std::string_view name = "wishart";
  static constexpr auto draws_follow = draw_derivative::implicit;
  static constexpr auto scale_name = "scale";

  // Throws std::invalid_argument where the scale is not square.
  template <class Matrix> wishart(Degrees degrees, const Matrix& scale) : wishart::wishart_family(std::move(degrees), scale) {}
};
template <class Degrees, class Matrix> wishart(Degrees&&, const Matrix&) -> wishart<held<Degrees>, matrix_element<Matrix>>;

}  // namespace starling
