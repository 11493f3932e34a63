// multivariate_normal_precision(mean, precision): normal vectors of which the inverse of the covariance is given, symmetric and positive definite.
#pragma once

#include <starling/distributions/element_moments.hpp>
#include <starling/distributions/matrix_parameters.hpp>

namespace starling {

template <class Mean, class Element> class multivariate_normal_precision : public distribution {
 public:
  static constexpr std::string_view name = "multivariate_normal_precision";
  static constexpr auto draws_follow = draw_derivative::location_scale;
  template <class V> using value = vector<V>;

  // Throws std::invalid_argument where the sizes do not fit.
  template <class Matrix> multivariate_normal_precision(Mean mean, const Matrix& precision) : mean_(std::move(mean)), precision_(name, "precision", precision, mean_.size()) {}

  std::size_t size() const { return mean_.size(); }
  auto support() const { return vector_of{real_line{}, size()}; }
  auto mean_at(std::size_t i) const { return element_at{i}(mean_); }

  // mean + P⁻ᵀ z, P Pᵀ the precision.
  template <class Rng> auto sample(Rng& rng) const {
    using V = typename Rng::real;
    const auto x = solve_lower_transposed(precision_.factor, draw_standard_normals(rng, size()));
    const auto good = is_good();
    for (std::size_t i = 0; i < size(); ++i) x[i] = where(good, into_finite(V(x[i] + element_at{i}(mean_))), V(not_a_number));
    return x;
  }

  template <class X> auto log_density(const X& x) const {
    if (x.size() != size()) [[unlikely]]
      throw_wrong_size(name, size(), x.size());
    using real = promote<element_of<X>, element_of<Mean>, Element>;
    const auto z = matvec(transposed(precision_.factor), rest_of(x, mean_, size()));
    return never_nan(real(where(is_good(), -0.5 * squares_of(z) + precision_.log_diagonal() - static_cast<double>(size()) * half_log_two_pi, real(negative_infinity))));
  }

  auto mean() const {
    return vector_where<promote<element_of<Mean>, Element>>(is_good(), size(), [&](std::size_t i) { return element_at{i}(mean_); });
  }
  auto variance() const {
    return vector_where<promote<element_of<Mean>, Element>>(is_good(), size(), [&](std::size_t i) {  // |P⁻¹ eᵢ|²
      const vector<Element> unit(size());
      for (std::size_t k = 0; k < size(); ++k) unit[k] = Element(k == i ? 1.0 : 0.0);
      return squares_of(solve_lower(precision_.factor, unit));
    });
  }

  template <class Visit> void parameters(Visit&& visit) const {
    visit_elements(visit, "mean", mean_, finite_element, "must be finite");
    precision_.visit(visit, "precision");
  }

 private:
  auto is_good() const { return both(precision_.good, all_elements(mean_, finite_element)); }

  Mean mean_;
  positive_definite_parameter<Element> precision_;
};
template <class Mean, class Matrix> multivariate_normal_precision(Mean&&, const Matrix&) -> multivariate_normal_precision<held<Mean>, matrix_element<Matrix>>;

}  // namespace starling
