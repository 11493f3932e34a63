// matrix_normal(mean, row_covariance, column_covariance): n × m matrices X of normal numbers, elements (i, j) and (k, l) with covariance U_ik V_jl, U and V the
// covariances, symmetric and positive definite: exp(−tr(V⁻¹ Rᵀ U⁻¹ R)/2) / ((2π)^(nm/2) |V|^(n/2) |U|^(m/2)), R = X − mean.
#pragma once

#include <starling/distributions/element_moments.hpp>
#include <starling/distributions/wishart_factors.hpp>

namespace starling {

template <class Mean, class Element> class matrix_normal : public distribution {
 public:
  static constexpr std::string_view name = "matrix_normal";
  static constexpr auto draws_follow = draw_derivative::location_scale;
  template <class V> using value = matrix<V>;

  // Throws std::invalid_argument where the sizes do not fit.
  template <class U, class W>
  matrix_normal(Mean mean, const U& row_covariance, const W& column_covariance)
      : mean_(std::move(mean)),
        by_row_(name, "row covariance", row_covariance, mean_.rows()),
        by_column_(name, "column covariance", column_covariance, mean_.cols()) {}

  std::size_t rows() const { return mean_.rows(); }
  std::size_t cols() const { return mean_.cols(); }
  auto support() const { return matrix_of{real_line{}, rows(), cols()}; }

  template <class Rng> auto sample(Rng& rng) const {
    using V = typename Rng::real;
    const auto z = draw_standard_normals(rng, rows() * cols());
    const matrix<V> half(rows(), cols()), x(rows(), cols());
    for (std::size_t i = 0; i < rows(); ++i)
      for (std::size_t j = 0; j < cols(); ++j) {
        V sum(0);
        for (std::size_t k = 0; k <= i; ++k) sum = sum + by_row_.factor(i, k) * z[k * cols() + j];
        half(i, j) = sum;
      }
    for (std::size_t i = 0; i < rows(); ++i)
      for (std::size_t j = 0; j < cols(); ++j) {
        V sum(as_real(mean_(i, j)));
        for (std::size_t k = 0; k <= j; ++k) sum = sum + by_column_.factor(j, k) * half(i, k);
        x(i, j) = sum;
      }
    return where_good(is_good(), x);
  }

  template <class X> auto log_density(const X& x) const {
    if (x.rows() != rows() || x.cols() != cols()) [[unlikely]]
      throw_wrong_value(name, rows(), cols(), x.rows(), x.cols());
    using rest = promote<matrix_element<X>, matrix_element<Mean>>;
    using real = promote<rest, Element>;
    const matrix<rest> r(rows(), cols());
    for (std::size_t i = 0; i < rows(); ++i)
      for (std::size_t j = 0; j < cols(); ++j) r(i, j) = as_real(x(i, j)) - as_real(mean_(i, j));
    const auto z = solved_columns(by_column_.factor, solved_columns(by_row_.factor, r));
    const auto n = static_cast<double>(rows()), m = static_cast<double>(cols());
    const real lp = -0.5 * squares_of(elements_of(z)) - m * by_row_.log_diagonal() - n * by_column_.log_diagonal() - n * m * half_log_two_pi;
    return never_nan(real(where(is_good(), lp, real(negative_infinity))));
  }

  auto mean() const {
    return matrix_where<promote<matrix_element<Mean>, Element>>(is_good(), rows(), cols(), [&](std::size_t i, std::size_t j) { return as_real(mean_(i, j)); });
  }
  auto variance() const {
    return matrix_where<promote<matrix_element<Mean>, Element>>(is_good(), rows(), cols(), [&](std::size_t i, std::size_t j) { return square_of_lower_at(by_row_.factor, i, i) * square_of_lower_at(by_column_.factor, j, j); });
  }

  template <class Visit> void parameters(Visit&& visit) const {
    visit_matrix_elements(visit, "mean", mean_, finite_element, "must be finite");
    by_row_.visit(visit, "row covariance");
    by_column_.visit(visit, "column covariance");
  }

 private:
  auto is_good() const { return both(both(by_row_.good, by_column_.good), all_matrix_elements(mean_, finite_element)); }

  Mean mean_;
  positive_definite_parameter<Element> by_row_, by_column_;
};
template <class Mean, class U, class W> matrix_normal(Mean&&, const U&, const W&) -> matrix_normal<std::remove_cvref_t<Mean>, promote<matrix_element<U>, matrix_element<W>>>;

}  // namespace starling
