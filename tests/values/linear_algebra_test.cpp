// Cholesky, solves, determinants and quadratic forms: closed forms, and derivatives against finite differences.
#include <gtest/gtest.h>

#include <cmath>

#include <starling/values/linear_algebra.hpp>

#include "support/expect_gradient.hpp"

namespace sl = starling;
using gradients::expect_gradient;
using doubles = sl::native_pack<double>;

namespace {

// A symmetric matrix from its lower triangle: 10 numbers for 4 x 4.
template <class R> sl::matrix<R> symmetric(const R* x, std::size_t n) {
  sl::matrix<R> m(n, n);
  std::size_t k = 0;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j <= i; ++j) m(i, j) = m(j, i) = x[k++];
  return m;
}
template <class Sequence> auto mixed(const Sequence& y) {
  std::remove_cvref_t<decltype(*y.begin())> total(0);
  double weight = 1;
  for (const auto& e : y) total = total + (weight *= -1.3) * e * e;
  return total;
}

const std::vector<double> point{4, 0.5, 3, -0.3, 0.7, 5, 1.1, -0.4, 0.2, 2.5, 0.3, -1, 2, 0.7};

}  // namespace

TEST(linear_algebra, the_cholesky_factor_times_its_transpose_is_the_matrix) {
  const sl::arena_scope memory;
  for (const std::size_t n : {1u, 2u, 7u, 40u}) {
    sl::matrix<double> a(n, n);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) a(i, j) = std::exp(-0.5 * std::abs(static_cast<double>(i) - static_cast<double>(j))) + (i == j ? 0.1 : 0);
    const auto l = sl::cholesky(a);
    double log_det = 0;
    for (std::size_t i = 0; i < n; ++i) {
      log_det += 2 * std::log(l(i, i));
      for (std::size_t j = 0; j < n; ++j) {
        double total = 0;
        for (std::size_t k = 0; k < n; ++k) total += l(i, k) * l(j, k);
        EXPECT_NEAR(total, a(i, j), 1e-14 * static_cast<double>(n));
        if (j > i) {
          EXPECT_EQ(l(i, j), 0);
        }
      }
    }
    EXPECT_NEAR(sl::log_determinant(a), log_det, 1e-12 * static_cast<double>(n));
    sl::vector<double> x(n), b(n, 0.0);
    for (std::size_t i = 0; i < n; ++i) x[i] = std::sin(static_cast<double>(i + 1));
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j <= i; ++j) b[i] += l(i, j) * x[j];
    const auto solved = sl::solve_lower(l, b);
    for (std::size_t i = 0; i < n; ++i) EXPECT_NEAR(solved[i], x[i], 1e-12);
  }
}

TEST(linear_algebra, a_matrix_that_is_not_positive_definite_gives_nan_in_its_lane) {
  const sl::arena_scope memory;
  sl::matrix<doubles> a(2, 2);
  a(0, 0) = a(1, 1) = doubles(1);
  a(1, 0) = a(0, 1) = doubles(0.5);
  a(1, 0).set(0, 1.5);
  const auto l = sl::cholesky(a);
  EXPECT_TRUE(std::isnan(l(1, 1)[0]));
  EXPECT_DOUBLE_EQ(l(1, 1)[1], std::sqrt(0.75));
}

TEST(linear_algebra, derivatives) {
  int compared = 0;
  const auto check = [&](const char* name, auto f) { compared += expect_gradient(f, point, name); };
  const std::vector<double> data{2, 0.3, 0.1, -0.5, 0.3, 3, 0.2, 0.6, 0.1, 0.2, 2, 0.5, -0.5, 0.6, 0.5, 4};
  const sl::matrix_view<double> constant(std::span<const double>(data), 4, 4);
  const auto right = [](const auto& x) { return sl::vector(x.data() + 10, 4); };
  check("cholesky", [&](const auto& x) { return mixed(sl::cholesky(symmetric(x.data(), 4))); });
  check("cholesky of scaled numbers", [&](const auto& x) {
    const auto y = x * 1.5;
    auto m = symmetric(y.data(), 4);
    m(2, 1) = sl::sin(x[3]);
    return mixed(sl::cholesky(m));
  });
  check("solve_lower", [&](const auto& x) { return mixed(sl::solve_lower(symmetric(x.data(), 4), right(x))); });
  check("solve_lower_transposed", [&](const auto& x) { return mixed(sl::solve_lower_transposed(symmetric(x.data(), 4), right(x))); });
  check("solve with data on the left", [&](const auto& x) { return mixed(sl::solve_lower(constant, right(x))) + mixed(sl::solve_lower_transposed(constant, right(x))); });
  check("solve with data on the right", [&](const auto& x) { return mixed(sl::solve_lower(symmetric(x.data(), 4), sl::vector<const double>(data.data(), 4))); });
  check("log_determinant", [&](const auto& x) { return sl::log_determinant(symmetric(x.data(), 4)); });
  check("quadratic_form", [&](const auto& x) { return sl::quadratic_form(sl::vector(x.data() + 10, 3), sl::matrix(x.data(), 3, 3)); });
  check("quadratic_form of data", [&](const auto& x) { return sl::quadratic_form(right(x), constant); });
  check("quadratic_form at data", [&](const auto& x) { return sl::quadratic_form(sl::vector<const double>(data.data(), 4), symmetric(x.data(), 4)); });
  check("a Gaussian log density", [&](const auto& x) {
    const auto a = symmetric(x.data(), 4);
    const auto z = sl::solve_lower(sl::cholesky(a), right(x));
    return -0.5 * sl::dot(z, z) - 0.5 * sl::log_determinant(a);
  });
  EXPECT_GT(compared, 110);
}

TEST(linear_algebra, wrong_sizes_are_refused) {
  const sl::arena_scope memory;
  const sl::matrix<double> wide(2, 3);
  EXPECT_THROW(sl::cholesky(wide), std::invalid_argument);
  EXPECT_THROW(sl::solve_lower(sl::matrix<double>(2, 2), sl::vector<double>{1, 2, 3}), std::invalid_argument);
  EXPECT_THROW(sl::quadratic_form(sl::vector<double>{1, 2}, wide), std::invalid_argument);
}
