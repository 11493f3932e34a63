// Comparing derivatives of expectations with exact ones.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include <starling/combinators/combinators.hpp>
#include <starling/distributions/distributions.hpp>
#include <starling/inference/expectations/expectation.hpp>
#include <starling/values/math.hpp>

namespace expectations {

namespace sl = starling;

struct exact {
  double value, derivative;
};

// g(θ) and its derivative, by a central difference of fourth order.
template <class F> exact exactly(F g, double theta) {
  const double h = 1e-3;
  return {g(theta), (8 * (g(theta + h) - g(theta - h)) - (g(theta + 2 * h) - g(theta - 2 * h))) / (12 * h)};
}
// Σ probability(k) · cost(k).
template <class P, class F> double sum_of(int n, P probability, F cost) {
  double sum = 0;
  for (int k = 0; k < n; ++k) sum += probability(k) * cost(k);
  return sum;
}
// ∫ density · cost over (a, b), by Simpson's rule.
template <class P, class F> double integral_of(double a, double b, P density, F cost) {
  const int n = 4000;
  const double h = (b - a) / n;
  double sum = 0;
  for (int i = 0; i <= n; ++i) {
    const double x = a + i * h;
    sum += (i == 0 || i == n ? 1 : i % 2 ? 4
                                         : 2) *
           density(x) * cost(x);
  }
  return sum * h / 3;
}

inline constexpr double allowed_errors = 4;

// How many standard errors the derivative with respect to the one argument is from `derivative`.
template <class Expectation> double distance(const Expectation& e, double derivative, std::size_t lanes = 20'000, std::uint64_t seed = 3) {
  const auto g = e.gradient(sl::key(seed), sl::lanes(lanes));
  return std::abs(std::get<0>(g.arguments) - derivative) / (std::get<0>(g.argument_errors) + 1e-9);
}
template <class Expectation> void expect_exact(const std::string& name, const Expectation& e, const exact& truth, std::size_t lanes = 20'000) {
  const auto v = e.value(sl::key(2), sl::lanes(lanes));
  const auto g = e.gradient(sl::key(3), sl::lanes(lanes));
  const double d = std::get<0>(g.arguments), error = std::get<0>(g.argument_errors);
  EXPECT_LT(std::abs(v.mean - truth.value), allowed_errors * v.standard_error + 1e-9) << name << ": the value is " << v.mean << " +- " << v.standard_error << ", exactly " << truth.value;
  EXPECT_LT(std::abs(g.value - truth.value), allowed_errors * g.standard_error + 1e-9) << name;
  EXPECT_LT(std::abs(d - truth.derivative), allowed_errors * error + 1e-7) << name << ": the derivative is " << d << " +- " << error << ", exactly " << truth.derivative;
  EXPECT_LT(error, 0.1 * (1 + std::abs(truth.derivative))) << name << ": the test tells little";
}

}  // namespace expectations
