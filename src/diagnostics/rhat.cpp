#include <algorithm>
#include <cmath>

#include <starling/diagnostics/moments.hpp>
#include <starling/diagnostics/ranks.hpp>
#include <starling/diagnostics/rhat.hpp>

#include "split_diagnostics.hpp"
#include "split_chains.hpp"

namespace starling {

double rhat_of_chains(std::span<const double> draws, std::size_t chains) {
  const std::size_t n = draws_per_chain(draws, chains);
  std::vector<double> means(chains);
  std::vector<double> variances(chains);
  for (std::size_t c = 0; c < chains; ++c) {
    const auto chain = draws.subspan(c * n, n);
    means[c] = mean(chain);
    variances[c] = variance(chain);
  }
  const auto length = static_cast<double>(n);
  return std::sqrt((length * variance(means) / mean(variances) + length - 1.0) / length);
}

double plain_rhat(std::span<const double> draws, std::size_t chains) {
  return usable(draws, chains, 2) ? rhat_of_chains(draws, chains) : unknown;
}

double rank_rhat(const split_chains& split, std::span<const std::uint32_t> ascending, std::span<const double> scores) {
  const auto values = split.values();
  const std::size_t n = values.size();
  const double median = 0.5 * (values[ascending[(n - 1) / 2]] + values[ascending[n / 2]]);
  std::vector<double> distances(n);
  for (std::size_t i = 0; i < n; ++i) distances[i] = std::abs(values[i] - median);
  const auto order = folded_order(values, ascending, median);
  const double bulk = rhat_of_chains(scores, split.chains());
  // NaN where the median is infinite: then, as in ArviZ, only the bulk counts.
  const double tails = rhat_of_chains(normal_scores(distances, order), split.chains());
  return std::max(bulk, tails);
}

double rhat(std::span<const double> draws, std::size_t chains) {
  if (!usable(draws, chains, 2)) return unknown;
  const split_chains split(draws, chains);
  const auto ascending = ascending_order(split.values());
  return rank_rhat(split, ascending, normal_scores(split.values(), ascending));
}

}  // namespace starling
