// The logistic function, its inverse and its logarithm.
#pragma once

#include <starling/values/exp.hpp>
#include <starling/values/log.hpp>

namespace starling {

// log(1 + eˣ), without overflow.
template <plain_number V, class Isa = isa::native> inline promote<V> log1p_exp(V x) {
  const promote<V> y = to_real(x);
  return max(y, 0.0) + log1p(exp(-abs(y)));
}
// 1 / (1 + e⁻ˣ).
template <plain_number V, class Isa = isa::native> inline promote<V> inverse_logit(V x) {
  const promote<V> y = to_real(x);
  const promote<V> e = exp(-abs(y));
  return where(y < 0.0, e, 1.0) / (1.0 + e);
}
// log(p / (1 − p)).
template <plain_number V, class Isa = isa::native> inline promote<V> logit(V p) {
  const promote<V> q = to_real(p);
  return log(q / (1.0 - q));
}

}  // namespace starling
