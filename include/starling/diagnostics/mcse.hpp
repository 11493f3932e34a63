#pragma once

#include <cstddef>
#include <span>

namespace starling {

// Monte Carlo standard errors of what is estimated from `draws` [chain][draw], equal to ArviZ's `mcse`. NaN where the
// effective sample size is. All throw std::invalid_argument if `chains` does not divide the number of draws.

/// Of the mean: sd / sqrt(ess_mean).
double mcse_mean(std::span<const double> draws, std::size_t chains);

/// Of the standard deviation, by the delta method: sqrt(var((x - mean)^2) / ess_sd / (4 var x)).
double mcse_sd(std::span<const double> draws, std::size_t chains);

/// Of a quantile: half the distance between the draws at the 16 % and 84 % points of the beta distribution of the
/// quantile's own probability, given ess_quantile.
double mcse_quantile(std::span<const double> draws, std::size_t chains, double probability);

}  // namespace starling
