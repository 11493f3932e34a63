#pragma once

#include <cstddef>
#include <span>

namespace starling {

/// Rank-normalised split R-hat: the larger of the split R-hats of the normal scores of the draws (bulk) and of their distances
/// from the median (tails). Vehtari, Gelman, Simpson, Carpenter and Bürkner 2021; equal to ArviZ's `rhat`.
/// `draws` is [chain][draw]. NaN for fewer than two chains or four draws in each, for NaN among the draws, and where no draw
/// differs from another; infinite where chains stand still at different values. Of draws with an infinite median, the bulk's. Throws std::invalid_argument if `chains` does not divide the number of draws.
double rhat(std::span<const double> draws, std::size_t chains);

/// R-hat of chains as they are, neither split nor rank-normalised: sqrt((B / W + n - 1) / n) (Gelman and Rubin 1992), NaN as above.
double plain_rhat(std::span<const double> draws, std::size_t chains);

}  // namespace starling
