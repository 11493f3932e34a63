// The logarithm of a parameter. In one lane the parameters of a model that are data or constants come again in every run, so their
// logarithms are remembered: a look-up costs a quarter of the computation. The same bits as log.
#pragma once

#include <bit>
#include <cstdint>
#include <type_traits>

#include <starling/values/log.hpp>

namespace starling {

struct remembered_log {
  double of = 1, is = 0;
};
inline constinit thread_local remembered_log logs_of_thread[256] = {};

[[gnu::noinline]] inline double remember_log(remembered_log& place, double x) noexcept {
  place = {x, log_lanes(pack<double, 1>(x))[0]};
  return place.is;
}
// Inline where it is remembered: a call in a loop over packs would spill all of them.
inline double look_up_log(double x) noexcept {
  remembered_log& place = logs_of_thread[std::bit_cast<std::uint64_t>(x) * 0x9e3779b97f4a7c15u >> 56];
  if (place.of == x) return place.is;
  return remember_log(place, x);
}

template <class X> [[gnu::always_inline]] inline auto log_of_parameter(const X& x) {
  if constexpr (std::is_same_v<X, double>) {
    if (is_known_constant(x)) return log(x);
    return look_up_log(x);
  } else {
    return log(x);
  }
}

}  // namespace starling
