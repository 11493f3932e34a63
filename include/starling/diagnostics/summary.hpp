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

  std::string name;           ///< `mu`, `theta[0]`, `X[1,0]`: indices from 0, as in ArviZ
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
  double present = unknown;   ///< share of the draws that are numbers, not NaN
  double still = 0.0;         ///< share of the chains, of at least 50 values, in which it never moved
};

/// The summary of one scalar quantity. `values` is [chain][draw], row-major. Where one is NaN all is NaN but `present` and `still`.
/// Throws std::invalid_argument if `chains` does not divide the number of values.
summary_row summarise(std::string name, std::span<const double> values, std::size_t chains);

/// The same of a quantity that some draws do not have, where NaN means that: a branch not taken, a list that is shorter. All is of the draws
/// that have it. Effective sample sizes and errors are those of ratios: with z = x - mean in draws that have the quantity and 0 in the others,
/// ess = present * ess(z). r_hat is the larger one of the quantity's and of whether a draw has it. Equal to summarise where all draws do.
summary_row summarise_present(std::string name, std::span<const double> values, std::size_t chains);

/// What is asked before a summary is believed: mean, sd, ess_bulk, ess_tail, r_hat, present and still, as the two above have them; `absent`: NaN means
/// that a draw does not have the quantity.
summary_row convergence_row(std::string name, std::span<const double> values, std::size_t chains, bool absent);

/// The same for weighted draws (importance sampling), `log_weights` one per value, of any normalisation.
/// mcse_mean is that of the self-normalised estimate, sqrt(sum w^2 (x - mean)^2) with weights that sum to 1; both effective
/// sample sizes are weighted_ess; mcse_sd and r_hat are NaN; present is the share of the weight. `absent`: NaN means that a draw does not have the
/// quantity, and all is of those that have it. Throws std::invalid_argument if the lengths differ.
summary_row summarise_weighted(std::string name, std::span<const double> values, std::span<const double> log_weights, bool absent = false);

/// The summary of a quantity whose draws were not kept, from the moments of the halves of its chains: [chain][half], all of about
/// the same count. r_hat is split R-hat without ranks. mcse_mean comes from the scatter of the chains' means and ess_bulk
/// = (sd / mcse_mean)^2 from that; with fewer than 16 chains both are NaN, and so are the rest but `still`.
/// Throws std::invalid_argument for an odd number of halves or none.
summary_row summarise_moments(std::string name, std::span<const running_moments> halves);

}  // namespace starling
