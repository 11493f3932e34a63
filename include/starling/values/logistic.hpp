// The logistic function, its inverse and its logarithm.
#pragma once

#include <starling/values/exp.hpp>
#include <starling/values/log.hpp>

namespace starling {

template <class P> [[gnu::always_inline]] inline P log1p_exp_lanes(P x) { return max(x, P(0)) + log1p_lanes(exp_lanes(-abs(x))); }
template <class P> [[gnu::always_inline]] inline P inverse_logit_lanes(P x) {
  const P e = exp_lanes(-abs(x));
  return where(x < P(0), e, P(1)) / (P(1) + e);
}
// With u = p / (1 − p): near ½, log(1 + (2p − 1) / (1 − p)) keeps the distance from the zero.
template <class P> [[gnu::always_inline]] inline P logit_lanes(P p) {
  const P complement = P(1) - p;
  const auto parts = take_apart(p / complement);
  const auto near = (p > P(0.42)) & (p < P(0.58));
  const P f = where(near, P(2) * (p - P(0.5)) / complement, parts.fraction - P(1));
  return assemble_log(where(near, P(0), parts.exponent), f, P(0));
}

// log(1 + eˣ), without overflow.
template <plain_number V, class Isa = isa::native> inline promote<V> log1p_exp(V x) {
  return by_lanes<V, Isa>(x, [](auto y) { return log1p_exp_lanes(y); });
}
// 1 / (1 + e⁻ˣ).
template <plain_number V, class Isa = isa::native> inline promote<V> inverse_logit(V x) {
  return by_lanes<V, Isa>(x, [](auto y) { return inverse_logit_lanes(y); });
}
// log(p / (1 − p)): −∞ at 0, ∞ at 1, NaN outside [0, 1].
template <plain_number V, class Isa = isa::native> inline promote<V> logit(V p) {
  return by_lanes<V, Isa>(p, [](auto y) { return logit_lanes(y); });
}

}  // namespace starling
