// The model of 40 sites: two latents and 38 observations, every parameter known at run time only.
#pragma once

#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "works/work.hpp"

#include <starling/distributions/normal.hpp>
#include <starling/models/generative_function.hpp>

namespace bench {

struct forty_sites_data {
  double prior_scale = 2;
  std::vector<double> xs, scales;
};

inline forty_sites_data make_forty_sites_data() {
  forty_sites_data d;
  for (int i = 0; i < 38; ++i) {
    d.xs.push_back(-2 + 4.0 * i / 37);
    d.scales.push_back(1 + 0.01 * i);
  }
  return d;
}
// Two sets of observations, so that an update has something to change.
inline std::vector<double> forty_sites_observations(double slope) {
  std::vector<double> ys;
  for (const double x : make_forty_sites_data().xs) ys.push_back(slope * x - 0.5 + 0.3 * std::sin(7 * x));
  return ys;
}

inline constexpr auto forty_sites = starling::gen([](auto& trace, const forty_sites_data& d) {
  const auto slope = trace("slope", starling::normal(0.0, d.prior_scale));
  const auto intercept = trace("intercept", starling::normal(0.0, d.prior_scale));
  for (std::size_t i = 0; i < d.xs.size(); ++i) trace({"y", i}, starling::normal(slope * d.xs[i] + intercept, d.scales[i]));
});

// How often one run repeats its operation.
inline constexpr std::size_t forty_sites_operations = 10'000;

inline verdict judge_weight(double got, double expected) {
  char text[100];
  std::snprintf(text, sizeof text, "weight %.6f/%.6f", got, expected);
  return {text, std::abs(got - expected) < 1e-9 * (1 + std::abs(expected))};
}

}  // namespace bench
