// inverse_wishart_cholesky(degrees, factor): the lower Cholesky factor K of a matrix K Kᵀ from inverse_wishart(degrees, L Lᵀ), L the factor given, of which the lower triangle is read;
// with respect to the lower triangle of K: the density of K Kᵀ times 2ⁿ Π K_ii^(n−i+1), i from 1.
#pragma once

#include <starling/distributions/wishart_factors.hpp>

namespace starling {

template <class Degrees, class Element> class inverse_wishart_cholesky : public distribution {
 public:
  static constexpr std::string_view name = "inverse_wishart_cholesky";
  static constexpr auto draws_follow = draw_derivative::implicit;
  template <class V> using value = matrix<V>;

  // Throws std::invalid_argument where the factor is not square.
  template <class Matrix> inverse_wishart_cholesky(Degrees degrees, const Matrix& factor) : degrees_(std::move(degrees)), scale_(name, "factor", factor, factor.rows()) {}

  std::size_t rows() const { return scale_.factor.rows(); }
  std::size_t cols() const { return rows(); }
  auto support() const { return covariance_cholesky{rows()}; }

  template <class Rng> auto sample(Rng& rng) const { return where_good(is_good(), product_of_lower(scale_.factor, inverse_of_lower(draw_bartlett(rng, rows(), degrees_, true)))); }

  template <class X> auto log_density(const X& x) const {
    using real = promote<matrix_element<X>, Degrees, Element>;
    const auto factor = square_value(name, x, rows(), true);
    const real lp = wishart_log_density<true>(degrees_, scale_, factor) + log_jacobian_of_square(factor);
    return never_nan(real(where(both(is_good(), support().contains(x)), lp, real(negative_infinity))));
  }

  template <class Visit> void parameters(Visit&& visit) const {
    visit("degrees", degrees_, are_degrees_enough(degrees_, rows()), "must be finite and more than the number of rows less 1");
    scale_.visit(visit, "factor");
  }

 private:
  auto is_good() const { return both(are_degrees_enough(degrees_, rows()), scale_.good); }

  Degrees degrees_;
  factor_parameter<Element> scale_;
};
template <class Degrees, class Matrix> inverse_wishart_cholesky(Degrees&&, const Matrix&) -> inverse_wishart_cholesky<held<Degrees>, matrix_element<Matrix>>;

}  // namespace starling
