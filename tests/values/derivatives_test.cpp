// Every function of the library in every value type, against finite differences.
#include <gtest/gtest.h>

#include <cmath>

#include <starling/values/dual.hpp>
#include <starling/values/pick.hpp>

#include "support/expect_gradient.hpp"

namespace sl = starling;
using gradients::expect_gradient;
using doubles = sl::native_pack<double>;

namespace {

// Calls visit(name, f, points) for each function of one number.
template <class Visit> void for_each_function(Visit visit) {
  using list = std::vector<double>;
  visit(
      "exp", [](const auto& x) { return sl::exp(x); }, list{-30, -0.3, 1e-9, 2, 300});
  visit(
      "expm1", [](const auto& x) { return sl::expm1(x); }, list{-30, -0.3, 1e-9, 2});
  visit(
      "log", [](const auto& x) { return sl::log(x); }, list{1e-200, 0.3, 1.1, 7e80});
  visit(
      "log1p", [](const auto& x) { return sl::log1p(x); }, list{-0.9, -1e-9, 0.3, 7e80});
  visit(
      "sqrt", [](const auto& x) { return sl::sqrt(x); }, list{1e-200, 0.3, 1.1, 7e80});
  visit(
      "abs", [](const auto& x) { return sl::abs(x); }, list{-3, -1e-9, 0.5});
  visit(
      "sin", [](const auto& x) { return sl::sin(x); }, list{-3, 1e-9, 0.5, 20});
  visit(
      "cos", [](const auto& x) { return sl::cos(x); }, list{-3, 0.1, 0.5, 20});
  visit(
      "tan", [](const auto& x) { return sl::tan(x); }, list{-3, 1e-9, 0.5, 1.2});
  visit(
      "atan", [](const auto& x) { return sl::atan(x); }, list{-300, -3, 1e-9, 0.5, 20});
  visit(
      "asin", [](const auto& x) { return sl::asin(x); }, list{-0.99, -0.3, 1e-9, 0.5, 0.9});
  visit(
      "acos", [](const auto& x) { return sl::acos(x); }, list{-0.99, -0.3, 1e-9, 0.5, 0.9});
  visit(
      "atan2 of y", [](const auto& y) { return sl::atan2(y, -0.7); }, list{-30, -0.3, 0.2, 9});
  visit(
      "atan2 of x", [](const auto& x) { return sl::atan2(0.7, x); }, list{-30, -0.3, 1e-9, 9});
  visit(
      "atan2 of both", [](const auto& x) { return sl::atan2(x * x, x - 3.0); }, list{-30, 0.3, 9});
  visit(
      "sinh", [](const auto& x) { return sl::sinh(x); }, list{-30, 1e-9, 0.5, 4});
  visit(
      "cosh", [](const auto& x) { return sl::cosh(x); }, list{-30, 0.1, 0.5, 4});
  visit(
      "tanh", [](const auto& x) { return sl::tanh(x); }, list{-3, 1e-9, 0.5, 4});
  visit(
      "erf", [](const auto& x) { return sl::erf(x); }, list{-3, 1e-9, 0.5, 2});
  visit(
      "erfc", [](const auto& x) { return sl::erfc(x); }, list{-3, 1e-9, 0.5, 2, 9});
  visit(
      "lgamma", [](const auto& x) { return sl::lgamma(x); }, list{-2.3, 1e-3, 0.5, 1.7, 5, 300});
  visit(
      "digamma", [](const auto& x) { return sl::digamma(x); }, list{-2.3, 1e-3, 0.5, 1.7, 5, 300});
  visit(
      "trigamma", [](const auto& x) { return sl::trigamma(x); }, list{-2.3, 1e-3, 0.5, 1.7, 5, 300});
  visit(
      "normal_cdf", [](const auto& x) { return sl::normal_cdf(x); }, list{-20, -1, 0.01, 3});
  visit(
      "log_normal_cdf", [](const auto& x) { return sl::log_normal_cdf(x); }, list{-1e4, -20, -1, 0.01, 3, 6});
  visit(
      "normal_quantile", [](const auto& p) { return sl::normal_quantile(p); }, list{1e-200, 1e-3, 0.4, 0.5, 0.999});
  visit(
      "inverse_logit", [](const auto& x) { return sl::inverse_logit(x); }, list{-40, -1, 0.01, 3, 9});
  visit(
      "logit", [](const auto& p) { return sl::logit(p); }, list{1e-100, 0.2, 0.5001, 0.9});
  visit(
      "log1p_exp", [](const auto& x) { return sl::log1p_exp(x); }, list{-40, -1, 0.01, 3, 90});
  visit(
      "log1m_exp", [](const auto& x) { return sl::log1m_exp(x); }, list{-40, -1, -0.3, -1e-3});
  visit(
      "log_diff_exp", [](const auto& x) { return sl::log_diff_exp(3.0 * x, x) + sl::log_diff_exp(x, -2); }, list{0.3, 2});
  visit(
      "log_beta", [](const auto& x) { return sl::log_beta(x, 2.5) + sl::log_beta(3, x); }, list{0.3, 5, 40, 1e9});
  visit(
      "log_choose", [](const auto& x) { return sl::log_choose(9.0, x) + sl::log_choose(x, 0.5); }, list{1.3, 5});
  visit(
      "square", [](const auto& x) { return sl::pow(x, 2); }, list{-3, 0.01, 50});
  visit(
      "cube", [](const auto& x) { return sl::pow(x, 3); }, list{-3, 0.01, 50});
  visit(
      "power of", [](const auto& x) { return sl::pow(1.7, x); }, list{-3, 0.01, 50});
  visit(
      "to the", [](const auto& x) { return sl::pow(x, -1.5); }, list{0.03, 0.9, 50});
  visit(
      "minus", [](const auto& x) { return -x; }, list{0.03, 0.9, 50});
  visit(
      "arithmetic with constants", [](const auto& x) { return (2.0 * x - 3.0) / (x + 5) - 1.0 / x + (7 - x) * 0.5 + x / 3; }, list{0.03, 0.9, 50});
  visit(
      "smaller than 1", [](const auto& x) { return sl::min(x, 1.0) * x; }, list{0.03, 0.9, 50});
  visit(
      "larger than 1", [](const auto& x) { return sl::max(1.0, x) * x; }, list{0.03, 0.9, 50});
  visit(
      "multiply_add", [](const auto& x) { return sl::multiply_add(x, x, 1.0) + sl::multiply_add(x, 2.0, x) + sl::fma(x, x, x); }, list{0.03, 50});
  visit(
      "copysign", [](const auto& x) { return sl::copysign(x, -2.0) * sl::copysign(x, 3.0); }, list{-0.03, 50});
  visit(
      "rounded", [](const auto& x) { return x * (sl::floor(x) + sl::ceil(x) + sl::trunc(x) + sl::rint(x) + sl::round(x)); }, list{-0.3, 50.2});
}

}  // namespace

