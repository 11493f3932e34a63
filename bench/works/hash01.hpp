// The numbers without a generator from which the peers' data are made (../shared/peers/data.py).
#pragma once

#include <cmath>

namespace bench {

// In [0, 1), for i, j = 0, 1, …
inline double hash01(std::size_t i, std::size_t j) {
  const double v = std::abs(std::sin(12.9898 * (static_cast<double>(i) + 1) + 78.233 * (static_cast<double>(j) + 1)) * 43758.5453);
  return v - std::floor(v);
}

}  // namespace bench
