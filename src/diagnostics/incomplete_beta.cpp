#include <starling/diagnostics/incomplete_beta.hpp>

#include <cmath>
#include <initializer_list>
#include <limits>

namespace starling {
namespace {

// log Gamma for x >= 1 by Stirling's series from x >= 15 on (DLMF 5.11.1), without the global sign of std::lgamma.
double log_gamma(double x) {
  double shift = 1.0;
  for (; x < 15.0; x += 1.0) shift *= x;
  const double r = 1.0 / (x * x);
  const double series =
      (1.0 / 12.0 - r * (1.0 / 360.0 - r * (1.0 / 1260.0 - r * (1.0 / 1680.0 - r * (1.0 / 1188.0 - r * (691.0 / 360360.0)))))) / x;
  constexpr double half_log_two_pi = 0.91893853320467274178;
  return (x - 0.5) * std::log(x) - x + half_log_two_pi + series - std::log(shift);
}

// The continued fraction of DLMF 8.17.22, by Lentz's method; converges quickly for x < (a + 1) / (a + b + 2).
double fraction(double a, double b, double x) {
  constexpr double tiny = 1e-300;
  double c = 1.0;
  double d = 1.0 / (1.0 - (a + b) * x / (a + 1.0));
  double value = d;
  for (int m = 1; m < 100'000; ++m) {
    for (const double term : {m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
                              -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))}) {
      d = 1.0 + term * d;
      c = 1.0 + term / c;
      if (std::abs(d) < tiny) d = tiny;
      if (std::abs(c) < tiny) c = tiny;
      d = 1.0 / d;
      value *= c * d;
    }
    if (std::abs(c * d - 1.0) < 4e-16) break;
  }
  return value;
}

}  // namespace

double incomplete_beta(double a, double b, double x) {
  if (!(a > 0.0) || !(b > 0.0) || std::isnan(x)) return std::numeric_limits<double>::quiet_NaN();
  if (x <= 0.0) return 0.0;
  if (x >= 1.0) return 1.0;
  const double front = std::exp(log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * std::log(x) + b * std::log1p(-x));
  if (x < (a + 1.0) / (a + b + 2.0)) return front * fraction(a, b, x) / a;
  return 1.0 - front * fraction(b, a, 1.0 - x) / b;
}

double incomplete_beta_inverse(double a, double b, double probability) {
  if (!(a > 0.0) || !(b > 0.0) || !(probability >= 0.0 && probability <= 1.0)) return std::numeric_limits<double>::quiet_NaN();
  double low = 0.0;
  double high = 1.0;
  double x = a / (a + b);
  for (int i = 0; i < 200; ++i) {
    const double excess = incomplete_beta(a, b, x) - probability;
    (excess < 0.0 ? low : high) = x;
    const double log_density = log_gamma(a + b) - log_gamma(a) - log_gamma(b) + (a - 1.0) * std::log(x) + (b - 1.0) * std::log1p(-x);
    double next = x - excess * std::exp(-log_density);
    if (!(next > low && next < high)) next = 0.5 * (low + high);
    if (std::abs(next - x) <= 2e-16 * x) return next;
    x = next;
  }
  return x;
}

}  // namespace starling
