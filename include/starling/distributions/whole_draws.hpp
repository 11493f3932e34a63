// Counts drawn by inversion where they are small; and reals to whole numbers.
#pragma once

#include <starling/distributions/distribution.hpp>
#include <starling/values/differentiable.hpp>

namespace starling {

// The largest count that reals hold with all below it: 2^53, in float 2^24.
template <class V> inline constexpr scalar_of<V> largest_drawn_count = sizeof(scalar_of<V>) == 8 ? scalar_of<V>(0x1p53) : scalar_of<V>(0x1p24);
// A rate, in one lane and many, above which every draw is beyond that.
inline constexpr double certainly_too_many = 1e30;

// A drawn count, held as a real, as a whole number, in one lane as in many: beyond ±largest_drawn_count the nearest of these; NaN gives
// `no_value`.
template <class V> whole_of<V> drawn_whole(const V& k) {
  if constexpr (differentiable<V>) return drawn_whole(k.value());
  else {
    const V inside = min(max(k, V(-largest_drawn_count<V>)), V(largest_drawn_count<V>));
    if constexpr (std::same_as<whole_of<V>, long>) return inside == inside ? static_cast<long>(inside) : no_value<long>();
    else return whole_of<V>::from(inside);
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
