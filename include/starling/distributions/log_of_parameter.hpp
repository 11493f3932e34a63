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
inline constinit thread_local remembered_log logs_of_thread[64] = {};

// Nothing that can be seen changes: the compiler may call it once for many.
[[gnu::noinline, gnu::const]] inline double look_up_log(double x) noexcept {
  remembered_log& place = logs_of_thread[std::bit_cast<std::uint64_t>(x) * 0x9e3779b97f4a7c15u >> 58];
  if (place.of != x) place = {x, log_lanes(pack<double, 1>(x))[0]};
  return place.is;
}

template <class X> [[gnu::always_inline]] inline auto log_of_parameter(const X& x) {
  if constexpr (std::is_same_v<X, double>) {
    if (__builtin_constant_p(x)) return log(x);
    return look_up_log(x);
  } else {
    return log(x);
  }
}

}  // namespace starling
