#include <starling/diagnostics/quantile.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

namespace starling {

namespace {

// (1 - fraction) * low + fraction * high, where a neighbour that has no part in it may be infinite. The products are volatile, because
// ess_quantile compares draws with the result: contracted into a fused multiply-add, among equal draws, it could land beside them
// where ArviZ's lands on them.
double between(double low, double high, double fraction) {
  if (fraction == 0.0) return low;
  if (fraction == 1.0) return high;
  const volatile double lower = (1.0 - fraction) * low;
  const volatile double upper = fraction * high;
  return lower + upper;
}

}  // namespace

double sorted_quantile(std::span<const double> ascending, double probability) {
  const std::size_t n = ascending.size();
  if (n == 0) return std::numeric_limits<double>::quiet_NaN();
  if (n == 1) return ascending[0];
  const volatile double scaled = static_cast<double>(n) * probability;
  const double position = scaled + (1.0 - probability);
  const double below = std::floor(std::clamp(position, 1.0, static_cast<double>(n - 1)));
  const double fraction = std::clamp(position - below, 0.0, 1.0);
  const auto k = static_cast<std::size_t>(below);
  return between(ascending[k - 1], ascending[k], fraction);
}

double quantile(std::span<const double> values, double probability) {
  std::vector<double> sorted(values.begin(), values.end());
  for (const double value : sorted)
    if (std::isnan(value)) return value;
  std::sort(sorted.begin(), sorted.end());
  return sorted_quantile(sorted, probability);
}

double sorted_weighted_quantile(std::span<const double> ascending, std::span<const double> weights, double probability) {
  // Point k sits at the total of the weights before it, plus half its own, less half the first one's; the last point sits at 1.
  std::vector<std::size_t> heavy;
  double total = 0.0;
  for (std::size_t k = 0; k < ascending.size(); ++k)
    if (weights[k] > 0.0) {
      heavy.push_back(k);
      total += weights[k];
    }
  if (heavy.empty()) return std::numeric_limits<double>::quiet_NaN();
  const double first = 0.5 * weights[heavy.front()];
  const double target = probability * (total - first - 0.5 * weights[heavy.back()]);
  double position = 0.0;
  for (std::size_t i = 0; i + 1 < heavy.size(); ++i) {
    const double step = 0.5 * (weights[heavy[i]] + weights[heavy[i + 1]]);
    if (position + step >= target) {
      const double fraction = std::clamp((target - position) / step, 0.0, 1.0);
      return between(ascending[heavy[i]], ascending[heavy[i + 1]], fraction);
    }
    position += step;
  }
  return ascending[heavy.back()];
}

double weighted_quantile(std::span<const double> values, std::span<const double> weights, double probability) {
  if (!(probability >= 0 && probability <= 1))
    throw std::invalid_argument("quantile: expected a probability from 0 to 1, got " + std::to_string(probability));
  std::vector<std::size_t> order;
  for (std::size_t k = 0; k < values.size(); ++k)
    if (!std::isnan(values[k])) order.push_back(k);
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> ascending, their_weights;
  for (const std::size_t k : order) ascending.push_back(values[k]), their_weights.push_back(weights[k]);
  return sorted_weighted_quantile(ascending, their_weights, probability);
}

double weighted_mean(std::span<const double> values, std::span<const double> weights) {
  double sum = 0, weight = 0;
  for (std::size_t k = 0; k < values.size(); ++k)
    if (weights[k] > 0 && !std::isnan(values[k])) sum += weights[k] * values[k], weight += weights[k];
  return sum / weight;
}

}  // namespace starling
