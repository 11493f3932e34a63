// Bijectors of simplexes, unit vectors, correlation factors and covariances: see bijectors.hpp.
#pragma once

#include <cstddef>

#include <starling/distributions/bijectors.hpp>
#include <starling/values/matrix.hpp>

namespace starling {

// A vector of a simplex with the logarithms of its elements, also of those that underflow.
template <class R> struct inner_simplex {
  vector<R> x, log_x;
};

// u ∈ ℝⁿ⁻¹ → z ∈ ℝⁿ with sum 0 (an isometry) → softmax. log |∂x/∂u| = Σ log x_k + ½ log n.
template <> struct bijector<simplex> {
  static std::size_t free_size(const simplex& s) { return s.n - 1; }
  // The logarithms log x = z − log Σ exp z come first; what x depends on it depends on through them.
  template <class R, class J> static inner_simplex<R> inner(const simplex& s, const R* u, J& log_jacobian) {
    const std::size_t n = s.n;
    vector<R> z(n), x(n);
    R behind(0);
    for (std::size_t i = n - 1; i >= 1; --i) {
      const auto m = static_cast<double>(i);
      const R w = u[i - 1] * (1 / sqrt(m * (m + 1)));
      z[i] = behind - w * m;
      behind = behind + w;
    }
    z[0] = behind;
    R top = z[0];
    for (std::size_t k = 1; k < n; ++k) top = max(top, z[k]);
    R total(0);
    for (std::size_t k = 0; k < n; ++k) {
      x[k] = exp(z[k] - top);
      total = total + x[k];
    }
    const R log_total = log(total) + top;
    const auto inverse = 1.0 / primal(total);
    for (std::size_t k = 0; k < n; ++k) {
      z[k] = z[k] - log_total;
      const auto inside = into_positive(std::remove_cvref_t<decltype(inverse)>(primal(x[k]) * inverse));
      x[k] = with_slope(z[k], inside, inside);
    }
    log_jacobian.add(R(0.5 * log(static_cast<double>(n)) - static_cast<double>(n) * log_total));  // Σ z = 0
    return {x, z};
  }
  template <class R, class J> static vector<R> to_support(const simplex& s, const R* u, J& log_jacobian) { return inner(s, u, log_jacobian).x; }
  template <class X, class R> static void from_support(const simplex& s, const X& x, R* u) {
    R mean_ahead = R(log(x[0]));  // of log x_0 … log x_{i−1}
    for (std::size_t i = 1; i < s.n; ++i) {
      const auto m = static_cast<double>(i);
      const R l = R(log(x[i]));
      u[i - 1] = (mean_ahead - l) * sqrt(m / (m + 1));
      mean_ahead = mean_ahead + (l - mean_ahead) * (1 / (m + 1));
    }
  }
};

template <> struct bijector<unit_vector> {
  static std::size_t free_size(const unit_vector& s) { return s.n; }
  template <class R, class J> static vector<R> to_support(const unit_vector& s, const R* u, J& log_jacobian) {
    vector<R> x(s.n);
    R squares(0);
    for (std::size_t i = 0; i < s.n; ++i) squares = squares + u[i] * u[i];
    const R inverse = 1.0 / sqrt(squares);
    for (std::size_t i = 0; i < s.n; ++i) x[i] = u[i] * inverse;
    log_jacobian.add(-0.5 * squares);
    return x;
  }
  template <class X, class R> static void from_support(const unit_vector& s, const X& x, R* u) {
    for (std::size_t i = 0; i < s.n; ++i) u[i] = x[i];
  }
};

// A Cholesky factor of a correlation matrix with the logarithms of its diagonal, of row 1 on (that of row 0 is 0).
template <class R> struct inner_correlation {
  matrix<R> x;
  vector<R> log_diagonal;
};

// Row by row from canonical partial correlations z = tanh u (Lewandowski, Kurowicka, Joe 2009): what a row has left, √(1 − its squares so
// far), is the product of the √(1 − z²) = 1 / cosh u.
template <> struct bijector<correlation_cholesky> {
  static std::size_t free_size(const correlation_cholesky& s) { return s.n * (s.n - 1) / 2; }
  template <class R, class J> static inner_correlation<R> inner(const correlation_cholesky& s, const R* u, J& log_jacobian) {
    matrix<R> x(s.n, s.n);
    vector<R> log_diagonal(s.n - 1);
    for (std::size_t i = 0; i < s.n; ++i) {
      R left(1), log_left(0);
      for (std::size_t j = 0; j < i; ++j) {
        const R& v = *u++;
        const auto e = exp(-2.0 * abs(primal(v)));
        const auto z = tanh(primal(v));
        const auto root = 2.0 * exp(-abs(primal(v))) / (1.0 + e);  // 1 / cosh v
        const R log_root = with_slope(v, decltype(z)(0.69314718055994530942 - abs(primal(v)) - log1p(e)), decltype(z)(-z));
        log_jacobian.add(2.0 * log_root);
        if (j > 0) log_jacobian.add(log_left);
        x(i, j) = with_slope(v, z, decltype(z)(root * root)) * left;
        left = left * with_slope(v, decltype(z)(root), decltype(z)(-z * root));
        log_left = log_left + log_root;
      }
      x(i, i) = left;
      if (i > 0) {
        x(i, i) = with_slope(left, into_positive(primal(left)), decltype(into_positive(primal(left)))(1));
        log_diagonal[i - 1] = log_left;
      }
      for (std::size_t j = i + 1; j < s.n; ++j) x(i, j) = R(0);
    }
    return {x, log_diagonal};
  }
  template <class R, class J> static matrix<R> to_support(const correlation_cholesky& s, const R* u, J& log_jacobian) { return inner(s, u, log_jacobian).x; }
  // From the diagonal backwards: sinh u = x_ij / √(the squares behind it).
  template <class X, class R> static void from_support(const correlation_cholesky& s, const X& x, R* u) {
    for (std::size_t i = 0; i < s.n; ++i) {
      R behind = R(abs(R(x(i, i))));
      for (std::size_t j = i; j-- > 0;) {
        const R a = abs(R(x(i, j))), larger = max(a, behind), ratio = min(a, behind) / larger;
        const R both_sides = larger * sqrt(1.0 + ratio * ratio);
        // asinh: log1p(t + t² / (1 + √(1 + t²))) for t ≤ 1.
        const R small = log1p(ratio + ratio * ratio / (1.0 + sqrt(1.0 + ratio * ratio))), large = log(a + both_sides) - log(behind);
        u[j] = copysign(where(a < behind, small, large), R(x(i, j)));
        behind = both_sides;
      }
      u += i;
    }
  }
};

// Σ = L Lᵀ, L lower triangular, row by row, with the logarithms of its diagonal.
template <> struct bijector<covariance> {
  static std::size_t free_size(const covariance& s) { return s.n * (s.n + 1) / 2; }
  template <class R, class J> static matrix<R> to_support(const covariance& s, const R* u, J& log_jacobian) {
    const std::size_t n = s.n;
    vector<R> factor(n * n);
    matrix<R> x(n, n);
    log_jacobian.add(R(static_cast<double>(n) * 0.69314718055994530942));
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < i; ++j) factor[i * n + j] = *u++;
      log_jacobian.add(static_cast<double>(n - i + 1) * *u);
      factor[i * n + i] = exp(*u++);
      for (std::size_t j = 0; j <= i; ++j) {
        R total = factor[i * n] * factor[j * n];
        for (std::size_t k = 1; k <= j; ++k) total = total + factor[i * n + k] * factor[j * n + k];
        x(i, j) = x(j, i) = total;
      }
    }
    return x;
  }
  template <class X, class R> static void from_support(const covariance& s, const X& x, R* u) {
    const std::size_t n = s.n;
    vector<R> factor(n * n);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j <= i; ++j) {
        R rest = R(x(i, j));
        for (std::size_t k = 0; k < j; ++k) rest = rest - factor[i * n + k] * factor[j * n + k];
        factor[i * n + j] = i == j ? R(sqrt(rest)) : R(rest / factor[j * n + j]);
        *u++ = i == j ? R(log(factor[i * n + j])) : factor[i * n + j];
      }
  }
};

}  // namespace starling
