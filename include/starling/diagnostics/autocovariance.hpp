#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace starling {

/// The autocovariances of each chain about its own mean, divisor n at every lag, averaged over the chains: lags 0 to n - 1.
/// `draws` is [chain][draw]. By fast Fourier transforms of zero-padded chains: two real chains at a time in one complex
/// transform, their power spectra added up, and one transform back.
std::vector<double> mean_autocovariance(std::span<const double> draws, std::size_t chains);

}  // namespace starling
