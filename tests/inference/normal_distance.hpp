// How far draws are from the standard normal distribution.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

// Kolmogorov–Smirnov distance from the standard normal, times √n; above 2.7 with probability 2 exp(−2 · 2.7²) < 1e-6.
inline double distance(std::vector<double> xs) {
  std::sort(xs.begin(), xs.end());
  double d = 0;
  for (std::size_t i = 0; i < xs.size(); ++i) {
    const double p = 0.5 * std::erfc(-xs[i] / std::sqrt(2.0)), n = static_cast<double>(xs.size());
    d = std::max({d, std::abs(p - static_cast<double>(i) / n), std::abs(p - static_cast<double>(i + 1) / n)});
  }
  return d * std::sqrt(static_cast<double>(xs.size()));
}
