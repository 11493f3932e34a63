// Choosing between values, and the arithmetic that is not an operator. Each function takes built-in numbers and packs.
#pragma once

#include <concepts>
#include <cstdint>

#include <starling/values/real.hpp>

namespace starling {

// a where the mask holds, b elsewhere. Both sides are computed. Booleans give booleans, integers integers, else reals.
template <class T, int N, class Isa, class A, class B>
  requires value<A> && value<B> && (value_traits<A>::rank <= 1) && (value_traits<B>::rank <= 1)
[[gnu::always_inline]] inline auto where(lane_mask<T, N, Isa> m, A a, B b) {
  using machine = registers<T, N, Isa>;
  if constexpr (value_traits<A>::is_boolean && value_traits<B>::is_boolean) {
    const lane_mask<T, N, Isa> x(a), y(b);
    return y ^ (m & (x ^ y));
  } else {
    const pack<T, N, Isa> x = to_real(a), y = to_real(b);
    const auto r = pack<T, N, Isa>::from(machine::blend(m.machine_mask(), x.machine_vector(), y.machine_vector()));
    if constexpr (value_traits<A>::is_real || value_traits<B>::is_real) return r;
    else return whole<T, N, Isa>::from(r);
  }
}
template <class T, int N, class Isa> inline lane_bits<T, N, Isa> where(lane_mask<T, N, Isa> m, lane_bits<T, N, Isa> a, lane_bits<T, N, Isa> b) {
  return lane_bits<T, N, Isa>::from(registers<T, N, Isa>::blend_bits(m.machine_mask(), a.machine_bits(), b.machine_bits()));
}

// One condition for all lanes. Values of one type may be anything copyable; values of two types meet as in arithmetic.
template <std::same_as<bool> Bool, class A> inline A where(Bool condition, const A& a, const A& b) { return condition ? a : b; }
template <std::same_as<bool> Bool, value A, value B>
  requires(!std::same_as<A, B>)
inline auto where(Bool condition, const A& a, const B& b) {
  constexpr bool integers = !value_traits<A>::is_real && !value_traits<B>::is_real;
  if constexpr (value_traits<A>::is_boolean && value_traits<B>::is_boolean) {
    using result = std::conditional_t<(value_traits<A>::rank < value_traits<B>::rank), B, A>;
    return condition ? result(a) : result(b);
  } else if constexpr (integers) {
    using result = whole_of<promote<A, B>>;
    return condition ? result(to_whole(a)) : result(to_whole(b));
  } else {
    using result = promote<A, B>;
    return condition ? result(a) : result(b);
  }
}

// a · b + c, rounded once.
template <class T, int N, class Isa> [[gnu::always_inline]] inline pack<T, N, Isa> fma(pack<T, N, Isa> a, std::type_identity_t<pack<T, N, Isa>> b, std::type_identity_t<pack<T, N, Isa>> c) {
  return pack<T, N, Isa>::from(registers<T, N, Isa>::fma(a.machine_vector(), b.machine_vector(), c.machine_vector()));
}
// a · b + c, rounded once where that is one instruction, else twice.
template <class T, int N, class Isa> [[gnu::always_inline]] inline pack<T, N, Isa> multiply_add(pack<T, N, Isa> a, std::type_identity_t<pack<T, N, Isa>> b, std::type_identity_t<pack<T, N, Isa>> c) {
  return pack<T, N, Isa>::from(registers<T, N, Isa>::multiply_add(a.machine_vector(), b.machine_vector(), c.machine_vector()));
}
template <plain_number A, class Isa = isa::native>
  requires std::is_arithmetic_v<A>
inline promote<A> fma(A a, std::type_identity_t<A> b, std::type_identity_t<A> c) {
  return scalar_registers<promote<A>, Isa>::fma(a, b, c);
}

template <plain_number A, class Isa = isa::native>
  requires std::is_arithmetic_v<A>
inline promote<A> multiply_add(A a, std::type_identity_t<A> b, std::type_identity_t<A> c) {
  return scalar_registers<promote<A>, Isa>::multiply_add(a, b, c);
}

// Square root, correctly rounded.
template <plain_number V, class Isa = isa::native> inline promote<V> sqrt(V x) {
  using P = pack_for<V, Isa>;
  return as_value<promote<V>>(P::from(P::machine::sqrt(P(to_real(x)).machine_vector())));
}
// |x|, also of −0 and NaN; of whole numbers a whole number.
template <plain_number V, class Isa = isa::native> inline auto abs(V x) {
  using P = pack_for<V, Isa>;
  const auto r = P::from(P::machine::abs(P(to_real(x)).machine_vector()));
  if constexpr (std::integral<V>) return x < 0 ? -x : x;
  else if constexpr (value_traits<V>::is_integer) return V::from(r);
  else return as_value<V>(r);
}
// The largest whole number ≤ x, the smallest ≥ x, x cut towards 0, the nearest (halves away from zero), the nearest (halves to even).
template <plain_number V, class Isa = isa::native> inline promote<V> floor(V x) {
  using P = pack_for<V, Isa>;
  return as_value<promote<V>>(P::from(P::machine::floor(P(to_real(x)).machine_vector())));
}
template <plain_number V, class Isa = isa::native> inline promote<V> ceil(V x) {
  using P = pack_for<V, Isa>;
  return as_value<promote<V>>(P::from(P::machine::ceil(P(to_real(x)).machine_vector())));
}
template <plain_number V, class Isa = isa::native> inline promote<V> trunc(V x) {
  using P = pack_for<V, Isa>;
  return as_value<promote<V>>(P::from(P::machine::trunc(P(to_real(x)).machine_vector())));
}
template <plain_number V, class Isa = isa::native> inline promote<V> rint(V x) {
  using P = pack_for<V, Isa>;
  return as_value<promote<V>>(P::from(P::machine::rint(P(to_real(x)).machine_vector())));
}

// The magnitude of x with the sign of y, bit by bit.
template <class T, int N, class Isa> inline pack<T, N, Isa> copysign(pack<T, N, Isa> x, std::type_identity_t<pack<T, N, Isa>> y) {
  using word = word_of<T>;
  const lane_bits<T, N, Isa> sign(word(1) << (8 * sizeof(T) - 1));
  return from_bits((to_bits(x) & ~sign) | (to_bits(y) & sign));
}
template <std::floating_point F, class Isa = isa::native> inline F copysign(F x, std::type_identity_t<F> y) {
  return copysign(pack<F, 1, Isa>(x), pack<F, 1, Isa>(y))[0];
}
template <plain_number V, class Isa = isa::native> inline promote<V> round(V x) {
  using P = pack_for<V, Isa>;
  using T = typename P::value_type;
  constexpr T below_half = sizeof(T) == 8 ? T(0.49999999999999994) : T(0.49999997f);
  const P y(to_real(x));
  return as_value<promote<V>>(P::from(P::machine::trunc((y + copysign(P(below_half), y)).machine_vector())));
}

// The smaller and the larger of two; where either is NaN, the first.
template <value A, value B>
  requires(value_traits<A>::rank <= 1 && value_traits<B>::rank <= 1)
[[gnu::always_inline]] inline auto min(A a, B b) {
  if constexpr (std::is_arithmetic_v<A> && std::is_arithmetic_v<B>) {
    using R = decltype(a + b);
    return static_cast<R>(b) < static_cast<R>(a) ? static_cast<R>(b) : static_cast<R>(a);
  } else if constexpr (value_traits<A>::is_real || value_traits<B>::is_real) {
    using P = promote<A, B>;
    return P::from(P::machine::min(P(to_real(a)).machine_vector(), P(to_real(b)).machine_vector()));
  } else {
    using W = whole_of<promote<A, B>>;
    const W x = to_whole(a), y = to_whole(b);
    return where(y < x, y, x);
  }
}
template <value A, value B>
  requires(value_traits<A>::rank <= 1 && value_traits<B>::rank <= 1)
[[gnu::always_inline]] inline auto max(A a, B b) {
  if constexpr (std::is_arithmetic_v<A> && std::is_arithmetic_v<B>) {
    using R = decltype(a + b);
    return static_cast<R>(a) < static_cast<R>(b) ? static_cast<R>(b) : static_cast<R>(a);
  } else if constexpr (value_traits<A>::is_real || value_traits<B>::is_real) {
    using P = promote<A, B>;
    return P::from(P::machine::max(P(to_real(a)).machine_vector(), P(to_real(b)).machine_vector()));
  } else {
    using W = whole_of<promote<A, B>>;
    const W x = to_whole(a), y = to_whole(b);
    return where(x < y, y, x);
  }
}

// Whether x is NaN; whether it is neither NaN nor infinite.
template <plain_number V> inline mask_of<promote<V>> isnan(V x) {
  const promote<V> y = to_real(x);
  return y != y;
}
template <plain_number V> inline mask_of<promote<V>> isfinite(V x) {
  const promote<V> y = to_real(x);
  return y - y == promote<V>(0);
}

// Over one lane, the lane.
template <std::floating_point F> inline F sum(F x) { return x; }
template <std::floating_point F> inline F max_lane(F x) { return x; }
template <std::floating_point F> inline F min_lane(F x) { return x; }

}  // namespace starling
