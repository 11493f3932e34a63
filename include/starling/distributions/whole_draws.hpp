// Counts drawn by inversion where they are small; and reals to whole numbers.
#pragma once

#include <starling/distributions/distribution.hpp>

namespace starling {

// A drawn count, held as a real, as a whole number; NaN gives `no_value`. Throws std::range_error where a lane's count is
// beyond the whole numbers that its reals hold exactly.
template <class V> whole_of<V> drawn_whole(const V& k) {
  if constexpr (std::same_as<whole_of<V>, long>) {
    return k == k ? static_cast<long>(k < V(9e18) ? k : V(9e18)) : no_value<long>();
  } else {
    return whole_of<V>::checked(k);
  }
}

// The smallest k with P(count ≤ k) ≥ u, in the lanes of `active`: adds up the probabilities first, first · ratio(1),
// first · ratio(1) · ratio(2), … until they reach u or are too small to matter.
template <class V, class Ratio> V invert_counts(const V& u, const V& first, const mask_of<V>& active, Ratio ratio) {
  const V negligible(sizeof(scalar_of<V>) == 8 ? 1e-18 : 1e-9);
  V count(0);
  V probability = first;
  V reached = first;
  auto pending = both(active, u > reached);
  for (double k = 1; k < 1000 && any(pending); ++k) {
    count = where(pending, V(k), count);
    probability = probability * ratio(V(k));
    reached = reached + probability;
    pending = both(pending, both(u > reached, probability > negligible));
  }
  return count;
}

}  // namespace starling
