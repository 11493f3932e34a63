#pragma once

#include <cstddef>
#include <span>

namespace starling {

/// The arithmetic mean; NaN of nothing.
double mean(std::span<const double> values);

/// The variance with divisor n - 1, by two passes; exactly 0 of equal values, NaN of infinite ones and of fewer than two values.
double variance(std::span<const double> values);

/// Count, mean and variance of values that are seen once and not kept. Merging is exact in the count and as stable as one
/// pass (Welford 1962; Chan, Golub and LeVeque 1979).
class running_moments {
 public:
  running_moments() = default;
  /// Moments that were gathered elsewhere: `squares` is the sum of squared deviations from the mean.
  running_moments(std::size_t count, double mean, double squares) : count_(count), mean_(mean), squares_(squares) {}

  void add(double value) {
    count_ += 1;
    const double step = value - mean_;
    mean_ += step / static_cast<double>(count_);
    squares_ += step * (value - mean_);
  }

  void merge(const running_moments& other);

  std::size_t count() const { return count_; }
  double mean() const;       ///< NaN of nothing
  double variance() const;   ///< divisor n - 1; NaN of fewer than two values

 private:
  std::size_t count_ = 0;
  double mean_ = 0.0;
  double squares_ = 0.0;     // sum of squared deviations from the mean
};

}  // namespace starling