TEST(derivatives, of_every_function_of_one_number) {
  int compared = 0, all = 0;
  for_each_function([&](const char* name, auto f, const std::vector<double>& points) {
    for (const double x : points) {
      compared += expect_gradient([&](const auto& v) { return f(v[0]); }, {x}, name + (" at " + std::to_string(x)));
      ++all;
      // Forward mode has the same derivative.
      const auto forward = f(sl::dual_variable<3>(x));
      sl::tape_scope<double> tape;
      const auto at = tape.variable(x);
      tape.differentiate(f(at));
      EXPECT_EQ(forward.template by<3>(), at.derivative()) << name;
    }
  });
  EXPECT_GE(compared, all - 6);  // where a function is flat to all digits, differences say little
  EXPECT_GT(all, 100);
}

TEST(derivatives, of_functions_of_several_numbers) {
  int compared = 0;
  const auto check = [&](const char* name, auto f, std::vector<double> at) { compared += expect_gradient(f, at, name); };
  check("sum", [](const auto& x) { return x[0] + x[1] - (x[0] - x[1]) * 2.0; }, {0.3, 2.0});
  check("product", [](const auto& x) { return x[0] * x[1] * x[0] * x[2]; }, {0.3, 2.0, -1});
  check("ratio", [](const auto& x) { return x[0] / x[1] / x[0] / x[2]; }, {0.3, 2.0, -1});
  check("pow", [](const auto& x) { return sl::pow(x[0], x[1]); }, {0.3, 2.0});
  check("log_sum_exp", [](const auto& x) { return sl::log_sum_exp(x[0], x[1]) + sl::log_sum_exp(x[0], 0.4); }, {0.3, 2.0});
  check("log_sum_exp of equals", [](const auto& x) { return sl::log_sum_exp(x[0] * 1.0, x[1]); }, {0.3, 0.3});
  check("min", [](const auto& x) { return sl::min(x[0], x[1]) * x[1]; }, {0.3, 2.0});
  check("max", [](const auto& x) { return sl::max(x[0], x[1]) * x[1]; }, {0.3, 2.0});
  check("where", [](const auto& x) { return sl::where(x[0] < x[1], x[0] * x[2], x[1]); }, {0.3, 2.0, 5});
  check("where, taken from the right", [](const auto& x) { return sl::where(x[0] > x[1], x[0] * x[2], sl::exp(x[1])); }, {0.3, 2.0, 5});
  check("multiply_add", [](const auto& x) { return sl::multiply_add(-x[0], x[1], x[2]); }, {0.3, 2.0, 5});
  check("compound assignment", [](const auto& x) {
    auto y = x[0];
    y += x[1];
    y *= 2.0 * x[2];
    y -= x[0];
    y /= x[1];
    return y;
  },
        {0.3, 2.0, 5});
  check("a loop with a branch", [](const auto& x) {
    auto total = 0.0 * x[0];
    for (int i = 0; i < 5; ++i) total = sl::where(total < x[1], total * total + x[i % 3], sl::sin(total));
    return total;
  },
        {0.3, 2.0, 5});
  EXPECT_GE(compared, 30);
}

