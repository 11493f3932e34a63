// One lane: a built-in float. The built-in overloads of every function run through this, so one lane and many
// lanes compute the same polynomials.
#pragma once

#include <cstdint>
#include <type_traits>

#include <starling/values/isa.hpp>

namespace starling {

template <class T, int N, class Isa> struct registers;

// The unsigned integer as wide as T.
template <class T> using word_of = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;

template <class T, class Isa> struct scalar_registers {
  using word = word_of<T>;
  using vec = T;
  using mask = bool;
  using bits = word;

  static vec broadcast(T x) { return x; }
  static vec load(const T* p) { return *p; }
  static void store(T* p, vec a) { *p = a; }
  static T get(vec a, int) { return a; }
  static void set(vec& a, int, T x) { a = x; }
  static bits broadcast_bits(word x) { return x; }
  static word get_bits(bits a, int) { return a; }
  static void set_bits(bits& a, int, word x) { a = x; }
  static bits to_bits(vec a) { return __builtin_bit_cast(bits, a); }
  static vec from_bits(bits a) { return __builtin_bit_cast(vec, a); }

  static vec add(vec a, vec b) { return a + b; }
  static vec sub(vec a, vec b) { return a - b; }
  static vec mul(vec a, vec b) { return a * b; }
  static vec div(vec a, vec b) { return a / b; }
  static vec neg(vec a) { return -a; }
  static vec fma(vec a, vec b, vec c) {
    if constexpr (sizeof(T) == 8) return __builtin_fma(a, b, c);
    else return __builtin_fmaf(a, b, c);
  }
  static vec multiply_add(vec a, vec b, vec c) {
    if constexpr (isa::fast_fma<Isa>) return fma(a, b, c);
    else return a * b + c;
  }
  static vec sqrt(vec a) {
    if constexpr (sizeof(T) == 8) return a < 0 ? __builtin_nan("") : __builtin_sqrt(a);
    else return a < 0 ? __builtin_nanf("") : __builtin_sqrtf(a);
  }
  static vec abs(vec a) {
    if constexpr (sizeof(T) == 8) return __builtin_fabs(a);
    else return __builtin_fabsf(a);
  }
  static vec min(vec a, vec b) { return b < a ? b : a; }
  static vec max(vec a, vec b) { return a < b ? b : a; }

  // Rounding by adding and subtracting 2^52 (2^23): no library call on any machine.
  static vec rint(vec a) {
    constexpr T big = sizeof(T) == 8 ? T(4503599627370496.0) : T(8388608.0f);
    const T magnitude = abs(a);
    T r = magnitude + big;
    r -= big;
    r = magnitude < big ? r : magnitude;
    const bits sign = bits(1) << (8 * sizeof(T) - 1);
    return from_bits((to_bits(r) & ~sign) | (to_bits(a) & sign));
  }
  static vec floor(vec a) {
    const T r = rint(a);
    return r > a ? r - 1 : r;
  }
  static vec ceil(vec a) {
    const T r = rint(a);
    return r < a ? keep_sign(r + 1, a) : r;
  }
  static vec trunc(vec a) {
    const T m = abs(a);
    const T r = rint(m);
    return keep_sign(r > m ? r - 1 : r, a);
  }
  static vec keep_sign(vec a, vec b) {
    const bits sign = bits(1) << (8 * sizeof(T) - 1);
    return from_bits((to_bits(a) & ~sign) | (to_bits(b) & sign));
  }

  static mask less(vec a, vec b) { return a < b; }
  static mask less_equal(vec a, vec b) { return a <= b; }
  static mask equal(vec a, vec b) { return a == b; }
  static mask not_equal(vec a, vec b) { return a != b; }
  static vec blend(mask m, vec a, vec b) { return m ? a : b; }
  static bits blend_bits(mask m, bits a, bits b) { return m ? a : b; }

  static mask broadcast_mask(bool b) { return b; }
  static mask mask_from_bits(std::uint64_t b) { return (b & 1) != 0; }
  static std::uint64_t mask_bits(mask m) { return m ? 1 : 0; }
  static mask mask_and(mask a, mask b) { return a && b; }
  static mask mask_or(mask a, mask b) { return a || b; }
  static mask mask_xor(mask a, mask b) { return a != b; }
  static mask mask_not(mask a) { return !a; }
  static bool any(mask m) { return m; }
  static bool all(mask m) { return m; }

  static bits add_bits(bits a, bits b) { return a + b; }
  static bits sub_bits(bits a, bits b) { return a - b; }
  static bits and_bits(bits a, bits b) { return a & b; }
  static bits or_bits(bits a, bits b) { return a | b; }
  static bits xor_bits(bits a, bits b) { return a ^ b; }
  static bits not_bits(bits a) { return ~a; }
  static bits shift_left(bits a, int n) { return a << n; }
  static bits shift_right(bits a, int n) { return a >> n; }
  // The product of the low halves of 64-bit words.
  static bits multiply_halves(bits a, bits b) { return (a & 0xffffffffu) * (b & 0xffffffffu); }
};

template <class T, class Isa> struct registers<T, 1, Isa> : scalar_registers<T, Isa> {};
template <class T> struct registers<T, 1, isa::portable> : scalar_registers<T, isa::portable> {};

}  // namespace starling
