// What the Wishart distributions share: the factors that they are drawn from and the parts of their densities.
#pragma once

#include <starling/distributions/element_moments.hpp>
#include <starling/distributions/gamma_draws.hpp>
#include <starling/distributions/matrix_parameters.hpp>
#include <starling/distributions/matrix_supports.hpp>
#include <starling/values/gamma_function.hpp>

namespace starling {

// Whether degrees > n − 1, finite.
template <class D> auto are_degrees_enough(const D& degrees, std::size_t n) { return both(degrees > static_cast<double>(n) - 1.0, degrees < positive_infinity); }

// A lower triangular A of independent numbers, normal below the diagonal; A(i, i)² is chi-square of degrees − i, or, `reversed`, of degrees − (n−1−i):
// A Aᵀ, or Aᵀ A where reversed, is a Wishart draw of scale 1 (Bartlett). Element i (i + 1)/2 + j of the site gives A(i, j).
template <class Rng, class D> auto draw_bartlett(Rng& rng, std::size_t n, const D& degrees, bool reversed) {
  using V = typename Rng::real;
  const matrix<V> a(n, n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      if (j > i) {
        a(i, j) = V(0);
        continue;
      }
      rng.element(static_cast<std::uint32_t>(i * (i + 1) / 2 + j));
      if (j < i) a(i, j) = rng.normal();
      else a(i, i) = into_positive(V(exp(0.5 * (draw_gamma(rng, V(0.5 * (V(degrees) - static_cast<double>(reversed ? n - 1 - i : i)))).log_value() + 0.69314718055994530942))));
    }
  }
  return a;
}

// A B of lower triangles.
template <class L, class V> matrix<V> product_of_lower(const matrix<L>& a, const matrix<V>& b) {
  const std::size_t n = a.rows();
  const matrix<V> c(n, n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      V sum(0);
      for (std::size_t k = j; k <= i; ++k) sum = sum + a(i, k) * b(k, j);
      c(i, j) = sum;
    }
  return c;
}
// L Lᵀ.
template <class V> matrix<V> square_of_lower(const matrix<V>& l) {
  const std::size_t n = l.rows();
  const matrix<V> c(n, n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      V sum(0);
      for (std::size_t k = 0; k <= j; ++k) sum = sum + l(i, k) * l(j, k);
      c(i, j) = c(j, i) = sum;
    }
  return c;
}
// L⁻¹ of a lower triangle.
template <class V> matrix<V> inverse_of_lower(const matrix<V>& l) {
  const std::size_t n = l.rows();
  const matrix<V> c(n, n);
  for (std::size_t j = 0; j < n; ++j)
    for (std::size_t i = 0; i < n; ++i) {
      V sum(i == j ? 1.0 : 0.0);
      for (std::size_t k = j; k < i; ++k) sum = sum - l(i, k) * c(k, j);
      c(i, j) = i < j ? V(0) : V(sum / l(i, i));
    }
  return c;
}
template <class Good, class V> matrix<V> where_good(const Good& good, const matrix<V>& m) {
  for (auto& x : m) x = where(good, into_finite(x), V(not_a_number));
  return m;
}

// A matrix as a value: its elements as reals, the lower triangle or all. Throws where it is not n × n.
template <class X> auto square_value(std::string_view name, const X& x, std::size_t n, bool lower = false) {
  if (x.rows() != n || x.cols() != n) [[unlikely]]
    throw_wrong_matrix(name, n, x.rows(), x.cols());
  using element = matrix_element<X>;
  matrix<element> copy(n, n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) copy(i, j) = lower && j > i ? element(0) : element(as_real(x(i, j)));
  return copy;
}
// The log density of a matrix W = K Kᵀ with scale S = L Lᵀ, but for the Jacobian of K: Wishart, or of the inverse of a Wishart draw of scale S⁻¹.
template <bool Inverse, class D, class S, class K> auto wishart_log_density(const D& degrees, const S& scale, const matrix<K>& factor) {
  const std::size_t n = factor.rows();
  const auto size = static_cast<double>(n);
  const auto squares = [&] {
    if constexpr (Inverse) return squares_of(elements_of(solved_columns(factor, scale.factor)));
    else return squares_of(elements_of(solved_columns(scale.factor, factor)));
  }();
  K log_diagonal = log(factor(0, 0));
  for (std::size_t i = 1; i < n; ++i) log_diagonal = log_diagonal + log(factor(i, i));
  const auto normaliser = 0.5 * size * 0.69314718055994530942 * degrees + log_multivariate_gamma(n, promote<D>(0.5 * degrees));
  if constexpr (Inverse) return degrees * scale.log_diagonal() - (degrees + (size + 1.0)) * log_diagonal - 0.5 * squares - normaliser;
  else return (degrees - (size + 1.0)) * log_diagonal - degrees * scale.log_diagonal() - 0.5 * squares - normaliser;
}
// log |∂(K Kᵀ)/∂K| with respect to the lower triangles: n log 2 + Σ (n − i) log K_ii, i from 0.
template <class K> K log_jacobian_of_square(const matrix<K>& factor) {
  const std::size_t n = factor.rows();
  K total(static_cast<double>(n) * 0.69314718055994530942);
  for (std::size_t i = 0; i < n; ++i) total = total + static_cast<double>(n - i) * log(factor(i, i));
  return total;
}

