// Multiplication by powers of two, and taking numbers apart into a power of two and the rest.
#pragma once

#include <starling/values/where.hpp>

namespace starling {

template <class T> inline constexpr int fraction_bits = sizeof(T) == 8 ? 52 : 23;
template <class T> inline constexpr int exponent_bias = sizeof(T) == 8 ? 1023 : 127;
template <class T> inline constexpr T infinity = sizeof(T) == 8 ? static_cast<T>(__builtin_inf()) : static_cast<T>(__builtin_inff());
template <class T> inline constexpr T smallest_normal = sizeof(T) == 8 ? static_cast<T>(2.2250738585072014e-308) : static_cast<T>(1.17549435e-38f);

// k's bits at the place of the exponent; k is whole, |k| < 2^22.
template <class T, int N, class Isa> [[gnu::always_inline]] inline lane_bits<T, N, Isa> exponent_field(pack<T, N, Isa> k) {
  constexpr T magic = sizeof(T) == 8 ? T(6755399441055744.0) : T(12582912.0f);
  return to_bits(k + pack<T, N, Isa>(magic)) << fraction_bits<T>;
}
// 2^k for whole k from −1022 (−126) to 1023 (127).
template <class T, int N, class Isa> [[gnu::always_inline]] inline pack<T, N, Isa> power_of_two(pack<T, N, Isa> k) {
  return from_bits(exponent_field(k) + to_bits(pack<T, N, Isa>(1)));
}

// x · 2^k rounded once, for whole k with |k| ≤ 2000 (250) and |x| in [1/4, 4] or 0.
template <class T, int N, class Isa> [[gnu::always_inline]] inline pack<T, N, Isa> scale(pack<T, N, Isa> x, pack<T, N, Isa> k) {
  using P = pack<T, N, Isa>;
  using machine = registers<T, N, Isa>;
  if constexpr (requires { machine::scale(x.machine_vector(), k.machine_vector()); }) {
    return P::from(machine::scale(x.machine_vector(), k.machine_vector()));
  } else {
    if (any(abs(k) > P(exponent_bias<T> - 4))) [[unlikely]] {
      const P half = trunc(k * P(0.5));
      return x * power_of_two(half) * power_of_two(k - half);
    }
    return x * power_of_two(k);
  }
}

// x = fraction · 2^exponent with fraction in [√½, √2), for finite x > 0. In other lanes the fraction is 1 and the exponent
// such that exponent · c is the logarithm: −∞ at 0, ∞ at ∞, NaN below 0 and at NaN.
template <class P> struct fraction_and_exponent {
  P fraction, exponent;
};
template <class T, int N, class Isa>
[[gnu::always_inline]] inline fraction_and_exponent<pack<T, N, Isa>> take_apart(pack<T, N, Isa> x) {
  using P = pack<T, N, Isa>;
  using machine = registers<T, N, Isa>;
  if constexpr (requires { machine::exponent(x.machine_vector()); }) {
    const P f = P::from(machine::fraction(x.machine_vector())), e = P::from(machine::exponent(x.machine_vector()));
    const auto high = f > P(T(1.4142135623730951));
    return {where(high, f * P(0.5), f), where(high, e + P(1), e)};
  } else {
    using bits = lane_bits<T, N, Isa>;
    using word = word_of<T>;
    constexpr word root_half = sizeof(T) == 8 ? word(0x3fe6a09e667f3bcdu) : word(0x3f3504f3u);
    constexpr word one = static_cast<word>(exponent_bias<T>) << fraction_bits<T>;
    constexpr word magic_bits = sizeof(T) == 8 ? word(0x4330000000000000u) : word(0x4b000000u);
    constexpr T magic = sizeof(T) == 8 ? T(4503599627370496.0) : T(8388608.0f);
    // The fraction mask and biased exponent after moving √½ to the start of a binade.
    const auto parts = [&](P y) {
      const bits moved = to_bits(y) + bits(static_cast<word>(one - root_half));
      const bits exponent = moved >> fraction_bits<T>;
      const bits fraction = (moved & bits((word(1) << fraction_bits<T>)-1)) + bits(root_half);
      return fraction_and_exponent<P>{from_bits(fraction), from_bits(exponent | bits(magic_bits)) - P(magic + T(exponent_bias<T>))};
    };
    if (any(!((x >= P(smallest_normal<T>)) & (x < P(infinity<T>))))) [[unlikely]] {
      const auto small = x < P(smallest_normal<T>);
      constexpr T up = sizeof(T) == 8 ? T(18014398509481984.0) : T(33554432.0f);  // 2^54, 2^25
      fraction_and_exponent<P> r = parts(where(small, x * P(up), x));
      r.exponent = r.exponent - where(small, P(sizeof(T) == 8 ? 54 : 25), P(0));
      const auto ordinary = (x > P(0)) & (x < P(infinity<T>));
      const P other = where(x == P(0), P(-infinity<T>), where(x > P(0), x, P(T(__builtin_nan("")))));
      return {where(ordinary, r.fraction, P(1)), where(ordinary, r.exponent, other)};
    }
    return parts(x);
  }
}

}  // namespace starling
