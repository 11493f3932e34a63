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

namespace {

constexpr std::size_t enough_to_stand_still = 50;
enum class details { all,
                     convergence };

void describe_draws(summary_row& row, std::span<const double> values, std::size_t chains) {
  std::size_t present = 0, still = 0;
  const std::size_t n = draws_per_chain(values, chains);
  for (std::size_t c = 0; c < chains; ++c) {
    std::size_t count = 0;
    double first = 0.0;
    bool moves = false;
    for (const double x : values.subspan(c * n, n)) {
      if (std::isnan(x)) continue;
      if (count++ == 0) first = x;
      moves = moves || x != first;
    }
    present += count;
    if (!moves && count >= enough_to_stand_still) ++still;
  }
  if (values.empty()) return;
  row.present = static_cast<double>(present) / static_cast<double>(values.size());
  row.still = static_cast<double>(still) / static_cast<double>(chains);
}

// Fills in the quantiles of values in this order.
void add_quantiles(summary_row& row, std::span<const double> values, std::span<const std::uint32_t> order) {
  std::vector<double> sorted(values.size());
  for (std::size_t i = 0; i < sorted.size(); ++i) sorted[i] = values[order[i]];
  row.q5 = sorted_quantile(sorted, 0.05);
  row.q50 = sorted_quantile(sorted, 0.5);
  row.q95 = sorted_quantile(sorted, 0.95);
}

void summarise_into(summary_row& row, std::span<const double> values, std::size_t chains, details wanted) {
  const std::size_t n = draws_per_chain(values, chains);
  row.mean = mean(values);
  row.sd = std::sqrt(variance(values));
  if (row.present != 1.0) return;

  // One sort serves the quantiles and, unless an odd length had to be copied without its middle, the ranks too.
  auto order = ascending_order(values);
  add_quantiles(row, values, order);
  if (n < 4) return;

  if (wanted == details::all) {
    row.mcse_mean = mcse_mean(values, chains);
    row.mcse_sd = mcse_sd(values, chains);
  }
  const bool still = moves_by_rounding_only(values);
  if (!still) row.ess_tail = std::min(ess_at_most(values, chains, row.q5), ess_at_most(values, chains, row.q95));
  const split_chains split(values, chains);
  if (split.copied()) order = ascending_order(split.values());
  const auto scores = normal_scores(split.values(), order);
  if (!still) row.ess_bulk = ess_of_chains(scores, split.chains());
  if (chains >= 2) row.r_hat = rank_rhat(split, order, scores);
}

// A quantity that some draws do not have.
class partly_present {
 public:
  partly_present(std::span<const double> values, std::size_t chains) : values_(values), chains_(chains), spread_(values.size()) {
    for (const double x : values)
      if (!std::isnan(x)) present_.push_back(x);
  }
  const std::vector<double>& present() const { return present_; }

  // of[k]: a number of mean 0 of the k-th draw that has the quantity; the others have none.
  double ess(const std::vector<double>& of) {
    spread(of);
    return static_cast<double>(present_.size()) / static_cast<double>(values_.size()) * ess_mean(spread_, chains_);
  }
  double ess_at_most(double bound) {
    std::vector<double> below;
    for (const double x : present_) below.push_back(x <= bound ? 1.0 : 0.0);
    return ess(centred(below));
  }
  // Of half chains as they are, those with two draws or more that have the quantity; their number of draws is the harmonic mean.
  double rhat(const std::vector<double>& of) {
    spread(of, summary_row::unknown);
    const split_chains split(spread_, chains_);
    const std::size_t n = split.values().size() / split.chains();
    std::vector<double> means, variances;
    double inverse = 0.0;
    for (std::size_t c = 0; c < split.chains(); ++c) {
      std::vector<double> half;
      for (const double x : split.values().subspan(c * n, n))
        if (!std::isnan(x)) half.push_back(x);
      if (half.size() < 2) continue;
      means.push_back(mean(half));
      variances.push_back(variance(half));
      inverse += 1.0 / static_cast<double>(half.size());
    }
    return std::sqrt(variance(means) / mean(variances) + 1.0 - inverse / static_cast<double>(means.size()));
  }
  double rhat_of_presence() {
    spread(std::vector<double>(present_.size(), 1.0));
    const split_chains split(spread_, chains_);
    return rhat_of_chains(split.values(), split.chains());
  }

