#pragma once

#include <starling/diagnostics/moments.hpp>

#include <cstddef>
#include <limits>
#include <span>
#include <string>

namespace starling {

/// One line of a summary table: a scalar quantity over all chains and draws.
/// A number that cannot be had (too few draws, a constant chain, summaries without draws) is NaN.
struct summary_row {
  static constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

  std::string name;           ///< `mu`, `theta[1]`, `X[2,1]`: indices from 1
  double mean = unknown;      ///< posterior mean
  double sd = unknown;        ///< posterior standard deviation (divisor N - 1)
  double mcse_mean = unknown; ///< Monte Carlo standard error of the mean
  double mcse_sd = unknown;   ///< Monte Carlo standard error of the standard deviation
  double q5 = unknown;        ///< 5 % quantile
  double q50 = unknown;       ///< median
  double q95 = unknown;       ///< 95 % quantile
  double ess_bulk = unknown;  ///< effective sample size in the bulk
  double ess_tail = unknown;  ///< effective sample size in the tails, the smaller of the 5 % and 95 % ones
  double r_hat = unknown;     ///< rank-normalised split R-hat
};

/// The summary of one scalar quantity. `values` is [chain][draw], row-major.
/// Throws std::invalid_argument if `chains` does not divide the number of values.
summary_row summarise(std::string name, std::span<const double> values, std::size_t chains);

/// The same for weighted draws (importance sampling), `log_weights` one per value, of any normalisation.
/// mcse_mean is that of the self-normalised estimate, sqrt(sum w^2 (x - mean)^2) with weights that sum to 1; both effective
/// sample sizes are weighted_ess; mcse_sd and r_hat are NaN. Throws std::invalid_argument if the lengths differ.
summary_row summarise_weighted(std::string name, std::span<const double> values, std::span<const double> log_weights);

/// The summary of a quantity whose draws were not kept, from the moments of the halves of its chains: [chain][half], all of about
/// the same count. r_hat is split R-hat without ranks. mcse_mean comes from the scatter of the chains' means and ess_bulk
/// = (sd / mcse_mean)^2 from that; with fewer than 16 chains both are NaN, and so are the rest.
/// Throws std::invalid_argument for an odd number of halves or none.
summary_row summarise_moments(std::string name, std::span<const running_moments> halves);

}  // namespace starling
