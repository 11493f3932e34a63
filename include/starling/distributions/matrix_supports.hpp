// More supports of vectors and matrices with their bijectors (structured_supports.hpp, bijectors.hpp), of distributions that few programs use.
#pragma once

#include <cstddef>
#include <string_view>

#include <starling/distributions/structured_bijectors.hpp>
#include <starling/values/linear_algebra.hpp>

namespace starling {

// rows × cols matrices, each element in the support of one.
template <class Of> struct matrix_of {
  static constexpr std::string_view name = "matrix";
  Of of;
  std::size_t rows, cols;
  template <class X> auto contains(const X& x) const {
    auto inside = of.contains(x(0, 0));
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t j = 0; j < cols; ++j) inside = both(inside, of.contains(x(i, j)));
    return inside;
  }
};
template <class Of> matrix_of(Of, std::size_t, std::size_t) -> matrix_of<Of>;

template <> struct bijector<matrix_of<real_line>> {
  static std::size_t free_size(const matrix_of<real_line>& s) { return s.rows * s.cols; }
  template <class R, class J> static matrix<R> to_support(const matrix_of<real_line>& s, const R* u, J&) {
    matrix<R> x(s.rows, s.cols);
    for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = u[i];
    return x;
  }
  template <class X, class R> static void from_support(const matrix_of<real_line>& s, const X& x, R* u) {
    for (std::size_t i = 0; i < s.rows; ++i)
      for (std::size_t j = 0; j < s.cols; ++j) *u++ = x(i, j);
  }
};

// Vectors of n numbers with sum 0, up to 1e-8 (float: 1e-4) of the sum of their absolute values.
struct sum_to_zero {
  static constexpr std::string_view name = "vector with sum 0";
  std::size_t n;
  template <class X> auto contains(const X& x) const {
    auto total = primal(as_real(x[0]));
    auto size = abs(total);
    for (std::size_t i = 1; i < n; ++i) {
      total = total + primal(as_real(x[i]));
      size = size + abs(primal(as_real(x[i])));
    }
    const double tolerance = sizeof(scalar_of<decltype(total)>) == 8 ? 1e-8 : 1e-4;
    return both(is_finite(size), abs(total) <= tolerance * size);
  }
};
// An isometry from ℝⁿ⁻¹ (the isometric log-ratio's, as for a simplex): log |∂x/∂u| = 0 with respect to area in the plane of sum 0.
template <> struct bijector<sum_to_zero> {
  static std::size_t free_size(const sum_to_zero& s) { return s.n - 1; }
  template <class R, class J> static vector<R> to_support(const sum_to_zero& s, const R* u, J&) {
    vector<R> x(s.n);
    R behind(0);
    for (std::size_t i = s.n - 1; i >= 1; --i) {
      const auto m = static_cast<double>(i);
      const R w = u[i - 1] * (1 / sqrt(m * (m + 1)));
      x[i] = behind - w * m;
      behind = behind + w;
    }
    x[0] = behind;
    return x;
  }
  template <class X, class R> static void from_support(const sum_to_zero& s, const X& x, R* u) {
    R mean_ahead = R(x[0]);  // of x_0 … x_{i−1}
    for (std::size_t i = 1; i < s.n; ++i) {
      const auto m = static_cast<double>(i);
      u[i - 1] = (mean_ahead - R(x[i])) * sqrt(m / (m + 1));
      mean_ahead = mean_ahead + (R(x[i]) - mean_ahead) * (1 / (m + 1));
    }
  }
};

// Lower triangular n × n matrices with a positive diagonal: Cholesky factors of covariances.
struct covariance_cholesky {
  static constexpr std::string_view name = "Cholesky factor of a covariance matrix";
  std::size_t n;
  template <class X> auto contains(const X& x) const {
    const auto at = [&](std::size_t i, std::size_t j) { return primal(as_real(x(i, j))); };
    auto inside = is_positive_finite(at(0, 0));
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) {
        if (i == j) inside = both(inside, is_positive_finite(at(i, i)));
        else if (i > j) inside = both(inside, is_finite(at(i, j)));
        else inside = both(inside, at(i, j) == 0.0);
      }
    return inside;
  }
};
// Row by row, with the logarithms of the diagonal.
template <> struct bijector<covariance_cholesky> {
  static std::size_t free_size(const covariance_cholesky& s) { return s.n * (s.n + 1) / 2; }
  template <class R, class J> static matrix<R> to_support(const covariance_cholesky& s, const R* u, J& log_jacobian) {
    matrix<R> x(s.n, s.n);
    for (std::size_t i = 0; i < s.n; ++i) {
      for (std::size_t j = 0; j < i; ++j) x(i, j) = *u++;
      log_jacobian.add(*u);
      x(i, i) = free_positive<R>(*u++).inside();
      for (std::size_t j = i + 1; j < s.n; ++j) x(i, j) = R(0);
    }
    return x;
  }
  template <class X, class R> static void from_support(const covariance_cholesky& s, const X& x, R* u) {
    for (std::size_t i = 0; i < s.n; ++i)
      for (std::size_t j = 0; j <= i; ++j) *u++ = i == j ? R(log(into_positive(R(x(i, i))))) : R(x(i, j));
  }
};

