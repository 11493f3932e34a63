// The exponential function. x = k log 2 + r with |r| ≤ (log 2) / 2; e^r is a polynomial; 2^k goes into the exponent.
// Coefficients: tests/values/make_polynomials.py.
#pragma once

#include <starling/values/polynomial.hpp>
#include <starling/values/scale.hpp>

namespace starling {

// e^x = (1 + tail) · 2^k with tail = e^r − 1, for |x| ≤ 2000 (200).
template <class P> struct exp_parts {
  P k, r, tail;
};
template <class P> [[gnu::always_inline]] inline exp_parts<P> reduce_exp(P x) {
  const P magic = constant<P>(6755399441055744.0, 12582912.0f);  // adding it leaves the nearest whole number
  const P k = multiply_add(x, constant<P>(1.4426950408889634, 1.44269504f), magic) - magic;
  P r = multiply_add(k, constant<P>(-0.69314718036912382, -0.693145752f), x);
  r = multiply_add(k, constant<P>(-1.9082149292705877e-10, -1.42860677e-6f), r);
  return {k, r, r};
}
template <class P> [[gnu::always_inline]] inline exp_parts<P> exp_parts_of(exp_parts<P> e) {
  P q;
  if constexpr (sizeof(typename P::value_type) == 8)
    q = even_odd(e.r, 0.5, 0.1666666666666667, 0.04166666666666667, 0.008333333333326136, 0.0013888888888883776,
                 0.00019841269874820627, 2.4801587325494827e-05, 2.7557255400206422e-06, 2.75572736871549e-07, 2.5105217004720745e-08, 2.0914673636487767e-09);
  else
    q = even_odd(e.r, 0.5f, 0.166665763f, 0.0416665561f, 0.00836317893f, 0.0013926184f);
  e.tail = multiply_add(e.r * e.r, q, e.r);
  return e;
}

template <class P> [[gnu::always_inline]] inline P exp_lanes(P x) {
  // Beyond these the result is 0 or ∞ and stays so; NaN stays NaN.
  x = min(max(x, constant<P>(-800.0, -120.0f)), constant<P>(800.0, 120.0f));
  const exp_parts<P> e = exp_parts_of(reduce_exp(x));
  return scale(P(1) + e.tail, e.k);
}

template <class P> [[gnu::always_inline]] inline P expm1_lanes(P x) {
  const P y = min(max(x, constant<P>(-60.0, -40.0f)), constant<P>(800.0, 120.0f));
  const exp_parts<P> e = reduce_exp(y);
  const P r = e.r;
  P q;
  if constexpr (sizeof(typename P::value_type) == 8)
    q = even_odd(r, 0.16666666666666669, 0.041666666666666664, 0.008333333333330062, 0.0013888888888886552, 0.00019841269863053618,
                 2.4801587317144498e-05, 2.7557268459997064e-06, 2.755728296954995e-07, 2.510038549551032e-08, 2.0911236630261545e-09);
  else
    q = even_odd(r, 0.166666672f, 0.0416665561f, 0.00833332073f, 0.0013926184f, 0.00019882698f);
  const P tail = multiply_add(r * r, multiply_add(r, q, P(0.5)), r);
  // e^x − 1 = 2^k (tail + (1 − 2^−k)); beyond k = 100 the power is lost in rounding.
  const P one_less = P(1) - power_of_two(-min(e.k, P(100)));
  return where(abs(x) < constant<P>(1e-20, 1e-12f), x, scale(tail + one_less, e.k));
}

// e^(high + low) for |low| far below |high|, times `factor`, rounded in the end. The factor is in [2^−40, 2].
template <class P> [[gnu::always_inline]] inline P exp_of_sum(P high, P low, P factor) {
  exp_parts<P> e = reduce_exp(high);
  e.r = e.r + low;
  e = exp_parts_of(e);
  return scale(multiply_add(factor, e.tail, factor), e.k);
}

// e^x.
template <plain_number V, class Isa = isa::native> [[gnu::always_inline]] inline promote<V> exp(V x) {
  if constexpr (std::same_as<V, double>)
    if (is_known_constant(x)) return exp_lanes(pack<double, 1, Isa>(x))[0];  // the compiler works it out
  return by_lanes<V, Isa>(x, [](auto y) { return exp_lanes(y); });
}
// e^x − 1, without loss near 0.
template <plain_number V, class Isa = isa::native> [[gnu::always_inline]] inline promote<V> expm1(V x) {
  if constexpr (std::same_as<V, double>)
    if (is_known_constant(x)) return expm1_lanes(pack<double, 1, Isa>(x))[0];  // the compiler works it out
  return by_lanes<V, Isa>(x, [](auto y) { return expm1_lanes(y); });
}

}  // namespace starling
