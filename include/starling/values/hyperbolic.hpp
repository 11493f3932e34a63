// Hyperbolic functions. The tangent: a polynomial near 0, 1 − 2 / (e^2x + 1) beyond; coefficients: tests/values/make_polynomials.py. The
// sine by expm1; where eˣ would overflow and it does not, both by (e^x/2)².
#pragma once

#include <starling/values/exp.hpp>

namespace starling {

template <class P> struct tanh_pair {
  P value, slope;
};
// Both from one exponential: with g = 1 − tanh a = 2 / (1 + e^2a), the slope is g (2 − g).
template <class P> [[gnu::always_inline]] inline tanh_pair<P> tanh_and_slope(P x) {
  const P a = abs(x), z = x * x;
  P q;
  if constexpr (sizeof(typename P::value_type) == 8)
    q = even_odd(z, -0.3333333333333333, 0.13333333333332714, -0.05396825396743174, 0.021869488493563037, -0.008863234395418095,
                 0.003592110347096177, -0.0014556615775702365, 0.0005889348072447028, -0.00023463104528300406, 8.510707927354112e-05,
                 -2.0598556673275166e-05);
  else
    q = horner(z, -0.333333313f, 0.133331135f, -0.0539093763f, 0.0213090628f, -0.00660961401f);
  const P near = multiply_add(a * z, q, a);
  const P g = P(2) / (P(1) + exp_lanes(P(2) * min(a, constant<P>(350.0, 40.0f))));
  return {copysign(where(a < P(0.55), near, P(1) - g), x), g * (P(2) - g)};
}
template <class P> [[gnu::always_inline]] inline P tanh_lanes(P x) { return tanh_and_slope(x).value; }

// ½ e^a for a ≥ 0.
template <class P> [[gnu::always_inline]] inline P half_exp_lanes(P a) {
  using T = typename P::value_type;
  const auto large = a > constant<P>(709.0, 88.0f);
  const P e = exp_lanes(where(large, P(T(0.5)) * a, a));
  return where(large, P(T(0.5)) * e * e, P(T(0.5)) * e);
}
template <class P> [[gnu::always_inline]] inline P sinh_lanes(P x) {
  using T = typename P::value_type;
  const P a = abs(x), e = expm1_lanes(min(a, P(T(22))));
  return copysign(where(a > P(T(22)), half_exp_lanes(a), P(T(0.5)) * (e + e / (e + P(1)))), x);
}
template <class P> [[gnu::always_inline]] inline P cosh_lanes(P x) {
  using T = typename P::value_type;
  const P half = half_exp_lanes(abs(x));
  return half + P(T(0.25)) / half;
}

// The hyperbolic sine, cosine and tangent.
template <plain_number V, class Isa = isa::native> inline promote<V> sinh(V x) {
  return by_lanes<V, Isa>(x, [](auto y) { return sinh_lanes(y); });
}
template <plain_number V, class Isa = isa::native> inline promote<V> cosh(V x) {
  return by_lanes<V, Isa>(x, [](auto y) { return cosh_lanes(y); });
}
template <plain_number V, class Isa = isa::native> inline promote<V> tanh(V x) {
  return by_lanes<V, Isa>(x, [](auto y) { return tanh_lanes(y); });
}

}  // namespace starling
