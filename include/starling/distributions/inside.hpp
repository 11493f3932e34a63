// Numbers that rounding, under- or overflow put outside a support, as the nearest ones inside. NaN stays NaN.
#pragma once

#include <limits>

#include <starling/values/real.hpp>
#include <starling/values/where.hpp>

namespace starling {

// Inside (−∞, ∞).
template <class V> [[gnu::always_inline]] inline V into_finite(const V& x) {
  constexpr auto largest = std::numeric_limits<scalar_of<V>>::max();
  return min(max(x, V(-largest)), V(largest));
}

// Inside (0, ∞), where 1 / x and its derivative are finite too.
template <class V> [[gnu::always_inline]] inline V into_positive(const V& x) {
  using limits = std::numeric_limits<scalar_of<V>>;
  return min(max(x, V(limits::min())), V(limits::max()));
}

// Inside [0, ∞).
template <class V> [[gnu::always_inline]] inline V into_nonnegative(const V& x) {
  using limits = std::numeric_limits<scalar_of<V>>;
  return min(max(x, V(0)), V(limits::max()));
}

// Inside (0, 1).
template <class V> [[gnu::always_inline]] inline V into_unit_interval(const V& x) {
  using limits = std::numeric_limits<scalar_of<V>>;
  return min(max(x, V(limits::min())), V(1 - limits::epsilon() / 2));
}

}  // namespace starling
