// The row of wiener: its oracle is the series for long times, of many terms, and its integral.
#include "distributions/combined_rows.hpp"

#include <starling/distributions/wiener.hpp>

namespace {

namespace sl = starling;
using namespace combined;

constexpr double infinity = std::numeric_limits<double>::infinity();

// Of leaving below, by the drift's own series (Feller 1968), for times that are not very short.
double log_leaving_below(double t, double a, double w, double v) {
  long double sum = 0;
  const long double pi = 3.14159265358979323846264338327950288L;
  for (int k = 1; k < 80; ++k) sum += k * std::exp(-0.5L * k * k * pi * pi * t / (a * a)) * std::sin(k * pi * w);
  return static_cast<double>(std::log(pi / (a * a) * sum)) - v * a * w - 0.5 * v * v * t;
}
double log_wiener(double x, const numbers_of& p) {
  return x > 0 ? log_leaving_below(x - p[1], p[0], 1 - p[2], -p[3]) : log_leaving_below(-x - p[1], p[0], p[2], p[3]);
}
// By Simpson's rule.
double below(double x) {
  static const numbers_of p{1.5, 0.25, 0.375, 0.75};
  const auto integral = [&](double from, double to) {
    const int n = 400;
    double total = 0;
    for (int i = 0; i <= n; ++i) {
      const double at = from + (to - from) * i / n;
      total += (i == 0 || i == n ? 1 : i % 2 ? 4
                                             : 2) *
               (std::abs(at) < 0.27 ? 0 : std::exp(log_wiener(at, p)));
    }
    return total * (to - from) / (3 * n);
  };
  return x < 0 ? integral(-12, x) : integral(-12, -0.27) + (x > 0.27 ? integral(0.27, x) : 0);
}

const add table[]{
    {"wiener",
     [](const auto& p) { return sl::wiener(p[0], p[1], p[2], p[3]); },
     {.parameters = {1.5, 0.25, 0.375, 0.75},
      .log_density = log_wiener,
      .below = below,
      .points = {-4.0, -1.0, -0.75, -0.375, 0.5, 1.0, 1.125, 3.5},
      .cuts = {-2, -1, -0.5, 0, 0.5, 0.75, 1, 2},
      .outside = {0.0, 0.25, -0.2, infinity, -infinity},
      .bad = {{"separation", {0.0, 0.25, 0.375, 0.75}}, {"nondecision", {1.5, -0.25, 0.375, 0.75}}, {"bias", {1.5, 0.25, 1.0, 0.75}}, {"drift", {1.5, 0.25, 0.375, infinity}}},
      .wrong = {1.5, 0.25, 0.375, 0.85}}},
};

}  // namespace

TEST(wiener, leaves_somewhere) {
  EXPECT_NEAR(below(12), 1, 1e-3);
  const sl::wiener d(1.5, 0.25, 0.375, 0.75), without(1.0, 0.0, 0.5, 0.0);
  double total = 0, total_without = 0;
  const double h = 1e-3;
  for (double x = -30; x < 30; x += h) {
    total += h * std::exp(d.log_density(x + 0.5 * h));
    total_without += h * std::exp(without.log_density(x + 0.5 * h));
  }
  EXPECT_NEAR(total, 1, 1e-7);
  EXPECT_NEAR(total_without, 1, 1e-7);
  // Far tails: −log of the density grows as w²/2t for short times, as (π²/2 + drift²/2) t for long ones.
  EXPECT_NEAR(without.log_density(1e-4), -0.125 / 1e-4 + std::log(0.5) - 0.91893853320467274178 - 1.5 * std::log(1e-4), 1e-9);
  EXPECT_NEAR(without.log_density(500.0), std::log(M_PI) - 0.5 * M_PI * M_PI * 500, 1e-9);
}
