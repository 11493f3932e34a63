// Any number of lanes as a plain array, every primitive a loop over the one-lane primitive.
#pragma once

#include <cstdint>

#include <starling/values/registers_scalar.hpp>

namespace starling {

template <class T, int N> struct registers<T, N, isa::portable> {
  using lane = registers<T, 1, isa::portable>;
  using word = word_of<T>;
  struct vec {
    T at[N];
  };
  struct mask {
    bool at[N];
  };
  struct bits {
    word at[N];
  };

  template <class Out, class F> static Out each(F f) {
    Out r;
    for (int i = 0; i < N; ++i) r.at[i] = f(i);
    return r;
  }

  static vec broadcast(T x) {
    return each<vec>([&](int) { return x; });
  }
  static vec load(const T* p) {
    return each<vec>([&](int i) { return p[i]; });
  }
  static void store(T* p, vec a) {
    for (int i = 0; i < N; ++i) p[i] = a.at[i];
  }
  static T get(const vec& a, int i) { return a.at[i]; }
  static void set(vec& a, int i, T x) { a.at[i] = x; }
  static bits broadcast_bits(word x) {
    return each<bits>([&](int) { return x; });
  }
  static word get_bits(const bits& a, int i) { return a.at[i]; }
  static void set_bits(bits& a, int i, word x) { a.at[i] = x; }
  static bits to_bits(vec a) { return __builtin_bit_cast(bits, a); }
  static vec from_bits(bits a) { return __builtin_bit_cast(vec, a); }

  static vec add(vec a, vec b) {
    return each<vec>([&](int i) { return a.at[i] + b.at[i]; });
  }
  static vec sub(vec a, vec b) {
    return each<vec>([&](int i) { return a.at[i] - b.at[i]; });
  }
  static vec mul(vec a, vec b) {
    return each<vec>([&](int i) { return a.at[i] * b.at[i]; });
  }
  static vec div(vec a, vec b) {
    return each<vec>([&](int i) { return a.at[i] / b.at[i]; });
  }
  static vec neg(vec a) {
    return each<vec>([&](int i) { return -a.at[i]; });
  }
  static vec fma(vec a, vec b, vec c) {
    return each<vec>([&](int i) { return lane::fma(a.at[i], b.at[i], c.at[i]); });
  }
  static vec multiply_add(vec a, vec b, vec c) {
    return each<vec>([&](int i) { return lane::multiply_add(a.at[i], b.at[i], c.at[i]); });
  }
  static vec sqrt(vec a) {
    return each<vec>([&](int i) { return lane::sqrt(a.at[i]); });
  }
  static vec abs(vec a) {
    return each<vec>([&](int i) { return lane::abs(a.at[i]); });
  }
  static vec min(vec a, vec b) {
    return each<vec>([&](int i) { return lane::min(a.at[i], b.at[i]); });
  }
  static vec max(vec a, vec b) {
    return each<vec>([&](int i) { return lane::max(a.at[i], b.at[i]); });
  }
  static vec rint(vec a) {
    return each<vec>([&](int i) { return lane::rint(a.at[i]); });
  }
  static vec floor(vec a) {
    return each<vec>([&](int i) { return lane::floor(a.at[i]); });
  }
  static vec ceil(vec a) {
    return each<vec>([&](int i) { return lane::ceil(a.at[i]); });
  }
  static vec trunc(vec a) {
    return each<vec>([&](int i) { return lane::trunc(a.at[i]); });
  }

  static mask less(vec a, vec b) {
    return each<mask>([&](int i) { return a.at[i] < b.at[i]; });
  }
  static mask less_equal(vec a, vec b) {
    return each<mask>([&](int i) { return a.at[i] <= b.at[i]; });
  }
  static mask equal(vec a, vec b) {
    return each<mask>([&](int i) { return a.at[i] == b.at[i]; });
  }
  static mask not_equal(vec a, vec b) {
    return each<mask>([&](int i) { return a.at[i] != b.at[i]; });
  }
  static vec blend(mask m, vec a, vec b) {
    return each<vec>([&](int i) { return m.at[i] ? a.at[i] : b.at[i]; });
  }
  static bits blend_bits(mask m, bits a, bits b) {
    return each<bits>([&](int i) { return m.at[i] ? a.at[i] : b.at[i]; });
  }

  static mask broadcast_mask(bool b) {
    return each<mask>([&](int) { return b; });
  }
  static mask mask_from_bits(std::uint64_t b) {
    return each<mask>([&](int i) { return ((b >> i) & 1) != 0; });
  }
  static std::uint64_t mask_bits(mask m) {
    std::uint64_t r = 0;
    for (int i = 0; i < N; ++i) r |= std::uint64_t(m.at[i]) << i;
    return r;
  }
  static mask mask_and(mask a, mask b) {
    return each<mask>([&](int i) { return a.at[i] && b.at[i]; });
  }
  static mask mask_or(mask a, mask b) {
    return each<mask>([&](int i) { return a.at[i] || b.at[i]; });
  }
  static mask mask_xor(mask a, mask b) {
    return each<mask>([&](int i) { return a.at[i] != b.at[i]; });
  }
  static mask mask_not(mask a) {
    return each<mask>([&](int i) { return !a.at[i]; });
  }
  static bool any(mask m) {
    bool r = false;
    for (int i = 0; i < N; ++i) r = r || m.at[i];
    return r;
  }
  static bool all(mask m) {
    bool r = true;
    for (int i = 0; i < N; ++i) r = r && m.at[i];
    return r;
  }

  static bits add_bits(bits a, bits b) {
    return each<bits>([&](int i) { return a.at[i] + b.at[i]; });
  }
  static bits sub_bits(bits a, bits b) {
    return each<bits>([&](int i) { return a.at[i] - b.at[i]; });
  }
  static bits and_bits(bits a, bits b) {
    return each<bits>([&](int i) { return a.at[i] & b.at[i]; });
  }
  static bits or_bits(bits a, bits b) {
    return each<bits>([&](int i) { return a.at[i] | b.at[i]; });
  }
  static bits xor_bits(bits a, bits b) {
    return each<bits>([&](int i) { return a.at[i] ^ b.at[i]; });
  }
  static bits not_bits(bits a) {
    return each<bits>([&](int i) { return ~a.at[i]; });
  }
  static bits shift_left(bits a, int n) {
    return each<bits>([&](int i) { return a.at[i] << n; });
  }
  static bits shift_right(bits a, int n) {
    return each<bits>([&](int i) { return a.at[i] >> n; });
  }
  static bits multiply_halves(bits a, bits b) {
    return each<bits>([&](int i) { return lane::multiply_halves(a.at[i], b.at[i]); });
  }
};

}  // namespace starling
