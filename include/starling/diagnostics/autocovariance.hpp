#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace starling {

/// The autocovariances of each chain about its own mean, divisor n at every lag, averaged over the chains: lags 0 to n - 1.
/// `draws` is [chain][draw]. By fast Fourier transforms of zero-padded chains: two real chains at a time in one complex
/// transform, their power spectra added up, and one transform back.
std::vector<double> mean_autocovariance(std::span<const double> draws, std::size_t chains);

/// The same, lag by lag, for those who look at the first few only: as sums of products up to lag 63, from there on by the transforms.
class autocovariances {
 public:
  autocovariances(std::span<const double> draws, std::size_t chains);
  double operator()(std::size_t lag);
  const std::vector<double>& means() const { return means_; }  ///< of the chains

 private:
  std::span<const double> draws_;
  std::size_t chains_;
  std::vector<double> means_, centred_, transformed_;
};

}  // namespace starling
