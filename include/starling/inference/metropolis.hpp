// The step of a Metropolis–Hastings chain: its coin, and what it tells.
#pragma once

#include <starling/values/exp.hpp>
#include <starling/values/real.hpp>
#include <starling/values/where.hpp>

namespace starling {

// What kernels tell of a step: whether each lane accepted, and with what probability it would have.
template <class V>
struct step_info {
  mask_of<V> accepted;
  V acceptance_rate;
};

// The Metropolis–Hastings coin: accept where u < ratio. NaN rejects. One lane computes in a pack all the same: packs have no branches.
template <class V>
[[gnu::always_inline]] inline V acceptance_rate(const V& log_ratio) {
  using P = std::conditional_t<lanes_of<V> == 1, native_pack<scalar_of<V>>, V>;
  const P r(log_ratio);
  const P rate = where(r == r, exp(min(P(0), r)), P(0));
  if constexpr (lanes_of<V> == 1) return rate[0];
  else return rate;
}
template <class V>
[[gnu::always_inline]] inline step_info<V> metropolis(const V& log_ratio, const V& uniform) {
  const V rate = acceptance_rate(log_ratio);
  return {uniform < rate, rate};
}
// The same where log u is known: then nobody waits for the exponential function.
template <class V>
[[gnu::always_inline]] inline step_info<V> metropolis_by_log(const V& log_ratio, const V& log_uniform) {
  return {log_uniform < log_ratio, acceptance_rate(log_ratio)};
}

}  // namespace starling
