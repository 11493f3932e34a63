// What distributions over categories 0, …, n − 1 share.
#pragma once

#include <cstddef>

#include <starling/distributions/elements.hpp>
#include <starling/distributions/whole_draws.hpp>

namespace starling {

// Element k of a sequence; NaN where k is none of 0, …, n − 1.
template <class S, class K> auto element_or_nan(const S& values, const K& k) {
  using real = promote<element_of<S>, K>;
  if constexpr (std::is_arithmetic_v<K>) {
    const bool inside = k >= K(0) && k < static_cast<K>(values.size()) && k == floor(k);
    return inside ? real(element_at{static_cast<std::size_t>(k)}(values)) : real(not_a_number);
  } else {
    real result(not_a_number);
    for (std::size_t j = 0; j < values.size(); ++j)
      result = where(k == K(static_cast<double>(j)), element_at{j}(values), result);
    return result;
  }
}

// Draws k with probability proportional to weight(k) ≥ 0; `no_value` where the weights' sum is not positive and finite.
template <class Rng, class Weight> auto draw_category(Rng& rng, std::size_t n, Weight weight) {
  using V = typename Rng::real;
  V total(0);
  for (std::size_t k = 0; k < n; ++k) total = total + weight(k);
  const V target = total * rng.uniform();
  V reached(0);
  V category(0);
  for (std::size_t k = 0; k + 1 < n; ++k) {
    reached = reached + weight(k);
    category = where(reached < target, V(static_cast<double>(k + 1)), category);
  }
  return drawn_whole(V(where(is_positive_finite(total), category, V(not_a_number))));
}

}  // namespace starling
