#include <algorithm>
#include <cmath>

#include <starling/diagnostics/ess.hpp>
#include <starling/diagnostics/incomplete_beta.hpp>
#include <starling/diagnostics/mcse.hpp>
#include <starling/diagnostics/moments.hpp>

#include "split_chains.hpp"

namespace starling {

double mcse_mean(std::span<const double> draws, std::size_t chains) {
  return std::sqrt(variance(draws) / ess_mean(draws, chains));
}

double mcse_sd(std::span<const double> draws, std::size_t chains) {
  if (!usable(draws, chains, 1)) return unknown;
  const double centre = mean(draws);
  std::vector<double> squares(draws.size());
  std::vector<double> fourths(draws.size());
  for (std::size_t i = 0; i < draws.size(); ++i) {
    squares[i] = (draws[i] - centre) * (draws[i] - centre);
    fourths[i] = squares[i] * squares[i];
  }
  const double second = mean(squares);
  const double variance_of_variance = (mean(fourths) - second * second) / ess_mean(squares, chains);
  return std::sqrt(variance_of_variance / second / 4.0);
}

double mcse_quantile(std::span<const double> draws, std::size_t chains, double probability) {
  if (!usable(draws, chains, 1)) return unknown;
  const double ess = ess_quantile(draws, chains, probability);
  std::vector<double> sorted(draws.begin(), draws.end());
  std::sort(sorted.begin(), sorted.end());
  const auto size = static_cast<double>(sorted.size());
  // ArviZ's constants: the normal probabilities of one standard deviation to either side, to seven digits.
  const auto point = [&](double p) { return incomplete_beta_inverse(ess * probability + 1.0, ess * (1.0 - probability) + 1.0, p) * size - 1.0; };
  const double lower = std::floor(std::fmax(point(0.1586553), 0.0));
  const double upper = std::ceil(std::fmin(point(0.8413447), size - 1.0));
  return (sorted[static_cast<std::size_t>(upper)] - sorted[static_cast<std::size_t>(lower)]) / 2.0;
}

}  // namespace starling
