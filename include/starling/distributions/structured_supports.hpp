// Supports of vectors and matrices whose elements are tied to each other. Tolerances for what rounding does to a sum: 1e-8
// (float: 1e-4).
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

#include <starling/distributions/supports.hpp>
#include <starling/values/differentiable.hpp>
#include <starling/values/matrix.hpp>

namespace starling {

[[noreturn, gnu::cold, gnu::noinline]] inline void throw_wrong_matrix(std::string_view name, std::size_t n, std::size_t rows, std::size_t cols) {
  const auto shape = [](std::size_t a, std::size_t b) { return std::to_string(a) + " x " + std::to_string(b); };
  throw std::invalid_argument(std::string(name) + ": expected a " + shape(n, n) + " matrix but received one of " + shape(rows, cols));
}

// Vectors of n numbers, each larger than the one before.
struct ordered {
  static constexpr std::string_view name = "ordered vector";
  std::size_t n;
  template <class X> auto contains(const X& x) const {
    auto inside = is_finite(as_real(x[0]));
    for (std::size_t i = 1; i < n; ++i) inside = both(inside, both(as_real(x[i]) > as_real(x[i - 1]), is_finite(as_real(x[i]))));
    return inside;
  }
};

// The same, all positive.
struct positive_ordered {
  static constexpr std::string_view name = "positive ordered vector";
  std::size_t n;
  template <class X> auto contains(const X& x) const { return both(ordered{n}.contains(x), as_real(x[0]) > 0.0); }
};

template <class Real> auto near_one(const Real& x) {
  const double tolerance = sizeof(scalar_of<Real>) == 8 ? 1e-8 : 1e-4;
  return both(x >= 1 - tolerance, x <= 1 + tolerance);
}

// Vectors of n numbers with sum of squares 1.
struct unit_vector {
  static constexpr std::string_view name = "unit vector";
  std::size_t n;
  template <class X> auto contains(const X& x) const {
    auto squares = as_real(x[0]) * as_real(x[0]);
    for (std::size_t i = 1; i < n; ++i) squares = squares + as_real(x[i]) * as_real(x[i]);
    return near_one(squares);
  }
};

// Lower triangular n × n matrices L with positive diagonal and rows of length 1: L Lᵀ is a correlation matrix.
struct correlation_cholesky {
  static constexpr std::string_view name = "Cholesky factor of a correlation matrix";
  std::size_t n;
  template <class X> auto contains(const X& x) const {
    const auto at = [&](std::size_t i, std::size_t j) { return primal(as_real(x(i, j))); };
    auto inside = near_one(at(0, 0));
    for (std::size_t i = 0; i < n; ++i) {
      auto squares = at(i, i) * at(i, i);
      for (std::size_t j = 0; j < i; ++j) squares = squares + at(i, j) * at(i, j);
      for (std::size_t j = i + 1; j < n; ++j) inside = both(inside, at(i, j) == 0.0);
      inside = both(inside, both(at(i, i) > 0.0, near_one(squares)));
    }
    return inside;
  }
};

// Symmetric positive definite n × n matrices.
struct covariance {
  static constexpr std::string_view name = "covariance matrix";
  std::size_t n;
  template <class X> auto contains(const X& x) const {
    const auto at = [&](std::size_t i, std::size_t j) { return primal(as_real(x(i, j))); };
    using real = decltype(at(0, 0) * 1.0);
    const arena_scope scratch;
    vector<real> factor(n * n);
    auto inside = at(0, 0) > 0.0;
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j <= i; ++j) {
        const auto a = at(i, j), b = at(j, i);
        inside = both(inside, both(abs(a - b) <= 1e-8 * (abs(a) + abs(b)), is_finite(a - b)));
        real rest = a;
        for (std::size_t k = 0; k < j; ++k) rest = rest - factor[i * n + k] * factor[j * n + k];
        if (i == j) inside = both(inside, rest > 0.0);
        factor[i * n + j] = i == j ? sqrt(where(rest > real(0), rest, real(1))) : rest / factor[j * n + j];
      }
    return inside;
  }
};

}  // namespace starling
