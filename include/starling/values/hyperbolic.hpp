// The hyperbolic tangent: a polynomial near 0, 1 − 2 / (e^2x + 1) beyond. Coefficients: tests/values/make_polynomials.py.
#pragma once

#include <starling/values/exp.hpp>

namespace starling {

template <class P> [[gnu::always_inline]] inline P tanh_lanes(P x) {
  const P a = abs(x), z = x * x;
  P q;
  if constexpr (sizeof(typename P::value_type) == 8)
    q = even_odd(z, -0.3333333333333333, 0.13333333333332714, -0.05396825396743174, 0.021869488493563037, -0.008863234395418095,
                 0.003592110347096177, -0.0014556615775702365, 0.0005889348072447028, -0.00023463104528300406, 8.510707927354112e-05,
                 -2.0598556673275166e-05);
  else
    q = horner(z, -0.333333313f, 0.133331135f, -0.0539093763f, 0.0213090628f, -0.00660961401f);
  const P near = multiply_add(a * z, q, a);
  const P far = P(1) - P(2) / (P(1) + exp_lanes(P(2) * min(a, P(25))));
  return copysign(where(a < P(0.55), near, far), x);
}

// The hyperbolic tangent.
template <plain_number V, class Isa = isa::native> inline promote<V> tanh(V x) {
  return by_lanes<V, Isa>(x, [](auto y) { return tanh_lanes(y); });
}

}  // namespace starling
