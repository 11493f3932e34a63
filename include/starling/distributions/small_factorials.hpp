// Logarithms of the factorials of small counts, from a table.
#pragma once

#include <array>
#include <cstddef>
#include <type_traits>

#include <starling/distributions/distribution.hpp>
#include <starling/values/gamma_function.hpp>

namespace starling {

// log k! for k < 32, as lgamma gives it.
inline const std::array<double, 32> small_log_factorials = [] {
  std::array<double, 32> r{};
  for (std::size_t k = 0; k < r.size(); ++k) r[k] = lgamma(static_cast<double>(k) + 1.0);
  return r;
}();

// values[k], lane by lane, for k that are all places of values.
template <class S, class K> K look_up(const S& values, const K& k) {
  if constexpr (std::is_arithmetic_v<K>) {
    return static_cast<K>(values[static_cast<std::size_t>(k)]);
  } else {
    typename K::value_type lanes[K::lanes];
    for (int l = 0; l < K::lanes; ++l) lanes[l] = static_cast<typename K::value_type>(values[static_cast<std::size_t>(k[l])]);
    return K::load(lanes);
  }
}
// log k!, where k is one of 0, …, 31.
template <class K> K small_log_factorial(const K& k) { return look_up(small_log_factorials, K(where(both(k >= K(0), k < K(32)), k, K(0)))); }

}  // namespace starling
