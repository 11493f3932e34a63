// What the compilers' vector extensions give on every machine: arithmetic, bit operations, loads and stores, and
// masks held as full-width vectors of 0 and -1. Each instruction set adds or replaces what has an instruction of its own.
#pragma once

#include <cstdint>
#include <utility>

#include <starling/values/registers_scalar.hpp>

namespace starling {

template <class T, int N> struct vector_registers {
  using word = word_of<T>;
  using signed_word = std::conditional_t<sizeof(T) == 8, std::int64_t, std::int32_t>;
  typedef T vec __attribute__((vector_size(N * sizeof(T))));
  typedef signed_word mask __attribute__((vector_size(N * sizeof(T))));
  typedef word bits __attribute__((vector_size(N * sizeof(T))));

  static vec broadcast(T x) { return x - vec{}; }
  // g++ 12 warns of loads behind a check of the size that it cannot see through; real ones are for the address sanitizer.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Warray-bounds"
  static vec load(const T* p) {
    vec r;
    __builtin_memcpy(&r, p, sizeof r);
    return r;
  }
#pragma GCC diagnostic pop
  static void store(T* p, vec a) { __builtin_memcpy(p, &a, sizeof a); }
  static T get(vec a, int i) { return a[i]; }
  static void set(vec& a, int i, T x) { a[i] = x; }
  static bits broadcast_bits(word x) { return x - bits{}; }
  static word get_bits(bits a, int i) { return a[i]; }
  static void set_bits(bits& a, int i, word x) { a[i] = x; }
  static bits to_bits(vec a) { return (bits)a; }
  static vec from_bits(bits a) { return (vec)a; }

  static vec add(vec a, vec b) { return a + b; }
  static vec sub(vec a, vec b) { return a - b; }
  static vec mul(vec a, vec b) { return a * b; }
  static vec div(vec a, vec b) { return a / b; }
  static vec neg(vec a) { return -a; }
  static constexpr word sign_bit = word(1) << (8 * sizeof(T) - 1);
  static vec abs(vec a) { return (vec)((bits)a & ~sign_bit); }
  static vec keep_sign(vec a, vec b) { return (vec)(((bits)a & ~sign_bit) | ((bits)b & sign_bit)); }

  static mask less(vec a, vec b) { return (mask)(a < b); }
  static mask less_equal(vec a, vec b) { return (mask)(a <= b); }
  static mask equal(vec a, vec b) { return (mask)(a == b); }
  static mask not_equal(vec a, vec b) { return (mask)(a != b); }
  static vec blend(mask m, vec a, vec b) { return (vec)((m & (mask)a) | (~m & (mask)b)); }
  static bits blend_bits(mask m, bits a, bits b) { return (bits)((m & (mask)a) | (~m & (mask)b)); }

  static mask broadcast_mask(bool b) { return mask{} - signed_word(b); }
  static mask mask_from_bits(std::uint64_t b) {
    mask r{};
    for (int i = 0; i < N; ++i) r[i] = -signed_word((b >> i) & 1);
    return r;
  }
  static mask mask_and(mask a, mask b) { return a & b; }
  static mask mask_or(mask a, mask b) { return a | b; }
  static mask mask_xor(mask a, mask b) { return a ^ b; }
  static mask mask_not(mask a) { return ~a; }

  // Half by half.
  static T sum(vec a) {
    if constexpr (N == 2) return a[0] + a[1];
    else return vector_registers<T, N / 2>::sum(halves_added(a, std::make_integer_sequence<int, N / 2>()));
  }
  template <int... I> static auto halves_added(vec a, std::integer_sequence<int, I...>) {
    return __builtin_shufflevector(a, a, I...) + __builtin_shufflevector(a, a, (I + N / 2)...);
  }

  static bits add_bits(bits a, bits b) { return a + b; }
  static bits sub_bits(bits a, bits b) { return a - b; }
  static bits and_bits(bits a, bits b) { return a & b; }
  static bits or_bits(bits a, bits b) { return a | b; }
  static bits xor_bits(bits a, bits b) { return a ^ b; }
  static bits not_bits(bits a) { return ~a; }
  static bits shift_left(bits a, int n) { return a << n; }
  static bits shift_right(bits a, int n) { return a >> n; }
};

// Rounding where no instruction rounds: add and subtract 2^52 (2^23), which leaves the nearest whole number.
template <class T, int N> struct vector_rounding : vector_registers<T, N> {
  using base = vector_registers<T, N>;
  using typename base::mask;
  using typename base::vec;
  static constexpr T big = sizeof(T) == 8 ? T(4503599627370496.0) : T(8388608.0f);
  static vec rint_magnitude(vec m) {
    vec r = m + big;
    r -= big;
    return base::blend(base::less(m, base::broadcast(big)), r, m);
  }
  static vec rint(vec a) { return base::keep_sign(rint_magnitude(base::abs(a)), a); }
  static vec floor(vec a) {
    const vec r = rint(a);
    return base::blend(base::less(a, r), r - T(1), r);
  }
  static vec ceil(vec a) {
    const vec r = rint(a);
    return base::keep_sign(base::blend(base::less(r, a), r + T(1), r), a);
  }
  static vec trunc(vec a) {
    const vec m = base::abs(a);
    const vec r = rint_magnitude(m);
    return base::keep_sign(base::blend(base::less(m, r), r - T(1), r), a);
  }
};

}  // namespace starling
