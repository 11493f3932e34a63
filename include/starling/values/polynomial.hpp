// Polynomials with constant coefficients, lowest power first.
#pragma once

#include <starling/values/where.hpp>

namespace starling {

// c0 + c1 x + c2 x² + …, by Horner's rule.
template <class P> [[gnu::always_inline]] inline P horner(P, typename P::value_type c0) { return P(c0); }
template <class P, class... C> [[gnu::always_inline]] inline P horner(P x, typename P::value_type c0, C... c) {
  return multiply_add(horner(x, static_cast<typename P::value_type>(c)...), x, P(c0));
}

// The same as even powers plus x times odd ones: half as long a chain of dependent operations.
template <class P, class... C> [[gnu::always_inline]] inline P even_odd(P x, C... c) {
  const typename P::value_type a[] = {static_cast<typename P::value_type>(c)...};
  constexpr int n = sizeof...(C);
  const P z = x * x;
  P even = P(a[(n - 1) / 2 * 2]), odd = P(a[(n - 2) / 2 * 2 + 1]);
#pragma GCC unroll 16
  for (int i = (n - 1) / 2 * 2 - 2; i >= 0; i -= 2) even = multiply_add(even, z, P(a[i]));
#pragma GCC unroll 16
  for (int i = (n - 2) / 2 * 2 - 1; i >= 1; i -= 2) odd = multiply_add(odd, z, P(a[i]));
  return multiply_add(odd, x, even);
}

// The function applied to the lanes one by one: for paths that are rare.
template <class P, class F> [[gnu::noinline, gnu::cold]] inline P each_lane(P x, F f) {
  for (int i = 0; i < P::lanes; ++i) x.set(i, static_cast<typename P::value_type>(f(x[i])));
  return x;
}

// A function of packs applied to a value: packs inline, built-in numbers as packs of one lane in a function of their own, which the compiler may
// call before a loop in which x does not change.
template <class V, class Isa, class F> [[gnu::noinline, gnu::const]] inline promote<V> in_one_lane(promote<V> x, F f) noexcept {
  return f(pack<promote<V>, 1, Isa>(x))[0];
}
template <class V, class Isa, class F> [[gnu::always_inline]] inline promote<V> by_lanes(V x, F f) {
  if constexpr (std::is_arithmetic_v<V>) return in_one_lane<V, Isa>(static_cast<promote<V>>(x), f);
  else return f(to_real(x));
}

// Whether the compiler knows x where this is inlined, so that it can work out functions of it. Asked twice on purpose: g++ takes a condition
// that is the one built-in alone as settled before it knows whether x does arrive as a constant, and where it then does not, calls in
// the other branch are gone (g++ 12, -O1 with -fsanitize=thread: wrong numbers).
[[gnu::always_inline]] inline bool is_known_constant(double x) { return (__builtin_constant_p(x) & __builtin_constant_p(x + 1)) != 0; }

// A constant of each precision.
template <class P> [[gnu::always_inline]] inline P constant(double d, float f) {
  if constexpr (sizeof(typename P::value_type) == 8) return P(d);
  else return P(f);
}

}  // namespace starling