TEST(derivatives, throws_where_double_throws) {
  EXPECT_EQ(expect_gradient([](const auto& x) -> std::remove_cvref_t<decltype(x[0])> {
              using sl::any;
              if (any(x[0] > 1.0)) throw std::domain_error("too large");
              return x[0];
            },
                            {2.0}),
            0);
}

// The side that is not taken may be infinite, NaN, or have an infinite derivative: its derivative is replaced by 0.
TEST(derivatives, a_lane_that_is_not_taken_gives_zero_even_where_its_derivative_is_infinite) {
  const auto check = [](auto f) {
    sl::tape_scope<doubles> scope;
    const auto x = scope.variable(doubles(0.0)), y = scope.variable(doubles(3.0));
    scope.differentiate(f(x, y));
    EXPECT_EQ(x.derivative()[0], 0) << "of the side that was not taken";
    EXPECT_EQ(y.derivative()[0], 1);
  };
  check([](const auto& x, const auto& y) { return sl::where(x.value() > doubles(0), sl::sqrt(x), y); });
  check([](const auto& x, const auto& y) { return sl::where(x.value() > doubles(0), sl::log(x * y), y); });
  check([](const auto& x, const auto& y) { return sl::where(x.value() > doubles(0), y / x * sl::log(x), y); });
  check([](const auto& x, const auto& y) { return sl::where(x.value() > doubles(0), sl::pow(x, 0.5) * y / x, y); });
  // A clamped argument, then an infinite derivative.
  check([](const auto& x, const auto& y) { return sl::sqrt(sl::where(x.value() > doubles(0), x, 0.0)) + y; });
  check([](const auto& x, const auto& y) { return sl::sqrt(sl::where(x.value() > doubles(0), x * y, 0.0)) + y; });
}

TEST(derivatives, of_what_is_picked) {
  const sl::arena_scope memory;
  sl::tape_scope<doubles> scope;
  sl::vector<sl::adjoint<doubles>> x(3);
  for (std::size_t i = 0; i < 3; ++i) x[i] = scope.variable(doubles(static_cast<double>(i) + 0.5));
  const auto z = sl::whole<double, doubles::lanes>::iota(0) % 3;
  const auto y = sl::pick(x, z);
  scope.differentiate(y * y);
  for (int l = 0; l < doubles::lanes; ++l)
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(x[i].derivative()[l], l % 3 == static_cast<int>(i) ? 2 * (static_cast<double>(i) + 0.5) : 0);
}

// Nothing is beside infinity, so there is no finite difference; NaN, huge and tiny arguments end too.
TEST(check_gradient, ends_at_any_argument) {
  for (const double x : {HUGE_VAL, -HUGE_VAL, std::nan(""), 1.7e308, -1e300, 5e-324, 0.0}) {
    const auto check = sl::check_gradient([](const auto& a) { return a[0] * 0.5 + a[1]; }, {x, 2.0});
    EXPECT_TRUE(check.problems.empty()) << x << ": " << check.problems.front();
    EXPECT_EQ(check.compared, x == 5e-324 || x == 0 ? 2 : std::isfinite(x) ? 1
                                                                           : 0)
        << x;
  }
}
