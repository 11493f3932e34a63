// Sine, cosine, tangent and arc tangent. x = k π/2 + r with |r| ≤ π/4 (π/2 in parts, W. J. Cody and W. Waite), then polynomials
// in r²; arguments beyond 2^20 π go to the C library, lane by lane. Coefficients: tests/values/make_polynomials.py.
#pragma once

#include <starling/values/polynomial.hpp>
#include <starling/values/scale.hpp>

namespace starling {

// |x| = k π/2 + r + rest, with rest below r's last place; `count` holds k in its lowest bits.
template <class P> struct angle_parts {
  typename P::bits count;
  P r, rest;
};
// The largest argument that the parts reach; float lanes have few bits to spare.
template <class T, class Isa> inline constexpr T largest_angle = sizeof(T) == 8 ? T(3294200) : isa::fast_fma<Isa> ? T(1e5)
                                                                                                                  : T(6000);

template <class T, int N, class Isa> [[gnu::always_inline]] inline angle_parts<pack<T, N, Isa>> reduce_angle(pack<T, N, Isa> x) {
  using P = pack<T, N, Isa>;
  const P magic = constant<P>(6755399441055744.0, 12582912.0f);
  const P t = multiply_add(x, constant<P>(0.63661977236758134, 0.636619772f), magic);
  const P k = t - magic;
  if constexpr (isa::fast_fma<Isa>) {
    const P second = constant<P>(-6.123233995736766e-17, 4.37113883e-08f);
    const P a = multiply_add(k, constant<P>(-1.5707963267948966, -1.57079637f), x);  // exact
    const P product = k * second, lost = multiply_add(k, second, -product);
    const P b = a + product;
    const P low = (product - (b - a)) + multiply_add(k, constant<P>(1.4973849048591698e-33, 1.7151245e-15f), lost);
    const P r = b + low;
    return {to_bits(t), r, low - (r - b)};
  } else {
    const P a = x - k * constant<P>(1.5707963267341256, 1.5703125f);
    const P second = k * constant<P>(6.07710050359346e-11, 0.0004837512969970703f);
    const P b = a - second;
    const P c = k * constant<P>(2.9127320548227e-20, 7.549533620476723e-08f);
    const P d = b - c;
    const P low = ((a - b) - second) + ((b - d) - c) - k * constant<P>(1.2706558760139879e-29, 2.563344151594519e-12f);
    const P r = d + low;
    return {to_bits(t), r, low - (r - d)};
  }
}

// The same without the rest: within half a last place of r.
template <class T, int N, class Isa> [[gnu::always_inline]] inline angle_parts<pack<T, N, Isa>> reduce_angle_once(pack<T, N, Isa> x) {
  using P = pack<T, N, Isa>;
  if constexpr (isa::fast_fma<Isa>) {
    const P magic = constant<P>(6755399441055744.0, 12582912.0f);
    const P t = multiply_add(x, constant<P>(0.63661977236758134, 0.636619772f), magic);
    const P k = t - magic;
    const P a = multiply_add(k, constant<P>(-1.5707963267948966, -1.57079637f), x);  // exact
    const P b = multiply_add(k, constant<P>(-6.123233995736766e-17, 4.37113883e-08f), a);
    return {to_bits(t), multiply_add(k, constant<P>(1.4973849048591698e-33, 1.7151245e-15f), b), P(0)};
  } else {
    return reduce_angle(x);
  }
}

template <class P> [[gnu::always_inline]] inline P sine_near_zero(P r) {
  const P z = r * r;
  P q;
  if constexpr (sizeof(typename P::value_type) == 8)
    q = even_odd(z, -0.16666666666666666, 0.008333333333330936, -0.00019841269836740532, 2.7557316093198404e-06,
                 -2.5051129896450185e-08, 1.5917988979397435e-10);
  else
    q = horner(z, -0.166666642f, 0.00833274703f, -0.00019587639f);
  return multiply_add(r * z, q, r);
}
template <class P> [[gnu::always_inline]] inline P cosine_near_zero(P r) {
  const P z = r * r;
  P q;
  if constexpr (sizeof(typename P::value_type) == 8)
    q = even_odd(z, 0.041666666666666664, -0.0013888888888887389, 2.48015872987544e-05, -2.755731726587808e-07, 2.087614504941318e-09,
                 -1.138254464534925e-11);
  else
    q = horner(z, 0.0416666642f, -0.00138883013f, 2.45476895e-05f);
  return multiply_add(z, multiply_add(z, q, P(-0.5)), P(1));
}

// The lanes where bit 0 of the count is set.
template <class T, int N, class Isa> [[gnu::always_inline]] inline lane_mask<T, N, Isa> odd(lane_bits<T, N, Isa> count) {
  const lane_bits<T, N, Isa> sign = count << (8 * static_cast<int>(sizeof(T)) - 1);
  using machine = registers<T, N, Isa>;
  if constexpr (requires { machine::mask_from_sign(sign.machine_bits()); })
    return lane_mask<T, N, Isa>::from(machine::mask_from_sign(sign.machine_bits()));
  else
    return from_bits(sign | to_bits(pack<T, N, Isa>(1))) < pack<T, N, Isa>(0);
}

template <class V> struct sine_and_cosine {
  V sine, cosine;
};
template <class T, int N, class Isa> [[gnu::always_inline]] inline sine_and_cosine<pack<T, N, Isa>> sincos_lanes(pack<T, N, Isa> x) {
  using P = pack<T, N, Isa>;
  using bits = lane_bits<T, N, Isa>;
  const P magnitude = abs(x);
  if (any(!(magnitude <= P(largest_angle<T, Isa>)))) [[unlikely]]
    return {each_lane(x, [](double t) { return __builtin_sin(t); }), each_lane(x, [](double t) { return __builtin_cos(t); })};
  const angle_parts<P> parts = reduce_angle_once(magnitude);
  const P s = sine_near_zero(parts.r), c = cosine_near_zero(parts.r);
  const auto swap = odd(parts.count);
  // Bit 1 of the count is the sine's sign, beside x's own; of the count + 1, the cosine's.
  const bits sign_bit(word_of<T>(1) << (8 * sizeof(T) - 1));
  const int up = 8 * static_cast<int>(sizeof(T)) - 2;
  return {from_bits(to_bits(where(swap, c, s)) ^ (((parts.count << up) ^ to_bits(x)) & sign_bit)),
          from_bits(to_bits(where(swap, s, c)) ^ (((parts.count + bits(1)) << up) & sign_bit))};
}
template <class T, int N, class Isa> [[gnu::always_inline]] inline pack<T, N, Isa> tan_lanes(pack<T, N, Isa> x) {
  using P = pack<T, N, Isa>;
  const P magnitude = abs(x);
  if (any(!(magnitude <= P(largest_angle<T, Isa>)))) [[unlikely]]
    return each_lane(x, [](double t) { return __builtin_tan(t); });
  const angle_parts<P> parts = reduce_angle(magnitude);
  const P r = parts.r, z = r * r;
  P q;
  if constexpr (sizeof(T) == 8)
    q = even_odd(z, 0.3333333333333333, 0.1333333333333336, 0.053968253968215994, 0.021869488538212176, 0.008863235471522317,
                 0.0035921290358184323, 0.0014558231957127114, 0.0005901137118951908, 0.00023865671085472481, 9.878620704641594e-05,
                 3.388407372584696e-05, 2.7190623817911748e-05, -1.0301615279305815e-05, 1.9624520081964115e-05, -9.78892394518042e-06,
                 3.9593826774870375e-06);
  else
    q = even_odd(z, 0.333333343f, 0.133332297f, 0.0539946258f, 0.0216198731f, 0.00996654481f, 0.00117829989f, 0.00384730427f);
  const P tail = multiply_add(r * z, q, multiply_add(parts.rest, z, parts.rest));
  const P t = r + tail;
  const auto swap = odd(parts.count);
  // −1 / t corrected by what t's rounding lost: −1/(t + e) = −(1/t) (1 − e/t).
  const P lost = tail - (t - r);
  const P inverse = P(-1) / t;
  const P corrected = multiply_add(inverse * inverse, lost, inverse);
  return copysign(P(1), x) * where(swap, corrected, t);
}

template <class T, int N, class Isa> [[gnu::always_inline]] inline pack<T, N, Isa> atan_lanes(pack<T, N, Isa> x) {
  using P = pack<T, N, Isa>;
  const P a = abs(x);
  const auto large = a > P(T(2.414213562373095)), middle = a > P(T(0.41421356237309503));
  const P t = where(large, P(-1), where(middle, a - P(1), a)) / where(large, a, where(middle, a + P(1), P(1)));
  const P base = where(large, P(T(1.5707963267948966)), where(middle, P(T(0.7853981633974483)), P(0)));
  const P base_low = where(large, constant<P>(6.123233995736766e-17, -4.37113883e-08f),
                           where(middle, constant<P>(3.061616997868383e-17, -2.18556941e-08f), P(0)));
  const P z = t * t;
  P q;
  if constexpr (sizeof(T) == 8)
    q = even_odd(z, -0.3333333333333333, 0.1999999999999548, -0.14285714284657894, 0.11111111014561013, -0.09090904549884611,
                 0.07692182535116648, -0.06664502215671447, 0.058580687568615106, -0.05085030492810941, 0.03921955253255129,
                 -0.019162068915902573);
  else
    q = horner(z, -0.333333313f, 0.199995384f, -0.142638966f, 0.107430995f, -0.06449835f);
  return copysign(base + (t + multiply_add(t * z, q, base_low)), x);
}

// Sine and cosine of x radians; NaN at ±∞.
template <plain_number V, class Isa = isa::native> [[gnu::always_inline]] inline sine_and_cosine<promote<V>> sincos(V x) {
  const auto r = sincos_lanes(pack_for<V, Isa>(to_real(x)));
  return {as_value<promote<V>>(r.sine), as_value<promote<V>>(r.cosine)};
}
template <plain_number V, class Isa = isa::native> [[gnu::always_inline]] inline promote<V> sin(V x) {
  if constexpr (std::same_as<V, double>)
    if (is_known_constant(x)) return sincos_lanes(pack<double, 1, Isa>(x)).sine[0];  // the compiler works it out
  return by_lanes<V, Isa>(x, [](auto y) { return sincos_lanes(y).sine; });
}
template <plain_number V, class Isa = isa::native> [[gnu::always_inline]] inline promote<V> cos(V x) {
  if constexpr (std::same_as<V, double>)
    if (is_known_constant(x)) return sincos_lanes(pack<double, 1, Isa>(x)).cosine[0];
  return by_lanes<V, Isa>(x, [](auto y) { return sincos_lanes(y).cosine; });
}
// The tangent of x radians; NaN at ±∞.
template <plain_number V, class Isa = isa::native> inline promote<V> tan(V x) {
  return by_lanes<V, Isa>(x, [](auto y) { return tan_lanes(y); });
}
// The angle in [−π/2, π/2] whose tangent is x.
template <plain_number V, class Isa = isa::native> inline promote<V> atan(V x) {
  return by_lanes<V, Isa>(x, [](auto y) { return atan_lanes(y); });
}

}  // namespace starling
