// Polynomials with constant coefficients, lowest power first.
#pragma once

#include <starling/values/where.hpp>

namespace starling {

// c0 + c1 x + c2 x² + …, by Horner's rule.
template <class P> [[gnu::always_inline]] inline P horner(P, typename P::value_type c0) { return c0; }
template <class P, class... C> [[gnu::always_inline]] inline P horner(P x, typename P::value_type c0, C... c) {
  return multiply_add(horner(x, static_cast<typename P::value_type>(c)...), x, P(c0));
}

// The function applied to the lanes one by one: for paths that are rare.
template <class P, class F> [[gnu::noinline, gnu::cold]] inline P each_lane(P x, F f) {
  for (int i = 0; i < P::lanes; ++i) x.set(i, static_cast<typename P::value_type>(f(x[i])));
  return x;
}

// A constant of each precision.
template <class P> [[gnu::always_inline]] inline P constant(double d, float f) {
  if constexpr (sizeof(typename P::value_type) == 8) return P(d);
  else return P(f);
}

}  // namespace starling
