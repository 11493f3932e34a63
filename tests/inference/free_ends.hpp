// Densities and gradients at free numbers far out on both sides, against closed forms in long double, whose range holds e^±745.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <string>
#include <vector>

#include <starling/combinators/combinators.hpp>
#include <starling/distributions/distributions.hpp>
#include <starling/inference/unconstrained.hpp>

namespace free_ends {

namespace sl = starling;
using doubles = sl::native_pack<double>;

inline constexpr std::array distances{1.0, 36.0, 37.0, 100.0, 700.0, 745.0};

struct value_and_slope {
  long double value, slope;
  double size = 0;        // of terms that cancel in the value
  double slope_size = 0;  // and in the slope
};
inline long double log_logistic(long double u) { return u < 0 ? u - std::log1p(std::exp(u)) : -std::log1p(std::exp(-u)); }
inline long double logistic(long double u) { return std::exp(log_logistic(u)); }

// Beyond the range of double there is −∞ and no direction.
inline bool is_beyond(const value_and_slope& x) { return std::abs(x.value) > 1.7e308L || std::abs(x.slope) > 1.7e308L; }
inline void expect_near(double density, double slope, const value_and_slope& expected, const std::string& where) {
  if (is_beyond(expected)) {
    EXPECT_EQ(density, -INFINITY) << where;
    EXPECT_EQ(slope, 0) << where;
    return;
  }
  EXPECT_NEAR(density, static_cast<double>(expected.value), 3e-14 * (1 + std::abs(static_cast<double>(expected.value)) + expected.size)) << where;
  EXPECT_NEAR(slope, static_cast<double>(expected.slope), 3e-14 * (1e-9 + std::abs(static_cast<double>(expected.slope))) + 4e-16 * expected.slope_size) << where;
}

// `d` as the only choice of a model, or n of it as a vector; expected(u): the log density of the free number u, and its derivative.
template <bool InVectors = true, class D, class Expected> void check(const std::string& name, const D& d, Expected expected) {
  constexpr std::size_t n = 11;
  const auto model = sl::gen([&](auto& trace) { trace("x", d); });
  const auto of_many = sl::gen([&](auto& trace) {
    if constexpr (InVectors) trace("x", sl::iid(d, n));
    else trace("x", sl::iid(sl::normal(0.0, 1.0), n));
  });
  const auto post = sl::posterior(model, sl::args(), sl::choice_map());
  const auto post_of_many = sl::posterior(of_many, sl::args(), sl::choice_map());
  const sl::unconstrained_posterior<double, decltype(post)> one(post);
  const sl::unconstrained_posterior<doubles, decltype(post)> many(post);
  const sl::unconstrained_posterior<double, decltype(post_of_many)> vectors(post_of_many);
  for (const double distance : distances)
    for (const double u : {-distance, distance}) {
      const auto where = name + " at " + std::to_string(u);
      double slope = 0, x = 0;
      const double density = one.log_density_and_gradient(&u, &slope);
      expect_near(density, slope, expected(u), where);
      const double again = one.choices(&u, &x);
      EXPECT_TRUE(again == density || std::abs(again - density) <= 1e-14 * (1 + std::abs(density))) << where;
      EXPECT_TRUE(d.support().contains(x)) << where << ": " << x;
      double back = 0;
      one.free_numbers(&x, &back);
      EXPECT_TRUE(std::isfinite(back)) << where;

      doubles us(0.25), slopes;
      us.set(1, u);
      const doubles densities = many.log_density_and_gradient(&us, &slopes);
      expect_near(densities[0], slopes[0], expected(0.25), name + " beside " + std::to_string(u));
      expect_near(densities[1], slopes[1], expected(u), where + " in lanes");

      if constexpr (!InVectors) continue;
      std::vector<double> free(n, 0.25), gradient(n);
      free[3] = u;
      auto total = expected(u);
      total.value += (n - 1) * expected(0.25).value;
      total.size *= n;
      const double of_vector = vectors.log_density_and_gradient(free.data(), gradient.data());
      expect_near(of_vector, gradient[3], total, where + " in a vector");
    }
}

inline long double gamma_value(long double y, long double log_y, long double a) { return a * log_y - y - std::lgamma(a); }

// Of the free number of beta(a, b).
inline auto beta(long double a, long double b) {
  return [=](long double u) {
    const auto log_beta = std::lgamma(a) + std::lgamma(b) - std::lgamma(a + b);
    return value_and_slope{a * log_logistic(u) + b * log_logistic(-u) - log_beta, a * logistic(-u) - b * logistic(u)};
  };
}

}  // namespace free_ends
