#include <algorithm>
#include <cmath>
#include <limits>

#include <starling/diagnostics/autocovariance.hpp>
#include <starling/diagnostics/ess.hpp>
#include <starling/diagnostics/moments.hpp>
#include <starling/diagnostics/quantile.hpp>
#include <starling/diagnostics/ranks.hpp>

#include "split_diagnostics.hpp"

namespace starling {
namespace {

// Sum of the autocorrelation times from the autocorrelations rho(lag): pairs of lags as long as their sum is positive, made
// monotone. Line by line what Stan and ArviZ do, the treatment of the last pair included.
template <class Autocorrelation>
double geyer_time(std::size_t n, Autocorrelation rho) {
  std::vector<double> kept(n, 0.0);
  double even = 1.0;
  double odd = rho(1);
  kept[0] = even;
  kept[1] = odd;
  std::size_t t = 1;
  while (t + 3 < n && even + odd > 0.0) {
    even = rho(t + 1);
    odd = rho(t + 2);
    if (even + odd >= 0.0) {
      kept[t + 1] = even;
      kept[t + 2] = odd;
    }
    t += 2;
  }
  if (even > 0.0) kept[t - 1] = even;
  for (std::size_t s = 1; s + 4 <= t; s += 2)
    if (kept[s + 1] + kept[s + 2] > kept[s - 1] + kept[s]) kept[s + 1] = kept[s + 2] = 0.5 * (kept[s - 1] + kept[s]);
  double total = 0.0;
  for (std::size_t i = 0; i + 1 < t; ++i) total += kept[i];
  for (const double value : kept)
    if (std::isnan(value)) return value;
  return -1.0 + 2.0 * total + kept[t - 1];
}

}  // namespace

double ess_of_chains(std::span<const double> draws, std::size_t chains) {
  const std::size_t n = draws_per_chain(draws, chains);
  const auto size = static_cast<double>(draws.size());
  const auto [smallest, largest] = std::minmax_element(draws.begin(), draws.end());
  if (*largest - *smallest < 1e-15) return size;   // ArviZ's constant: numpy's finfo(float).resolution
  autocovariances autocovariance(draws, chains);
  const auto length = static_cast<double>(n);
  const double within = autocovariance(0) * length / (length - 1.0);
  double total = within * (length - 1.0) / length;
  if (chains > 1) total += variance(autocovariance.means());
  const double time = geyer_time(n, [&](std::size_t lag) { return 1.0 - (within - autocovariance(lag)) / total; });
  return size / std::max(time, 1.0 / std::log10(size));
}

double plain_ess(std::span<const double> draws, std::size_t chains) {
  return usable(draws, chains, 1) ? ess_of_chains(draws, chains) : unknown;
}

double ess_bulk(std::span<const double> draws, std::size_t chains) {
  if (!usable(draws, chains, 1)) return unknown;
  const split_chains split(draws, chains);
  return ess_of_chains(normal_scores(split.values(), ascending_order(split.values())), split.chains());
}

double ess_mean(std::span<const double> draws, std::size_t chains) {
  if (!usable(draws, chains, 1)) return unknown;
  const split_chains split(draws, chains);
  return ess_of_chains(split.values(), split.chains());
}

double ess_sd(std::span<const double> draws, std::size_t chains) {
  const double centre = mean(draws);
  std::vector<double> squares(draws.size());
  for (std::size_t i = 0; i < draws.size(); ++i) squares[i] = (draws[i] - centre) * (draws[i] - centre);
  return ess_mean(squares, chains);
}

double ess_at_most(std::span<const double> draws, std::size_t chains, double bound) {
  std::vector<double> below(draws.size());
  for (std::size_t i = 0; i < draws.size(); ++i) below[i] = draws[i] <= bound ? 1.0 : 0.0;
  return ess_mean(below, chains);
}

double ess_quantile(std::span<const double> draws, std::size_t chains, double probability) {
  if (!usable(draws, chains, 1)) return unknown;
  return ess_at_most(draws, chains, quantile(draws, probability));
}

double ess_tail(std::span<const double> draws, std::size_t chains) {
  if (!usable(draws, chains, 1)) return unknown;
  return std::min(ess_quantile(draws, chains, 0.05), ess_quantile(draws, chains, 0.95));
}

double weighted_ess(std::span<const double> log_weights) {
  double largest = -std::numeric_limits<double>::infinity();
  for (const double w : log_weights) {
    if (std::isnan(w)) return unknown;
    largest = std::max(largest, w);
  }
  if (std::isinf(largest)) return unknown;
  double sum = 0.0;
  double squares = 0.0;
  for (const double w : log_weights) {
    const double weight = std::exp(w - largest);
    sum += weight;
    squares += weight * weight;
  }
  return sum * sum / squares;
}

}  // namespace starling
