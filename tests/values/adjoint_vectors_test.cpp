// Operations on whole vectors and matrices: single tape entries, against finite differences.
#include <array>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include <starling/values/adjoint_matrices.hpp>

#include "support/expect_gradient.hpp"

namespace sl = starling;
using gradients::expect_gradient;

namespace {

const std::vector<double> point{0.3, 1.2, -0.7, 2.0, 0.1, 0.9, -1.4, 0.2, 0.6, 1.1, 0.4, -0.8};

template <class R> sl::vector<R> part(const sl::vector<R>& x, std::size_t first, std::size_t n) { return sl::vector<R>(x.data() + first, n); }
// A number that depends on each element in a way of its own.
template <class R> R mixed(const sl::vector<R>& y) {
  R total(0);
  double weight = 1;
  for (const R& e : y) total = total + (weight *= -1.3) * e * e;
  return total;
}
// The same numbers with cells of no particular order, and with factors.
template <class R> sl::vector<R> scattered(const sl::vector<R>& x) {
  sl::vector<R> r(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) r[i] = i % 3 == 2 ? R(0.4) : sl::exp(0.5 * x[x.size() - 1 - i]);
  return r;
}

}  // namespace

TEST(adjoint_vectors, arithmetic) {
  int compared = 0;
  const auto check = [&](const char* name, auto f) { compared += expect_gradient(f, point, name); };
  const std::vector<double> data{3, -1, 2, 5, 0.5, 1};
  const sl::vector<const double> constants(data.data(), data.size());
  check("sums and differences", [&](const auto& x) { return mixed(part(x, 0, 6) + part(x, 6, 6) - part(x, 3, 6) + constants - 2.0 + x[1] - part(x, 2, 6)); });
  check("products", [&](const auto& x) { return mixed(part(x, 0, 6) * part(x, 6, 6) * x[1] * constants * 0.5); });
  check("ratios", [&](const auto& x) { return mixed(part(x, 0, 6) / part(x, 6, 6) + constants / part(x, 3, 6) + part(x, 1, 6) / x[3] + 2.0 / part(x, 0, 6)); });
  check("numbers first", [&](const auto& x) { return mixed((2.0 - part(x, 0, 6)) * (x[3] + part(x, 1, 6)) - x[0] * constants + (1.0 + part(x, 2, 6)) - (x[2] - part(x, 3, 6))); });
  check("scattered", [&](const auto& x) { return mixed(scattered(x) * scattered(part(x, 0, 12)) + scattered(x) / (2.0 + x * x)); });
  check("the same on both sides", [&](const auto& x) { return mixed(x * x / (1.0 + x * x)); });
  EXPECT_GT(compared, 60);
}

TEST(adjoint_vectors, reductions) {
  int compared = 0;
  const auto check = [&](const char* name, auto f) { compared += expect_gradient(f, point, name); };
  const std::vector<double> data{3, -1, 2, 5, 0.5, 1};
  const sl::vector<const double> constants(data.data(), data.size());
  check("sum", [&](const auto& x) { return sl::sum(x) * sl::sum(scattered(x)); });
  check("dot", [&](const auto& x) { return sl::dot(part(x, 0, 6), part(x, 6, 6)) * sl::dot(scattered(x), x); });
  check("dot with itself", [&](const auto& x) { return sl::dot(x, x); });
  check("dot with data", [&](const auto& x) { return sl::dot(part(x, 0, 6), constants) * sl::dot(constants, part(x, 5, 6)); });
  check("log_sum_exp", [&](const auto& x) { return sl::log_sum_exp(x) * sl::log_sum_exp(scattered(x)); });
  check("softmax", [&](const auto& x) { return mixed(sl::softmax(x)) + mixed(sl::softmax(scattered(x))); });
  EXPECT_GT(compared, 60);
}

