// The logistic function, its inverse and its logarithm.
#pragma once

#include <starling/values/exp.hpp>
#include <starling/values/log.hpp>

namespace starling {

template <class P> [[gnu::always_inline]] inline P log1p_exp_lanes(P x) { return max(x, P(0)) + log1p_lanes(exp_lanes(-abs(x))); }
// e = e^−|x|, log(1 + e) and 1 / (1 + e), by one exponential and one division. With e in [0, 1], 1 + e is 1 + f or 2 (1 + f) with f
// exact and 1 + f in [√½, √2], as in log.hpp.
template <class P> struct one_plus_exp {
  P e, log, inverse;
};
template <class P> [[gnu::always_inline]] inline one_plus_exp<P> one_plus_exp_below(P x) {
  const P e = exp_lanes(-abs(x));
  const auto upper = e > P(0.41);
  const P f = where(upper, P(0.5) * (e - P(1)), e), u = P(1) + e, d = P(2) + f;
  const P inverse = P(1) / (u * d);
  const P s = f * (u * inverse), z = s * s;
  P q;
  if constexpr (sizeof(typename P::value_type) == 8)
    q = even_odd(z, 0.666666666666667, 0.3999999999989889, 0.28571428626253836, 0.22222211089379496, 0.1818289243253687, 0.15331611722055008,
                 0.14617807153417325);
  else
    q = horner(z, 0.666666865f, 0.399887592f, 0.295809865f);
  return {e, where(upper, constant<P>(0.69314718055994530942, 0.693147181f), P(0)) + (f - s * (f - z * q)), d * inverse};
}
// log(1 + eˣ) and its derivative 1 / (1 + e⁻ˣ).
template <class P> struct value_and_slope {
  P value, slope;
};
template <class P> [[gnu::always_inline]] inline value_and_slope<P> log1p_exp_and_slope(P x) {
  const auto one_plus = one_plus_exp_below(x);
  return {max(x, P(0)) + one_plus.log, where(x < P(0), one_plus.e, P(1)) * one_plus.inverse};
}
// The logistic function at x and at −x, which add up to 1, and their logarithms: none of them loses anything on either side.
template <class V> struct logistic_pair {
  V value, complement, log_value, log_complement;
};
template <class P> [[gnu::always_inline]] inline logistic_pair<P> logistic_pair_lanes(P x) {
  const auto one_plus = one_plus_exp_below(x);
  const P small = one_plus.e * one_plus.inverse;
  const auto below = x < P(0);
  return {where(below, small, one_plus.inverse), where(below, one_plus.inverse, small), min(x, P(0)) - one_plus.log, -max(x, P(0)) - one_plus.log};
}
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

template <class P> [[gnu::always_inline]] inline P log1m_exp_lanes(P x) {
  using T = typename P::value_type;
  const auto near = x > P(T(-0.6931471805599453));
  return where(near, log_lanes(-expm1_lanes(x)), log1p_lanes(-exp_lanes(x)));
}

// log(1 − eˣ): −∞ at 0, NaN above.
template <plain_number V, class Isa = isa::native> inline promote<V> log1m_exp(V x) {
  return by_lanes<V, Isa>(x, [](auto y) { return log1m_exp_lanes(y); });
}
// log(1 + eˣ), without overflow.
template <plain_number V, class Isa = isa::native> inline promote<V> log1p_exp(V x) {
  return by_lanes<V, Isa>(x, [](auto y) { return log1p_exp_lanes(y); });
}
// 1 / (1 + e⁻ˣ).
template <plain_number V, class Isa = isa::native> inline promote<V> inverse_logit(V x) {
  return by_lanes<V, Isa>(x, [](auto y) { return inverse_logit_lanes(y); });
}
// 1 / (1 + e⁻ˣ) and 1 / (1 + eˣ), and their logarithms.
template <plain_number V, class Isa = isa::native> [[gnu::always_inline]] inline logistic_pair<promote<V>> logistic_and_complement(V x) {
  if constexpr (std::is_arithmetic_v<V>) {
    const auto r = logistic_pair_lanes(pack<promote<V>, 1, Isa>(x));
    return {r.value[0], r.complement[0], r.log_value[0], r.log_complement[0]};
  } else {
    return logistic_pair_lanes(to_real(x));
  }
}
// log(p / (1 − p)): −∞ at 0, ∞ at 1, NaN outside [0, 1].
template <plain_number V, class Isa = isa::native> inline promote<V> logit(V p) {
  return by_lanes<V, Isa>(p, [](auto y) { return logit_lanes(y); });
}

}  // namespace starling
