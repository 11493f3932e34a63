#include <starling/inference/predictive_checks.hpp>

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

namespace starling {
namespace {

double mean_of(std::span<const double> x) {
  double sum = 0;
  for (const double v : x) sum += v;
  return sum / static_cast<double>(x.size());
}
double sd_of(std::span<const double> x) {
  const double m = mean_of(x);
  double squares = 0;
  for (const double v : x) squares += (v - m) * (v - m);
  return std::sqrt(squares / static_cast<double>(x.size() - 1));
}
double min_of(std::span<const double> x) { return *std::min_element(x.begin(), x.end()); }
double max_of(std::span<const double> x) { return *std::max_element(x.begin(), x.end()); }

using statistic = double (*)(std::span<const double>);

std::vector<std::pair<const char*, statistic>> statistics_of(const variable& v) {
  if (v.elements() == 1) return {{"value", mean_of}};
  return {{"mean", mean_of}, {"sd", sd_of}, {"min", min_of}, {"max", max_of}};
}

// Relative weights, the largest being 1.
std::vector<double> weights_of(const result& fit, std::size_t n) {
  std::vector<double> weights(n, 1.0);
  if (n == 0 || fit.log_weights.size() != n) return weights;
  const double top = max_of(fit.log_weights);
  for (std::size_t i = 0; i < n; ++i) weights[i] = std::exp(fit.log_weights[i] - top);
  return weights;
}

}  // namespace

std::vector<predictive_check> predictive_checks(const result& fit) {
  std::vector<predictive_check> checks;
  const std::size_t n = fit.posterior_predictive.chains * fit.posterior_predictive.draws;
  const auto weights = weights_of(fit, n);
  for (const variable& observed : fit.observed_data) {
    const variable* predicted = fit.posterior_predictive.find(observed.name);
    const std::size_t size = observed.elements();
    if (predicted == nullptr || predicted->elements() != size || size == 0 || n == 0) continue;
    if (std::any_of(observed.values.begin(), observed.values.end(), [](double x) { return std::isnan(x); })) continue;
    for (const auto& [name, of] : statistics_of(observed)) {
      predictive_check c{observed.name, name, of(observed.values)};
      double all = 0, sum = 0, above = 0;
      for (std::size_t i = 0; i < n; ++i) {
        const double t = of(std::span(predicted->values).subspan(i * size, size));
        if (std::isnan(t)) continue;   // a draw without some element
        all += weights[i];
        sum += weights[i] * t;
        above += weights[i] * (t > c.observed ? 1 : t == c.observed ? 0.5
                                                                    : 0);
      }
      if (all == 0) continue;
      c.predicted = sum / all;
      c.p = above / all;
      checks.push_back(std::move(c));
    }
  }
  return checks;
}

}  // namespace starling
