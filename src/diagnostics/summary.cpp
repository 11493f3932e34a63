#include <starling/diagnostics/ess.hpp>
#include <starling/diagnostics/mcse.hpp>
#include <starling/diagnostics/moments.hpp>
#include <starling/diagnostics/quantile.hpp>
#include <starling/diagnostics/ranks.hpp>
#include <starling/diagnostics/stillness.hpp>
#include <starling/diagnostics/summary.hpp>

#include "split_diagnostics.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace starling {

summary_row summarise(std::string name, std::span<const double> values, std::size_t chains) {
  summary_row row;
  row.name = std::move(name);
  const std::size_t n = draws_per_chain(values, chains);
  row.mean = mean(values);
  row.sd = std::sqrt(variance(values));
  if (std::any_of(values.begin(), values.end(), [](double x) { return std::isnan(x); })) return row;

  // One sort serves the quantiles and, unless an odd length had to be copied without its middle, the ranks too.
  auto order = ascending_order(values);
  std::vector<double> sorted(values.size());
  for (std::size_t i = 0; i < sorted.size(); ++i) sorted[i] = values[order[i]];
  row.q5 = sorted_quantile(sorted, 0.05);
  row.q50 = sorted_quantile(sorted, 0.5);
  row.q95 = sorted_quantile(sorted, 0.95);
  if (n < 4) return row;

  row.mcse_mean = mcse_mean(values, chains);
  row.mcse_sd = mcse_sd(values, chains);
  const bool still = moves_by_rounding_only(values);
  if (!still) row.ess_tail = std::min(ess_at_most(values, chains, row.q5), ess_at_most(values, chains, row.q95));
  const split_chains split(values, chains);
  if (split.copied()) order = ascending_order(split.values());
  const auto scores = normal_scores(split.values(), order);
  if (!still) row.ess_bulk = ess_of_chains(scores, split.chains());
  if (chains >= 2) row.r_hat = rank_rhat(split, order, scores);
  return row;
}

summary_row summarise_weighted(std::string name, std::span<const double> values, std::span<const double> log_weights) {
  if (values.size() != log_weights.size())
    throw std::invalid_argument("summarise_weighted: `" + name + "` has " + std::to_string(values.size()) + " values but " +
                                std::to_string(log_weights.size()) + " log weights.");
  summary_row row;
  row.name = std::move(name);
  row.ess_bulk = row.ess_tail = weighted_ess(log_weights);
  if (std::isnan(row.ess_bulk)) return row;

  double largest = log_weights[0];
  for (const double w : log_weights) largest = std::max(largest, w);
  // Particles without weight are not part of the estimate, whatever their values are.
  std::vector<double> kept, weights;
  double total = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (const double w = std::exp(log_weights[i] - largest); w > 0.0) {
      kept.push_back(values[i]);
      weights.push_back(w);
      total += w;
    }
  if (std::any_of(kept.begin(), kept.end(), [](double x) { return std::isnan(x); })) return row;

  double sum = 0.0;
  for (std::size_t i = 0; i < kept.size(); ++i) sum += weights[i] * kept[i];
  row.mean = sum / total;
  double squares = 0.0;
  double error = 0.0;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    const double distance = kept[i] - row.mean;
    squares += weights[i] * distance * distance;
    error += weights[i] * weights[i] * distance * distance;
  }
  // With equal weights the divisor is n - 1.
  row.sd = row.ess_bulk > 1.0 ? std::sqrt(squares / total * (row.ess_bulk / (row.ess_bulk - 1.0))) : summary_row::unknown;
  row.mcse_mean = std::sqrt(error) / total;

  const auto order = ascending_order(kept);
  std::vector<double> sorted(kept.size()), sorted_weights(kept.size());
  for (std::size_t i = 0; i < kept.size(); ++i) {
    sorted[i] = kept[order[i]];
    sorted_weights[i] = weights[order[i]];
  }
  row.q5 = sorted_weighted_quantile(sorted, sorted_weights, 0.05);
  row.q50 = sorted_weighted_quantile(sorted, sorted_weights, 0.5);
  row.q95 = sorted_weighted_quantile(sorted, sorted_weights, 0.95);
  return row;
}

summary_row summarise_moments(std::string name, std::span<const running_moments> halves) {
  if (halves.empty() || halves.size() % 2 != 0)
    throw std::invalid_argument("summarise_moments needs the moments of two halves of each chain, not " +
                                std::to_string(halves.size()) + " of them.");
  summary_row row;
  row.name = std::move(name);
  running_moments all;
  running_moments chain_means;
  std::vector<double> means, variances;
  for (std::size_t h = 0; h < halves.size(); ++h) {
    all.merge(halves[h]);
    means.push_back(halves[h].mean());
    variances.push_back(halves[h].variance());
    if (h % 2 == 1) {
      running_moments chain = halves[h - 1];
      chain.merge(halves[h]);
      chain_means.add(chain.mean());
    }
  }
  row.mean = all.mean();
  row.sd = std::sqrt(all.variance());
  const std::size_t chains = halves.size() / 2;
  if (chains >= 2) {
    const double n = static_cast<double>(all.count()) / static_cast<double>(halves.size());
    row.r_hat = std::sqrt((n * variance(means) / mean(variances) + n - 1.0) / n);
  }
  if (chains >= 16) {
    row.mcse_mean = std::sqrt(chain_means.variance() / static_cast<double>(chains));
    row.ess_bulk = row.sd * row.sd / (row.mcse_mean * row.mcse_mean);
  }
  return row;
}

}  // namespace starling
