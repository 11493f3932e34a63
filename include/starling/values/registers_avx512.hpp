// AVX-512 (F, DQ, VL): 8 doubles or 16 floats. A mask is a bit per lane, in a mask register.
#pragma once

#include <starling/values/registers_vector.hpp>

namespace starling {

// Masks as integers of one bit a lane; Word is as wide as there are lanes.
template <class T, int N, class Word> struct bitmask_registers : vector_registers<T, N> {
  using mask = Word;
  static mask broadcast_mask(bool b) { return static_cast<mask>(b ? ~0u : 0u); }
  static mask mask_from_bits(std::uint64_t b) { return static_cast<mask>(b); }
  static std::uint64_t mask_bits(mask m) { return m; }
  static mask mask_and(mask a, mask b) { return static_cast<mask>(a & b); }
  static mask mask_or(mask a, mask b) { return static_cast<mask>(a | b); }
  static mask mask_xor(mask a, mask b) { return static_cast<mask>(a ^ b); }
  static mask mask_not(mask a) { return static_cast<mask>(~a); }
  static bool any(mask m) { return m != 0; }
  static bool all(mask m) { return m == static_cast<mask>(~0u); }
};

// Immediates of the compare and round instructions; 4 means "the current rounding direction".
template <> struct registers<double, 8, isa::avx512> : bitmask_registers<double, 8, unsigned char> {
  static constexpr mask full = 0xff;
  static vec fma(vec a, vec b, vec c) { return __builtin_ia32_vfmaddpd512_mask(a, b, c, full, 4); }
  static vec multiply_add(vec a, vec b, vec c) { return fma(a, b, c); }
  // a · 2^b, rounded once; the exponent of a as a number (−∞ at 0); its fraction in [1, 2) (1 at ±0 and ∞, NaN below 0).
  static vec scale(vec a, vec b) { return __builtin_ia32_scalefpd512_mask(a, b, a, full, 4); }
  static vec exponent(vec a) { return __builtin_ia32_getexppd512_mask(a, a, full, 4); }
  static vec fraction(vec a) { return __builtin_ia32_getmantpd512_mask(a, 12, a, full, 4); }
  static vec load_first(const double* p, int count) {
    return __builtin_ia32_loadupd512_mask(p, vector_registers::broadcast(p[count - 1]), static_cast<mask>((1u << count) - 1));
  }
  static mask mask_from_sign(bits a) {
    typedef long long longs __attribute__((vector_size(64)));
    return static_cast<mask>(__builtin_ia32_cvtq2mask512((longs)a));
  }
  static vec rint(vec a) { return __builtin_ia32_rndscalepd_mask(a, 8, a, full, 4); }
  static vec floor(vec a) { return __builtin_ia32_rndscalepd_mask(a, 9, a, full, 4); }
  static vec ceil(vec a) { return __builtin_ia32_rndscalepd_mask(a, 10, a, full, 4); }
  static vec trunc(vec a) { return __builtin_ia32_rndscalepd_mask(a, 11, a, full, 4); }
  static mask less(vec a, vec b) { return static_cast<mask>(__builtin_ia32_cmppd512_mask(a, b, 17, full, 4)); }
  static mask less_equal(vec a, vec b) { return static_cast<mask>(__builtin_ia32_cmppd512_mask(a, b, 18, full, 4)); }
  static mask equal(vec a, vec b) { return static_cast<mask>(__builtin_ia32_cmppd512_mask(a, b, 0, full, 4)); }
  static mask not_equal(vec a, vec b) { return static_cast<mask>(__builtin_ia32_cmppd512_mask(a, b, 4, full, 4)); }
#if defined(__clang__)
  static vec sqrt(vec a) { return __builtin_ia32_sqrtpd512(a, 4); }
  static vec min(vec a, vec b) { return __builtin_ia32_minpd512(b, a, 4); }
  static vec max(vec a, vec b) { return __builtin_ia32_maxpd512(b, a, 4); }
  static vec blend(mask m, vec a, vec b) { return __builtin_ia32_selectpd_512(m, a, b); }
  static bits multiply_halves(bits a, bits b) { return (a & 0xffffffffu) * (b & 0xffffffffu); }
#else
  static vec sqrt(vec a) { return __builtin_ia32_sqrtpd512_mask(a, a, full, 4); }
  static vec min(vec a, vec b) { return __builtin_ia32_minpd512_mask(b, a, a, full, 4); }
  static vec max(vec a, vec b) { return __builtin_ia32_maxpd512_mask(b, a, a, full, 4); }
  static vec blend(mask m, vec a, vec b) { return __builtin_ia32_blendmpd_512_mask(b, a, m); }
  static bits multiply_halves(bits a, bits b) {
    typedef int ints __attribute__((vector_size(64)));
    typedef long long longs __attribute__((vector_size(64)));
    return (bits)__builtin_ia32_pmuludq512_mask((ints)a, (ints)b, longs{}, full);
  }
#endif
  static bits blend_bits(mask m, bits a, bits b) { return (bits)blend(m, (vec)a, (vec)b); }
};

template <> struct registers<float, 16, isa::avx512> : bitmask_registers<float, 16, unsigned short> {
  static constexpr mask full = 0xffff;
  static vec fma(vec a, vec b, vec c) { return __builtin_ia32_vfmaddps512_mask(a, b, c, full, 4); }
  static vec multiply_add(vec a, vec b, vec c) { return fma(a, b, c); }
  // a · 2^b, rounded once; the exponent of a as a number (−∞ at 0); its fraction in [1, 2) (1 at ±0 and ∞, NaN below 0).
  static vec scale(vec a, vec b) { return __builtin_ia32_scalefps512_mask(a, b, a, full, 4); }
  static vec exponent(vec a) { return __builtin_ia32_getexpps512_mask(a, a, full, 4); }
  static vec fraction(vec a) { return __builtin_ia32_getmantps512_mask(a, 12, a, full, 4); }
  static vec load_first(const float* p, int count) {
    return __builtin_ia32_loadups512_mask(p, vector_registers::broadcast(p[count - 1]), static_cast<mask>((1u << count) - 1));
  }
  static mask mask_from_sign(bits a) {
    typedef int ints __attribute__((vector_size(64)));
    return static_cast<mask>(__builtin_ia32_cvtd2mask512((ints)a));
  }
  static vec rint(vec a) { return __builtin_ia32_rndscaleps_mask(a, 8, a, full, 4); }
  static vec floor(vec a) { return __builtin_ia32_rndscaleps_mask(a, 9, a, full, 4); }
  static vec ceil(vec a) { return __builtin_ia32_rndscaleps_mask(a, 10, a, full, 4); }
  static vec trunc(vec a) { return __builtin_ia32_rndscaleps_mask(a, 11, a, full, 4); }
  static mask less(vec a, vec b) { return static_cast<mask>(__builtin_ia32_cmpps512_mask(a, b, 17, full, 4)); }
  static mask less_equal(vec a, vec b) { return static_cast<mask>(__builtin_ia32_cmpps512_mask(a, b, 18, full, 4)); }
  static mask equal(vec a, vec b) { return static_cast<mask>(__builtin_ia32_cmpps512_mask(a, b, 0, full, 4)); }
  static mask not_equal(vec a, vec b) { return static_cast<mask>(__builtin_ia32_cmpps512_mask(a, b, 4, full, 4)); }
#if defined(__clang__)
  static vec sqrt(vec a) { return __builtin_ia32_sqrtps512(a, 4); }
  static vec min(vec a, vec b) { return __builtin_ia32_minps512(b, a, 4); }
  static vec max(vec a, vec b) { return __builtin_ia32_maxps512(b, a, 4); }
  static vec blend(mask m, vec a, vec b) { return __builtin_ia32_selectps_512(m, a, b); }
#else
  static vec sqrt(vec a) { return __builtin_ia32_sqrtps512_mask(a, a, full, 4); }
  static vec min(vec a, vec b) { return __builtin_ia32_minps512_mask(b, a, a, full, 4); }
  static vec max(vec a, vec b) { return __builtin_ia32_maxps512_mask(b, a, a, full, 4); }
  static vec blend(mask m, vec a, vec b) { return __builtin_ia32_blendmps_512_mask(b, a, m); }
#endif
  static bits blend_bits(mask m, bits a, bits b) { return (bits)blend(m, (vec)a, (vec)b); }
};

}  // namespace starling
