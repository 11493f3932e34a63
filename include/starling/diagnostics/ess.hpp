#pragma once

#include <cstddef>
#include <span>

namespace starling {

// Effective sample sizes of `draws` [chain][draw], each of split chains, equal to ArviZ's `ess` (Vehtari et al. 2021):
// NaN for fewer than four draws in a chain or NaN among them; the number of draws where none differs from another.
// All throw std::invalid_argument if `chains` does not divide the number of draws.

/// In the bulk: of the normal scores of the draws.
double ess_bulk(std::span<const double> draws, std::size_t chains);

/// In the tails: the smaller one of the 5 % and 95 % quantiles.
double ess_tail(std::span<const double> draws, std::size_t chains);

/// For the mean: of the draws themselves.
double ess_mean(std::span<const double> draws, std::size_t chains);

/// For the standard deviation: of the squared distances from the mean.
double ess_sd(std::span<const double> draws, std::size_t chains);

/// For a quantile: of whether a draw is at or below it.
double ess_quantile(std::span<const double> draws, std::size_t chains, double probability);

/// Of chains as they are, not split: chains * draws / tau, with Geyer's (1992) initial monotone sequence over the
/// autocorrelations of all chains together (Stan reference manual, Effective sample size).
double plain_ess(std::span<const double> draws, std::size_t chains);

/// Of importance weights: (sum w)^2 / sum w^2 (Kong 1992). NaN where a log weight is NaN or +infinity, or all are -infinity.
double weighted_ess(std::span<const double> log_weights);

}  // namespace starling
