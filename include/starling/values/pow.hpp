// x to the power y as e^(y log x), with log x and the product in twice the precision.
#pragma once

#include <starling/values/double_length.hpp>
#include <starling/values/exp.hpp>

namespace starling {

// log x to about 1.25 times the working precision, for finite x > 0: as in log.hpp, with the leading terms in two parts.
template <class P> [[gnu::always_inline]] inline high_and_low<P> long_log(P x) {
  const auto parts = take_apart(x);
  const P k = parts.exponent, f = parts.fraction - P(1);
  const P d = P(2) + f, d_low = f - (d - P(2));
  const P s = f / d;
  const auto sd = two_product(s, d);
  const P s_low = (((f - sd.high) - sd.low) - s * d_low) / d;  // f/d = s + s_low
  const auto square = two_product(s, s);
  const P z = square.high, z_low = multiply_add(P(2) * s, s_low, square.low);
  P q;
  if constexpr (sizeof(typename P::value_type) == 8)
    q = even_odd(z, 0.4000000000000003, 0.2857142857133801, 0.22222222271326808, 0.18181808210921882, 0.15385577463308145,
                 0.13285868837545742, 0.1291471218393509);
  else
    q = horner(z, 0.400000155f, 0.28562218f, 0.230490029f);
  // log m = 2s + s z (2/3 + z q)
  const auto c = fast_two_sum(constant<P>(0.6666666666666666, 0.666666687f), z * q);
  const P c_low = c.low + constant<P>(3.700743415417188e-17, -1.98682149e-08f);
  const auto sz = two_product(s, z);
  const P sz_low = multiply_add(s, z_low, multiply_add(s_low, z, sz.low));
  const auto cubic = two_product(sz.high, c.high);
  const P cubic_low = multiply_add(sz.high, c_low, multiply_add(sz_low, c.high, cubic.low));
  // k log 2 is exact in its high part.
  const P k_high = k * constant<P>(0.69314718036912382, 0.693145752f);
  const P k_low = k * constant<P>(1.9082149292705877e-10, 1.42860677e-6f);
  const auto a = fast_two_sum(k_high, P(2) * s);  // |k_high| > |2s| or k = 0
  const auto start = high_and_low<P>{where(k == P(0), P(2) * s, a.high), where(k == P(0), P(0), a.low)};
  const auto b = fast_two_sum(start.high, cubic.high);
  const auto e = fast_two_sum(b.high, k_low);
  const P rest = constant<P>(1.1612227229362532e-26, 0.0f) * k;
  return fast_two_sum(e.high, start.low + b.low + e.low + (cubic_low + P(2) * s_low + rest));
}

template <class P> [[gnu::always_inline]] inline P pow_lanes(P x, P y) {
  using T = typename P::value_type;
  const P most = constant<P>(1e25, 1e15f);
  if (any(!((x > P(0)) & (x < P(infinity<T>)) & (abs(y) < most)))) [[unlikely]] {
    for (int i = 0; i < P::lanes; ++i) x.set(i, static_cast<T>(__builtin_pow(x[i], y[i])));
    return x;
  }
  const auto l = long_log(x);
  const auto product = two_product(l.high, y);
  const P limit = constant<P>(800.0, 120.0f);
  const P high = min(max(product.high, -limit), limit);
  const P low = where(abs(product.high) < limit, multiply_add(l.low, y, product.low), P(0));
  return exp_of_sum(high, low, P(1));
}

// x to the power y, with C's special cases.
template <plain_number A, plain_number B, class Isa = isa::native> inline promote<A, B> pow(A x, B y) {
  using P = pack_for<promote<A, B>, Isa>;
  if constexpr (std::integral<B>)
    if (y == 2) return to_real(x) * to_real(x);
  return as_value<promote<A, B>>(pow_lanes(P(to_real(x)), P(to_real(y))));
}

}  // namespace starling
