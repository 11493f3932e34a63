// x86-64's baseline: 2 doubles or 4 floats, no fused multiply-add, no rounding instruction. Comparisons are instructions that g++ does not see
// through: of a mask that it joins over branches it makes a comparison of 64-bit whole numbers, which SSE2 lacks, and stops with an internal
// error (12.2, in gimple_expand_vec_cond_expr).
#pragma once

#include <starling/values/registers_vector.hpp>

namespace starling {

template <> struct registers<double, 2, isa::sse2> : vector_rounding<double, 2> {
  static vec fma(vec a, vec b, vec c) {
    for (int i = 0; i < 2; ++i) a[i] = __builtin_fma(a[i], b[i], c[i]);
    return a;
  }
  static vec multiply_add(vec a, vec b, vec c) { return a * b + c; }
  static vec sqrt(vec a) { return __builtin_ia32_sqrtpd(a); }
  static vec min(vec a, vec b) { return __builtin_ia32_minpd(b, a); }
  static vec max(vec a, vec b) { return __builtin_ia32_maxpd(b, a); }
  static mask less(vec a, vec b) { return (mask)__builtin_ia32_cmpltpd(a, b); }
  static mask less_equal(vec a, vec b) { return (mask)__builtin_ia32_cmplepd(a, b); }
  static mask equal(vec a, vec b) { return (mask)__builtin_ia32_cmpeqpd(a, b); }
  static mask not_equal(vec a, vec b) { return (mask)__builtin_ia32_cmpneqpd(a, b); }
  static std::uint64_t mask_bits(mask m) { return static_cast<std::uint64_t>(__builtin_ia32_movmskpd((vec)m)); }
  static bool any(mask m) { return mask_bits(m) != 0; }
  static bool all(mask m) { return mask_bits(m) == 3; }
  static bits multiply_halves(bits a, bits b) { return (a & 0xffffffffu) * (b & 0xffffffffu); }
};

template <> struct registers<float, 4, isa::sse2> : vector_rounding<float, 4> {
  static vec fma(vec a, vec b, vec c) {
    for (int i = 0; i < 4; ++i) a[i] = __builtin_fmaf(a[i], b[i], c[i]);
    return a;
  }
  static vec multiply_add(vec a, vec b, vec c) { return a * b + c; }
  static vec sqrt(vec a) { return __builtin_ia32_sqrtps(a); }
  static vec min(vec a, vec b) { return __builtin_ia32_minps(b, a); }
  static vec max(vec a, vec b) { return __builtin_ia32_maxps(b, a); }
  static mask less(vec a, vec b) { return (mask)__builtin_ia32_cmpltps(a, b); }
  static mask less_equal(vec a, vec b) { return (mask)__builtin_ia32_cmpleps(a, b); }
  static mask equal(vec a, vec b) { return (mask)__builtin_ia32_cmpeqps(a, b); }
  static mask not_equal(vec a, vec b) { return (mask)__builtin_ia32_cmpneqps(a, b); }
  static std::uint64_t mask_bits(mask m) { return static_cast<std::uint64_t>(__builtin_ia32_movmskps((vec)m)); }
  static bool any(mask m) { return mask_bits(m) != 0; }
  static bool all(mask m) { return mask_bits(m) == 15; }
};

}  // namespace starling
