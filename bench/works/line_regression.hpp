// The linear regression of the benchmarks (../shared/peers/data.py): y = 1.5 x − 0.5 + 0.3 sin 7x at 20 points,
// slope, intercept ~ N(0, 2), noise 1. Its posterior is known in closed form.
#pragma once

#include <cmath>
#include <cstdio>
#include <numbers>
#include <string>
#include <vector>

#include "works/work.hpp"

#include <starling/distributions/normal.hpp>
#include <starling/models/generative_function.hpp>

namespace bench {

inline std::vector<double> line_xs() {
  std::vector<double> xs;
  for (int i = 0; i < 20; ++i) xs.push_back(-2 + 4.0 * i / 19);
  return xs;
}
inline std::vector<double> line_ys() {
  std::vector<double> ys;
  for (const double x : line_xs()) ys.push_back(1.5 * x - 0.5 + 0.3 * std::sin(7 * x));
  return ys;
}

struct line_answer {
  double slope, intercept, log_evidence;
};
// P = XᵀX + I/4, m = P⁻¹Xᵀy; det(I + 4XXᵀ) = 16 det P; yᵀ(I + 4XXᵀ)⁻¹y = yᵀy − mᵀPm.
inline line_answer exact_line_answer() {
  double xx = 0.25, x1 = 0, n = 0.25, xy = 0, y1 = 0, yy = 0;
  const auto xs = line_xs(), ys = line_ys();
  for (std::size_t i = 0; i < xs.size(); ++i) {
    xx += xs[i] * xs[i], x1 += xs[i], n += 1, xy += xs[i] * ys[i], y1 += ys[i], yy += ys[i] * ys[i];
  }
  const double det = xx * n - x1 * x1;
  const double slope = (n * xy - x1 * y1) / det, intercept = (xx * y1 - x1 * xy) / det;
  const double form = yy - (slope * xy + intercept * y1);
  return {slope, intercept, -0.5 * (form + std::log(16 * det) + 20 * std::log(2 * std::numbers::pi))};
}

// Slope and intercept within `tolerance` of the exact posterior means, and the log evidence where there is one.
inline verdict judge_line(double slope, double intercept, double tolerance, double log_evidence = NAN) {
  const auto exact = exact_line_answer();
  char text[200];
  std::snprintf(text, sizeof text, "slope %.4f/%.4f intercept %.4f/%.4f", slope, exact.slope, intercept, exact.intercept);
  verdict v{text, std::abs(slope - exact.slope) < tolerance && std::abs(intercept - exact.intercept) < tolerance};
  if (!std::isnan(log_evidence)) {
    std::snprintf(text, sizeof text, " log evidence %.4f/%.4f", log_evidence, exact.log_evidence);
    v.text += text;
    v.right = v.right && std::abs(log_evidence - exact.log_evidence) < tolerance;
  }
  return v;
}

// Every observation an address of its own.
inline constexpr auto line = starling::gen([](auto& trace, const auto& xs) {
  const auto slope = trace("slope", starling::normal(0.0, 2.0));
  const auto intercept = trace("intercept", starling::normal(0.0, 2.0));
  for (std::size_t i = 0; i < xs.size(); ++i) trace({"y", i}, starling::normal(slope * xs[i] + intercept, 1.0));
});

}  // namespace bench