// Symmetric positive definite n × n matrices with ones on the diagonal.
struct correlation {
  static constexpr std::string_view name = "correlation matrix";
  std::size_t n;
  template <class X> auto contains(const X& x) const {
    auto inside = covariance{n}.contains(x);
    for (std::size_t i = 0; i < n; ++i) inside = both(inside, near_one(primal(as_real(x(i, i)))));
    return inside;
  }
};
// L Lᵀ of the factor that belongs to u; with respect to the elements below the diagonal.
template <> struct bijector<correlation> {
  static std::size_t free_size(const correlation& s) { return s.n * (s.n - 1) / 2; }
  // With the logarithms of the factor's diagonal.
  template <class R, class J> static inner_correlation<R> inner(const correlation& s, const R* u, J& log_jacobian) {
    const auto factor = bijector<correlation_cholesky>::inner(correlation_cholesky{s.n}, u, log_jacobian);
    const auto& l = factor.x;
    matrix<R> x(s.n, s.n);
    for (std::size_t i = 0; i < s.n; ++i) {
      x(i, i) = R(1);
      if (i > 0) log_jacobian.add(static_cast<double>(s.n - 1 - i) * factor.log_diagonal[i - 1]);
      for (std::size_t j = 0; j < i; ++j) {
        R total = l(i, 0) * l(j, 0);
        for (std::size_t k = 1; k <= j; ++k) total = total + l(i, k) * l(j, k);
        x(i, j) = x(j, i) = total;
      }
    }
    return {x, factor.log_diagonal};
  }
  template <class R, class J> static matrix<R> to_support(const correlation& s, const R* u, J& log_jacobian) { return inner(s, u, log_jacobian).x; }
  template <class X, class R> static void from_support(const correlation& s, const X& x, R* u) {
    const arena_scope scratch;
    matrix<R> copy(s.n, s.n);
    for (std::size_t i = 0; i < s.n; ++i)
      for (std::size_t j = 0; j < s.n; ++j) copy(i, j) = R(x(i, j));
    bijector<correlation_cholesky>::from_support(correlation_cholesky{s.n}, cholesky(copy), u);
  }
};

// Vectors of n whole numbers ≥ 0 with a given sum.
template <class Total = long> struct counts_with_sum {
  static constexpr std::string_view name = "counts with a given sum";
  std::size_t n;
  Total total;
  template <class X> auto contains(const X& x) const {
    auto sum = primal(as_real(x[0]));
    auto inside = nonnegative_whole{}.contains(sum);
    for (std::size_t i = 1; i < n; ++i) {
      const auto k = primal(as_real(x[i]));
      inside = both(inside, nonnegative_whole{}.contains(k));
      sum = sum + k;
    }
    return both(inside, sum == as_real(total));
  }
};
template <class Total> counts_with_sum(std::size_t, Total) -> counts_with_sum<Total>;

// Vectors in which each of 0, …, n − 1 stands once.
struct permutation {
  static constexpr std::string_view name = "permutation";
  std::size_t n;
  template <class X> auto contains(const X& x) const {
    auto inside = as_real(x[0]) == as_real(x[0]);
    for (std::size_t i = 0; i < n; ++i) {
      const auto a = primal(as_real(x[i]));
      inside = both(inside, both(is_whole(a), both(a >= 0.0, a < static_cast<double>(n))));
      for (std::size_t j = 0; j < i; ++j) inside = both(inside, !(a == primal(as_real(x[j]))));
    }
    return inside;
  }
};

}  // namespace starling
