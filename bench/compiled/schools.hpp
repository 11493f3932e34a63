// The posterior of the eight schools, for the programs whose compile times are measured.
#pragma once

#include <cstdio>
#include <vector>

#include <starling/distributions/distributions.hpp>
#include <starling/inference/posterior_gradient.hpp>

namespace sl = starling;

constexpr auto schools = sl::gen([](auto& trace, const auto& sigma) {
  const auto mu = trace("mu", sl::normal(0.0, 5.0));
  const auto tau = trace("tau", sl::half_cauchy(5.0));
  for (std::size_t j = 0; j < sigma.size(); ++j) trace({"y", j}, sl::normal(mu + tau * trace({"theta_trans", j}, sl::normal(0.0, 1.0)), sigma[j]));
});

inline auto schools_posterior() {
  static const std::vector<double> errors{15, 10, 16, 11, 9, 11, 10, 18}, y{28, 8, -3, 7, -1, 1, 18, 12};
  return sl::posterior(schools, sl::args(errors), sl::observe("y", y));
}
