// What distributions with vectors and matrices as parameters share: their elements as reals, and whether they are good.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <starling/distributions/factored_normal.hpp>
#include <starling/distributions/structured_supports.hpp>
#include <starling/values/linear_algebra.hpp>

namespace starling {

// Whether ok(element) of all elements of a sequence, or of a matrix. None: true.
template <class S, class Ok> auto all_elements(const S& s, Ok ok) {
  mask_of<promote<element_of<S>>> good(true);
  for (std::size_t i = 0; i < s.size(); ++i) good = both(good, ok(element_at{i}(s)));
  return good;
}
template <class M, class Ok> auto all_matrix_elements(const M& m, Ok ok) {
  mask_of<promote<matrix_element<M>>> good(true);
  for (std::size_t i = 0; i < m.rows(); ++i)
    for (std::size_t j = 0; j < m.cols(); ++j) good = both(good, ok(as_real(m(i, j))));
  return good;
}
inline constexpr auto finite_element = [](const auto& x) { return is_finite(x); };
inline constexpr auto positive_element = [](const auto& x) { return is_positive_finite(x); };

// visit(…) for each element.
template <class Visit, class S, class Ok> void visit_elements(Visit&& visit, std::string_view name, const S& s, Ok ok, std::string_view requirement) {
  for (std::size_t i = 0; i < s.size(); ++i) {
    const auto x = element_at{i}(s);
    visit(name, x, ok(x), requirement);
  }
}
template <class Visit, class M, class Ok> void visit_matrix_elements(Visit&& visit, std::string_view name, const M& m, Ok ok, std::string_view requirement) {
  for (std::size_t i = 0; i < m.rows(); ++i)
    for (std::size_t j = 0; j < m.cols(); ++j) {
      const auto x = as_real(m(i, j));
      visit(name, x, ok(x), requirement);
    }
}

[[noreturn, gnu::cold, gnu::noinline]] inline void throw_wrong_parameter(std::string_view distribution, std::string_view parameter, const std::string& expected, std::size_t rows,
                                                                         std::size_t cols) {
  throw std::invalid_argument(std::string(distribution) + ": expected the " + std::string(parameter) + " to be a matrix of " + expected + " but received one of " +
                              std::to_string(rows) + " x " + std::to_string(cols));
}
template <class M> void require_shape(std::string_view distribution, std::string_view parameter, const M& m, std::size_t rows, std::size_t cols) {
  if (m.rows() != rows || m.cols() != cols) [[unlikely]]
    throw_wrong_parameter(distribution, parameter, std::to_string(rows) + " x " + std::to_string(cols), m.rows(), m.cols());
}
[[noreturn, gnu::cold, gnu::noinline]] inline void throw_wrong_value(std::string_view name, std::size_t rows, std::size_t cols, std::size_t found_rows, std::size_t found_cols) {
  throw std::invalid_argument(std::string(name) + ": expected a matrix of " + std::to_string(rows) + " x " + std::to_string(cols) + " but received one of " +
                              std::to_string(found_rows) + " x " + std::to_string(found_cols));
}

// A lower triangular parameter; what is above the diagonal is not read.
template <class R> struct factor_parameter {
  matrix<R> factor;
  mask_of<R> good;

  template <class M> factor_parameter(std::string_view name, std::string_view parameter, const M& m, std::size_t n) : factor(n, n), good(true) {
    require_shape(name, parameter, m, n, n);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) factor(i, j) = j <= i ? R(as_real(m(i, j))) : R(0);
    check();
  }
  template <class Visit> void visit(Visit&& v, std::string_view parameter) const { v(parameter, factor(0, 0), good, "must be finite with a positive diagonal"); }
  // log of the product of the diagonal.
  R log_diagonal() const {
    R total = log(factor(0, 0));
    for (std::size_t i = 1; i < factor.rows(); ++i) total = total + log(factor(i, i));
    return total;
  }

 protected:
  factor_parameter() = default;
  void check() {
    for (std::size_t i = 0; i < factor.rows(); ++i) {
      good = both(good, is_positive_finite(factor(i, i)));
      for (std::size_t j = 0; j < i; ++j) good = both(good, is_finite(factor(i, j)));
    }
  }
};

// A symmetric positive definite parameter, by its Cholesky factor.
template <class R> struct positive_definite_parameter : factor_parameter<R> {
  R first;

  template <class M> positive_definite_parameter(std::string_view name, std::string_view parameter, const M& m, std::size_t n) {
    require_shape(name, parameter, m, n, n);
    first = R(as_real(m(0, 0)));
    this->good = mask_of<R>(true);
    const matrix<R> copy(n, n);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) {
        copy(i, j) = R(as_real(m(i, j)));
        const auto a = primal(as_real(m(i, j))), b = primal(as_real(m(j, i)));
        this->good = both(this->good, both(abs(a - b) <= 1e-8 * (abs(a) + abs(b)), is_finite(a)));
      }
    this->factor = cholesky(copy);
    this->check();
  }
  template <class Visit> void visit(Visit&& v, std::string_view parameter) const { v(parameter, first, this->good, "must be symmetric and positive definite"); }
};

// The sum of squares of vectors and matrices.
template <class R> auto squares_of(const vector<R>& z) { return dot(z, z); }

// x − mean, x a sequence.
template <class X, class Mean> auto rest_of(const X& x, const Mean& mean, std::size_t n) {
  using R = promote<element_of<X>, element_of<Mean>>;
  vector<R> r(n);
  for (std::size_t i = 0; i < n; ++i) r[i] = element_at{i}(x)-element_at{i}(mean);
  return r;
}
// Lᵀ.
template <class R> matrix<R> transposed(const matrix<R>& m) {
  matrix<R> t(m.cols(), m.rows());
  for (std::size_t i = 0; i < m.rows(); ++i)
    for (std::size_t j = 0; j < m.cols(); ++j) t(j, i) = m(i, j);
  return t;
}
// L⁻¹ B, B a matrix, column by column; the result's columns are the rows of what is returned.
template <class L, class B> auto solved_columns(const matrix<L>& factor, const matrix<B>& b) {
  using R = promote<L, B>;
  matrix<R> columns(b.cols(), b.rows());
  vector<B> column(b.rows());
  for (std::size_t j = 0; j < b.cols(); ++j) {
    for (std::size_t i = 0; i < b.rows(); ++i) column[i] = b(i, j);
    const auto z = solve_lower(factor, column);
    for (std::size_t i = 0; i < b.rows(); ++i) columns(j, i) = z[i];
  }
  return columns;
}
template <class R> vector<R> elements_of(const matrix<R>& m) { return {m.data(), m.size()}; }

// log Γ_n(a), the multivariate gamma function: n (n − 1)/4 log π + Σ log Γ(a − i/2).
template <class A> A log_multivariate_gamma(std::size_t n, const A& a) {
  A total = lgamma(a) + 0.25 * static_cast<double>(n) * static_cast<double>(n - 1) * 1.1447298858494001741;
  for (std::size_t i = 1; i < n; ++i) total = total + lgamma(a - 0.5 * static_cast<double>(i));
  return total;
}

// n standard normal numbers as one site draws them.
template <class Rng> auto draw_standard_normals(Rng& rng, std::size_t n) {
  return draw_elements<typename Rng::real>(rng, n, [](auto& r, auto) { return r.normal(); });
}

}  // namespace starling