// Arrays, as of the components of a mixture: terms of one cell, of two, of none.
TEST(adjoint_vectors, log_sum_exp_of_few) {
  int compared = 0;
  const auto check = [&](const char* name, auto f) { compared += expect_gradient(f, point, name); };
  check("three", [&](const auto& x) {
    using R = std::remove_cvref_t<decltype(x[0])>;
    return sl::log_sum_exp(std::array<R, 3>{x[0] - 2.0 * x[1], R(0.4), sl::exp(x[2])}) * x[3];
  });
  check("two alike, and one", [&](const auto& x) {
    using R = std::remove_cvref_t<decltype(x[0])>;
    return sl::log_sum_exp(std::array<R, 2>{x[0] + x[1], x[1] + x[0]}) * sl::log_sum_exp(std::array<R, 1>{x[2] * x[3]});
  });
  EXPECT_GT(compared, 10);

  const sl::arena_scope memory;
  sl::tape_scope<double> tape;
  const double inf = std::numeric_limits<double>::infinity();
  const auto a = tape.variable(0.0), b = tape.variable(2.0);
  const auto y = sl::log_sum_exp(std::array{sl::log(a), b, sl::adjoint<double>(-inf)});  // log 0 has an infinite derivative and no share
  EXPECT_EQ(y.value(), 2.0);
  EXPECT_EQ(sl::log_sum_exp(std::array{sl::log(a), sl::adjoint<double>(-inf)}).value(), -inf);
  EXPECT_TRUE(sl::log_sum_exp(std::array{sl::adjoint<double>(1), sl::adjoint<double>(-inf)}).is_constant());
  tape.differentiate(y);
  EXPECT_EQ(a.derivative(), 0.0);
  EXPECT_EQ(b.derivative(), 1.0);
}

TEST(adjoint_vectors, softmax_sums_to_one_and_does_not_overflow) {
  const sl::arena_scope memory;
  const auto p = sl::softmax(sl::vector<double>{1000, 1001, -1e9});
  EXPECT_NEAR(p[0], 1 / (1 + std::exp(1.0)), 1e-15);
  EXPECT_DOUBLE_EQ(sl::sum(p), 1);
}

TEST(adjoint_vectors, matvec) {
  int compared = 0;
  std::vector<double> data;
  for (int i = 0; i < 13 * 4; ++i) data.push_back(std::sin(i));
  const sl::matrix_view<double> view(std::span<const double>(data), 13, 4), wide(data.data(), 4, 12);
  const auto check = [&](const char* name, auto f) { compared += expect_gradient(f, point, name); };
  check("data times a vector", [&](const auto& x) { return mixed(sl::matvec(view, part(x, 3, 4))) + mixed(sl::matvec(wide, x)); });
  check("gathered once, used twice", [&](const auto& x) {
    using R = std::remove_cvref_t<decltype(x[0])>;
    const auto in_a_row = sl::gathered(sl::matrix<R>(x.data(), 3, 4));
    const auto apart = sl::gathered(sl::matrix<R>(scattered(x).data(), 4, 3));
    return mixed(sl::matvec(in_a_row, sl::matvec(apart, sl::matvec(in_a_row, part(x, 5, 4))))) * apart(1, 2) + mixed(in_a_row.row(2)) * sl::sum(apart.row(0));
  });
  check("data times scattered numbers", [&](const auto& x) { return mixed(sl::matvec(wide, scattered(x))); });
  check("a matrix times a vector", [&](const auto& x) {
    using R = std::remove_cvref_t<decltype(x[0])>;
    return mixed(sl::matvec(sl::matrix<R>(x.data(), 3, 4), part(x, 5, 4)));
  });
  check("a matrix of scattered numbers times data", [&](const auto& x) {
    using R = std::remove_cvref_t<decltype(x[0])>;
    return mixed(sl::matvec(sl::matrix<R>(scattered(x).data(), 4, 3), sl::vector<const double>(data.data(), 3)));
  });
  check("twice", [&](const auto& x) {
    using R = std::remove_cvref_t<decltype(x[0])>;
    const sl::matrix<R> m(x.data(), 3, 3);
    return mixed(sl::matvec(m, sl::matvec(m, part(x, 9, 3))));
  });
  EXPECT_GT(compared, 50);
  const sl::arena_scope memory;
  sl::tape_scope<double> scope;
  EXPECT_THROW(sl::matvec(view, sl::vector<sl::adjoint<double>>{scope.variable(1.0)}), std::invalid_argument);
}
