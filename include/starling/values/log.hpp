// The natural logarithm. x = m 2^k with m in [√½, √2); with f = m − 1, s = f / (2 + f), z = s²:
// log m = 2 atanh s = f − s (f − z q(z)). Coefficients: tests/values/make_polynomials.py.
#pragma once

#include <starling/values/polynomial.hpp>
#include <starling/values/scale.hpp>

namespace starling {

// s (f − z q(z)), which is f − log(1 + f).
template <class P> [[gnu::always_inline]] inline P log_correction(P f) {
  const P s = f / (P(2) + f);
  const P z = s * s;
  P q;
  if constexpr (sizeof(typename P::value_type) == 8)
    q = even_odd(z, 0.666666666666667, 0.3999999999989889, 0.28571428626253836, 0.22222211089379496, 0.1818289243253687,
                 0.15331611722055008, 0.14617807153417325);
  else
    q = horner(z, 0.666666865f, 0.399887592f, 0.295809865f);
  return s * (f - z * q);
}
// k log 2 + log(1 + f) + low.
template <class P> [[gnu::always_inline]] inline P assemble_log(P k, P f, P low) {
  const P high = constant<P>(0.69314718036912382, 0.693145752f);
  const P rest = constant<P>(1.9082149292705877e-10, 1.42860677e-6f);
  return multiply_add(k, high, f - (log_correction(f) - multiply_add(k, rest, low)));
}

template <class P> [[gnu::always_inline]] inline P log_lanes(P x) {
  const auto parts = take_apart(x);
  const P k = parts.exponent, f = parts.fraction - P(1);
  const P high = constant<P>(0.69314718036912382, 0.693145752f);
  const P rest = constant<P>(1.9082149292705877e-10, 1.42860677e-6f);
  return multiply_add(k, high, f - multiply_add(k, -rest, log_correction(f)));
}

template <class P> [[gnu::always_inline]] inline P log1p_lanes(P x) {
  using T = typename P::value_type;
  const P u = P(1) + x;
  const auto parts = take_apart(u);
  // What rounding lost in u, relative to u; nothing where u is 1 or infinite.
  const P lost = where(x > P(1), P(1) - (u - x), x - (u - P(1)));
  const auto near = (x > P(T(-0.29))) & (x < P(T(0.41)));
  const P k = where(near, P(0), parts.exponent);
  const P f = where(near, x, parts.fraction - P(1));
  const P low = where(near | !(u > P(0)) | !(u < P(infinity<T>)), P(0), lost / u);
  const P r = assemble_log(k, f, low);
  return where(abs(x) < constant<P>(1e-20, 1e-12f), x, r);
}

// The natural logarithm: −∞ at 0, NaN below.
template <plain_number V, class Isa = isa::native> [[gnu::always_inline]] inline promote<V> log(V x) {
  if constexpr (std::same_as<V, double>)
    if (is_known_constant(x)) return log_lanes(pack<double, 1, Isa>(x))[0];  // the compiler works it out
  return by_lanes<V, Isa>(x, [](auto y) { return log_lanes(y); });
}
// log(1 + x), without loss near 0: −∞ at −1, NaN below.
template <plain_number V, class Isa = isa::native> [[gnu::always_inline]] inline promote<V> log1p(V x) {
  if constexpr (std::same_as<V, double>)
    if (is_known_constant(x)) return log1p_lanes(pack<double, 1, Isa>(x))[0];  // the compiler works it out
  return by_lanes<V, Isa>(x, [](auto y) { return log1p_lanes(y); });
}

}  // namespace starling
