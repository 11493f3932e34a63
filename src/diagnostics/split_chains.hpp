#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace starling {

inline constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

// The number of draws in each chain.
inline std::size_t draws_per_chain(std::span<const double> draws, std::size_t chains) {
  if (chains == 0 || draws.size() % chains != 0)
    throw std::invalid_argument(std::to_string(draws.size()) + " draws cannot be " + std::to_string(chains) +
                                " chains of equal length.");
  return draws.size() / chains;
}

// ArviZ's condition for every diagnostic: enough chains, four draws in each, no NaN.
inline bool usable(std::span<const double> draws, std::size_t chains, std::size_t at_least) {
  return draws_per_chain(draws, chains) >= 4 && chains >= at_least &&
         std::none_of(draws.begin(), draws.end(), [](double x) { return std::isnan(x); });
}

// The halves of chains as chains of their own, without the middle draw of an odd length. Of an even length they are the draws
// as they lie.
class split_chains {
 public:
  split_chains(std::span<const double> draws, std::size_t chains) : values_(draws), chains_(2 * chains) {
    const std::size_t n = draws_per_chain(draws, chains);
    if (n % 2 == 0) return;
    const std::size_t half = n / 2;
    storage_.reserve(chains_ * half);
    for (std::size_t c = 0; c < chains; ++c)
      for (const std::size_t start : {c * n, (c + 1) * n - half})
        for (std::size_t i = 0; i < half; ++i) storage_.push_back(draws[start + i]);
    values_ = storage_;
  }
  split_chains(const split_chains&) = delete;
  split_chains& operator=(const split_chains&) = delete;

  std::span<const double> values() const { return values_; }
  std::size_t chains() const { return chains_; }
  bool copied() const { return !storage_.empty(); }

 private:
  std::vector<double> storage_;
  std::span<const double> values_;
  std::size_t chains_;
};

}  // namespace starling