// Of W from a Wishart distribution or from that of its inverse, or of W's Cholesky factor, with a parameter of the same kind: all but the names. Self has `name`
// and `scale_name`.
template <class Self, bool Inverse, bool OfFactor, class Degrees, class Element> class wishart_family : public distribution {
 public:
  template <class V> using value = matrix<V>;

  std::size_t rows() const { return scale_.factor.rows(); }
  std::size_t cols() const { return rows(); }
  auto support() const { return std::conditional_t<OfFactor, covariance_cholesky, covariance>{rows()}; }

  template <class Rng> auto sample(Rng& rng) const {
    const auto factor = [&] {
      const auto a = draw_bartlett(rng, rows(), degrees_, Inverse);
      if constexpr (Inverse) return product_of_lower(scale_.factor, inverse_of_lower(a));
      else return product_of_lower(scale_.factor, a);
    }();
    if constexpr (OfFactor) return where_good(is_good(), factor);
    else return where_good(is_good(), square_of_lower(factor));
  }

  template <class X> auto log_density(const X& x) const {
    using real = promote<matrix_element<X>, Degrees, Element>;
    const auto lp = [&]() -> real {
      const auto given = square_value(Self::name, x, rows(), OfFactor);
      if constexpr (OfFactor) return wishart_log_density<Inverse>(degrees_, scale_, given) + log_jacobian_of_square(given);
      else return wishart_log_density<Inverse>(degrees_, scale_, cholesky(given));
    }();
    return never_nan(real(where(both(is_good(), support().contains(x)), lp, real(negative_infinity))));
  }

  // Of an inverse Wishart infinite where there are too few degrees for them. With n rows, ν degrees, S the scale, a = ν − n.
  auto mean() const
    requires(!OfFactor)
  {
    return matrix_where<promote<Degrees, Element>>(is_good(), rows(), cols(), [&](std::size_t i, std::size_t j) {
      const auto s = scale_at(i, j);
      if constexpr (Inverse) return where(spare() > 1.0, s / where(spare() > 1.0, spare() - 1.0, 1.0), where(s == 0.0, not_a_number, copysign(positive_infinity, s)));
      else return degrees_ * s;
    });
  }
  auto variance() const
    requires(!OfFactor)
  {
    return matrix_where<promote<Degrees, Element>>(is_good(), rows(), cols(), [&](std::size_t i, std::size_t j) {
      const auto square = scale_at(i, j) * scale_at(i, j), product = scale_at(i, i) * scale_at(j, j);
      if constexpr (Inverse) {
        const auto a = where(spare() > 3.0, spare(), 4.0);
        return where(spare() > 3.0, ((a + 1.0) * square + (a - 1.0) * product) / (a * (a - 1.0) * (a - 1.0) * (a - 3.0)), positive_infinity);
      } else {
        return degrees_ * (square + product);
      }
    });
  }

  template <class Visit> void parameters(Visit&& visit) const {
    visit("degrees", degrees_, are_degrees_enough(degrees_, rows()), "must be finite and more than the number of rows less 1");
    scale_.visit(visit, Self::scale_name);
  }

 protected:
  // Throws std::invalid_argument where the scale, or its factor, is not square.
  template <class Matrix> wishart_family(Degrees degrees, const Matrix& scale) : degrees_(std::move(degrees)), scale_(Self::name, Self::scale_name, scale, scale.rows()) {}

 private:
  auto spare() const { return degrees_ - static_cast<double>(rows()); }
  auto scale_at(std::size_t i, std::size_t j) const { return square_of_lower_at(scale_.factor, i, j); }
  auto is_good() const { return both(are_degrees_enough(degrees_, rows()), scale_.good); }

  Degrees degrees_;
  std::conditional_t<OfFactor, factor_parameter<Element>, positive_definite_parameter<Element>> scale_;
};

}  // namespace starling