  static std::vector<double> centred(std::vector<double> of) {
    const double centre = mean(of);
    for (double& x : of) x -= centre;
    return of;
  }

 private:
  void spread(const std::vector<double>& of, double absent = 0.0) {
    std::size_t k = 0;
    for (std::size_t i = 0; i < values_.size(); ++i) spread_[i] = std::isnan(values_[i]) ? absent : of[k++];
  }
  std::span<const double> values_;
  std::size_t chains_;
  std::vector<double> present_, spread_;
};

void summarise_partly(summary_row& row, std::span<const double> values, std::size_t chains, details wanted) {
  partly_present parts(values, chains);
  const auto& x = parts.present();
  row.mean = mean(x);
  row.sd = std::sqrt(variance(x));
  const auto order = ascending_order(x);
  add_quantiles(row, x, order);
  if (draws_per_chain(values, chains) < 4 || x.size() < 4) return;

  if (wanted == details::all) {
    auto distances = parts.centred(x);
    row.mcse_mean = row.sd / std::sqrt(parts.ess(distances));
    std::vector<double> fourths;
    for (double& d : distances) {
      d *= d;
      fourths.push_back(d * d);
    }
    const double second = mean(distances);
    row.mcse_sd = std::sqrt((mean(fourths) - second * second) / parts.ess(parts.centred(distances)) / second / 4.0);
  }
  row.ess_tail = std::min(parts.ess_at_most(row.q5), parts.ess_at_most(row.q95));
  const auto scores = parts.centred(normal_scores(x, order));
  row.ess_bulk = parts.ess(scores);
  if (chains < 2) return;
  std::vector<double> folded(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) folded[i] = std::abs(x[i] - row.q50);
  const auto tails = parts.centred(normal_scores(folded, folded_order(x, order, row.q50)));
  row.r_hat = std::fmax(std::fmax(parts.rhat(scores), parts.rhat(tails)), parts.rhat_of_presence());
}

summary_row summarised(std::string name, std::span<const double> values, std::size_t chains, bool absent, details wanted) {
  summary_row row;
  row.name = std::move(name);
  describe_draws(row, values, chains);
  if (absent && row.present < 1.0) summarise_partly(row, values, chains, wanted);
  else summarise_into(row, values, chains, wanted);
  return row;
}

}  // namespace

summary_row summarise(std::string name, std::span<const double> values, std::size_t chains) {
  return summarised(std::move(name), values, chains, false, details::all);
}
summary_row summarise_present(std::string name, std::span<const double> values, std::size_t chains) {
  return summarised(std::move(name), values, chains, true, details::all);
}
summary_row convergence_row(std::string name, std::span<const double> values, std::size_t chains, bool absent) {
  return summarised(std::move(name), values, chains, absent, details::convergence);
}

summary_row summarise_weighted(std::string name, std::span<const double> values, std::span<const double> log_weights, bool absent) {
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
  double total = 0.0, missing = 0.0, squared_weights = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (const double w = std::exp(log_weights[i] - largest); w > 0.0) {
      if (std::isnan(values[i])) {
        missing += w;
        continue;
      }
      kept.push_back(values[i]);
      weights.push_back(w);
      total += w;
      squared_weights += w * w;
    }
  row.present = total / (total + missing);
  if (missing > 0.0 && (!absent || kept.empty())) return row;
  if (missing > 0.0) row.ess_bulk = row.ess_tail = total * total / squared_weights;

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
  double still = 0;
  for (std::size_t h = 0; h < halves.size(); ++h) {
    all.merge(halves[h]);
    means.push_back(halves[h].mean());
    variances.push_back(halves[h].variance());
    if (h % 2 == 1) {
      running_moments chain = halves[h - 1];
      chain.merge(halves[h]);
      chain_means.add(chain.mean());
      if (chain.count() >= enough_to_stand_still && variances[h - 1] == 0.0 && variances[h] == 0.0 && means[h - 1] == means[h]) still += 1;
    }
  }
  row.mean = all.mean();
  row.sd = std::sqrt(all.variance());
  const std::size_t chains = halves.size() / 2;
  row.still = still / static_cast<double>(chains);
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
