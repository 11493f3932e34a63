// wishart_cholesky(degrees, factor): the lower Cholesky factor K of a matrix K Kᵀ from wishart(degrees, L Lᵀ), L the factor given, of which the lower triangle is read;
// with respect to the lower triangle of K: the density of K Kᵀ times 2ⁿ Π K_ii^(n−i+1), i from 1.
#pragma once

#include <starling/distributions/wishart_factors.hpp>

namespace starling {

template <class Degrees, class Element> class wishart_cholesky : public wishart_family<wishart_cholesky<Degrees, Element>, false, true, Degrees, Element> {
 public:
  static constexpr std::string_view name = "wishart_cholesky";
  static constexpr auto draws_follow = draw_derivative::implicit;
  static constexpr auto scale_name = "factor";

  // Throws std::invalid_argument where the factor is not square.
  template <class Matrix> wishart_cholesky(Degrees degrees, const Matrix& factor) : wishart_cholesky::wishart_family(std::move(degrees), factor) {}
};
template <class Degrees, class Matrix> wishart_cholesky(Degrees&&, const Matrix&) -> wishart_cholesky<held<Degrees>, matrix_element<Matrix>>;

}  // namespace starling
