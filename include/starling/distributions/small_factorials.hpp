// Logarithms of the factorials of small counts, from a table.
#pragma once

#include <array>
#include <cstddef>
#include <type_traits>

#include <starling/distributions/distribution.hpp>

namespace starling {

// log k! for k < 32, as lgamma gives it. Numbers, since every file that includes this would compile lgamma to work them out when a program starts.
inline constexpr std::array<double, 32> small_log_factorials = {
    0, 0, 0.69314718055994529, 1.791759469228055, 3.1780538303479458, 4.7874917427820458,
    6.5792512120101012, 8.5251613610654129, 10.604602902745253, 12.801827480081471, 15.104412573075516, 17.502307845873887,
    19.987214495661885, 22.552163853123421, 25.19122118273868, 27.89927138384089, 30.671860106080675, 33.505073450136884,
    36.395445208033053, 39.339884187199495, 42.335616460753485, 45.380138898476915, 48.47118135183522, 51.606675567764377,
    54.784729398112312, 58.003605222980525, 61.261701761002001, 64.557538627006323, 67.88974313718154, 71.257038967168015,
    74.658236348830158, 78.092223553315307};

// values[k], lane by lane, for k that are all places of values.
template <class S, class K> K look_up(const S& values, const K& k) {
  if constexpr (std::is_arithmetic_v<K>) {
    return static_cast<K>(values[static_cast<std::size_t>(k)]);
  } else {
    // By way of long, to which numbers are converted without a branch; in registers, since lanes stored one by one cannot be loaded together without waiting.
    const auto value = [&](int l) __attribute__((always_inline)) { return static_cast<typename K::value_type>(values[static_cast<std::size_t>(static_cast<long>(k[l]))]); };
    K r(value(0));
#pragma GCC unroll 16
    for (int l = 1; l < K::lanes; ++l) r.set(l, value(l));
    return r;
  }
}
// log k!, where k is one of 0, …, 31.
template <class K> K small_log_factorial(const K& k) { return look_up(small_log_factorials, K(where(both(k >= K(0), k < K(32)), k, K(0)))); }

}  // namespace starling
