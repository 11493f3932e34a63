// Stochastic volatility (../shared/peers/data.py): x_0 ~ N(0, 0.25), x_t ~ N(0.95 x_{t−1}, 0.25), y_t ~ N(0, exp(x_t/2)),
// y_t = 1.2 sin(12.9898 (t + 1)) exp(0.4 sin(0.13 t)), t < 100. The evidence by quadrature on a grid.
#pragma once

#include <cmath>
#include <cstdio>
#include <numbers>
#include <vector>

#include "works/work.hpp"

namespace bench {

inline std::vector<double> volatility_ys() {
  std::vector<double> ys;
  for (int t = 0; t < 100; ++t) ys.push_back(1.2 * std::sin(12.9898 * (t + 1)) * std::exp(0.4 * std::sin(0.13 * t)));
  return ys;
}

inline double exact_volatility_evidence() {
  constexpr int n = 801;
  const double lim = 4.0, h = 2 * lim / (n - 1);
  const auto at = [&](int i) { return -lim + h * i; };
  const auto bell = [](double z) { return std::exp(-0.5 * z * z) / std::sqrt(2 * std::numbers::pi); };
  std::vector<double> p(n), q(n);
  for (int i = 0; i < n; ++i) p[i] = bell(at(i) / 0.25) / 0.25;
  double total = 0;
  bool first = true;
  for (const double y : volatility_ys()) {
    if (!first) {
      for (int i = 0; i < n; ++i) {
        q[i] = 0;
        for (int j = 0; j < n; ++j) q[i] += bell((at(i) - 0.95 * at(j)) / 0.25) / 0.25 * h * p[j];
      }
      p = q;
    }
    first = false;
    double z = 0;
    for (int i = 0; i < n; ++i) z += p[i] *= bell(y * std::exp(-0.5 * at(i))) * std::exp(-0.5 * at(i));
    z *= h;
    total += std::log(z);
    for (double& x : p) x /= z;
  }
  return total;
}

// Within six standard deviations of the estimate (about 0.35 at 1,000 particles, falling as 1/√N).
inline verdict judge_volatility(double log_evidence, std::size_t particles) {
  static const double exact = exact_volatility_evidence();
  char text[100];
  std::snprintf(text, sizeof text, "log evidence %.4f/%.4f", log_evidence, exact);
  return {text, std::abs(log_evidence - exact) < 6 * 0.35 * std::sqrt(1000.0 / static_cast<double>(particles))};
}

}  // namespace bench
