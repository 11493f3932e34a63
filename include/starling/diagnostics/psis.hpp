#pragma once

#include <span>
#include <vector>

namespace starling {

/// Importance weights whose largest ones are smoothed.
struct smoothed_weights {
  std::vector<double> log_weights;  ///< of sum 1 after exponentiation, in the order of the ratios
  double pareto_k;                  ///< the tail's shape: below 0.7 estimates can be trusted; infinite where the tail is too short to fit
};

/// Pareto-smoothed importance sampling (Vehtari, Simpson, Gelman, Yao, Gabry: JMLR 25, 2024): the largest min(n/5, 3 √(n/r)) ratios are replaced by
/// quantiles of a generalised Pareto distribution fitted to them (Zhang and Stephens, Technometrics 51, 2009, with a weak prior on k). r is the
/// `relative_efficiency`, effective sample size over n, of draws that depend on each other: 1 for independent ones. Equal to ArviZ's `psislw`.
/// Throws std::invalid_argument where a ratio is NaN or +infinity, all are -infinity, or r is not positive and finite.
smoothed_weights psis(std::span<const double> log_ratios, double relative_efficiency = 1);

}  // namespace starling
