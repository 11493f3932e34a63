// multivariate_normal_low_rank(mean, factor, variances): normal vectors of n numbers with covariance W Wᵀ + diag(variances), W the n × k factor: the
// work grows with n k², not with n³ (Woodbury's identity).
#pragma once

#include <starling/distributions/element_moments.hpp>
#include <starling/distributions/matrix_parameters.hpp>

namespace starling {

template <class Mean, class Matrix, class Variances> class multivariate_normal_low_rank : public distribution {
 public:
  static constexpr std::string_view name = "multivariate_normal_low_rank";
  static constexpr auto draws_follow = draw_derivative::location_scale;
  template <class V> using value = vector<V>;

  // Throws std::invalid_argument where the sizes do not fit.
  multivariate_normal_low_rank(Mean mean, Matrix factor, Variances variances) : mean_(std::move(mean)), factor_(std::move(factor)), variances_(std::move(variances)) {
    require_shape(name, "factor", factor_, mean_.size(), factor_.cols());
    if (variances_.size() != mean_.size()) [[unlikely]]
      throw_wrong_size("multivariate_normal_low_rank: the variances", mean_.size(), variances_.size());
  }

  std::size_t size() const { return mean_.size(); }
  auto support() const { return vector_of{real_line{}, size()}; }
  auto mean_at(std::size_t i) const { return element_at{i}(mean_); }

  // mean + √variance · z + W z'.
  template <class Rng> auto sample(Rng& rng) const {
    using V = typename Rng::real;
    const auto z = draw_standard_normals(rng, size() + factor_.cols());
    const auto good = is_good();
    const vector<V> x(size());
    for (std::size_t i = 0; i < size(); ++i) {
      V sum = V(element_at{i}(mean_)) + V(sqrt(element_at{i}(variances_))) * z[i];
      for (std::size_t k = 0; k < factor_.cols(); ++k) sum = sum + as_real(factor_(i, k)) * z[size() + k];
      x[i] = where(good, into_finite(sum), V(not_a_number));
    }
    return x;
  }

  // With r = x − mean, C = 1 + Wᵀ D⁻¹ W = L Lᵀ: rᵀ Σ⁻¹ r = rᵀ D⁻¹ r − |L⁻¹ Wᵀ D⁻¹ r|², |Σ| = |C| |D|.
  template <class X> auto log_density(const X& x) const {
    if (x.size() != size()) [[unlikely]]
      throw_wrong_size(name, size(), x.size());
    using parameter = promote<matrix_element<Matrix>, element_of<Variances>>;
    using real = promote<element_of<X>, element_of<Mean>, parameter>;
    const std::size_t n = size(), k = factor_.cols();
    const auto rest = rest_of(x, mean_, n);
    matrix<parameter> scaled(k, n), capacitance(k, k);  // Wᵀ D^(−1/2)
    vector<real> z(n);
    real log_determinant(0);
    for (std::size_t i = 0; i < n; ++i) {
      const auto v = element_at{i}(variances_);
      const auto inverse = 1.0 / sqrt(v);
      z[i] = rest[i] * inverse;
      log_determinant = log_determinant + log(v);
      for (std::size_t j = 0; j < k; ++j) scaled(j, i) = as_real(factor_(i, j)) * inverse;
    }
    for (std::size_t a = 0; a < k; ++a)
      for (std::size_t b = 0; b <= a; ++b) {
        capacitance(a, b) = parameter(dot(scaled.row(a), scaled.row(b)));
        if (a == b) capacitance(a, b) = capacitance(a, b) + 1.0;
        else capacitance(b, a) = capacitance(a, b);
      }
    real squares = squares_of(z);
    if (k > 0) {
      const auto l = cholesky(capacitance);
      for (std::size_t a = 0; a < k; ++a) log_determinant = log_determinant + 2.0 * log(l(a, a));
      squares = squares - squares_of(solve_lower(l, matvec(scaled, z)));
    }
    return never_nan(real(where(is_good(), -0.5 * (squares + log_determinant) - static_cast<double>(n) * half_log_two_pi, real(negative_infinity))));
  }

  auto mean() const {
    return vector_where<promote<element_of<Mean>, matrix_element<Matrix>, element_of<Variances>>>(is_good(), size(), [&](std::size_t i) { return element_at{i}(mean_); });
  }
  auto variance() const {
    return vector_where<promote<element_of<Mean>, matrix_element<Matrix>, element_of<Variances>>>(is_good(), size(), [&](std::size_t i) {
      promote<matrix_element<Matrix>, element_of<Variances>> sum = element_at{i}(variances_);
      for (std::size_t k = 0; k < factor_.cols(); ++k) sum = sum + as_real(factor_(i, k)) * as_real(factor_(i, k));
      return sum;
    });
  }

  template <class Visit> void parameters(Visit&& visit) const {
    visit_elements(visit, "mean", mean_, finite_element, "must be finite");
    visit_matrix_elements(visit, "factor", factor_, finite_element, "must be finite");
    visit_elements(visit, "variances", variances_, positive_element, "must be positive and finite");
  }

 private:
  auto is_good() const {
    return both(all_elements(mean_, finite_element), both(all_matrix_elements(factor_, finite_element), all_elements(variances_, positive_element)));
  }

  Mean mean_;
  Matrix factor_;
  Variances variances_;
};
template <class Mean, class Matrix, class Variances>
multivariate_normal_low_rank(Mean&&, Matrix&&, Variances&&) -> multivariate_normal_low_rank<held<Mean>, std::remove_cvref_t<Matrix>, held<Variances>>;

}  // namespace starling
