// AVX2 with FMA: 4 doubles or 8 floats.
#pragma once

#include <starling/values/registers_vector.hpp>

namespace starling {

template <> struct registers<double, 4, isa::avx2> : vector_registers<double, 4> {
  static vec fma(vec a, vec b, vec c) { return __builtin_ia32_vfmaddpd256(a, b, c); }
  static vec multiply_add(vec a, vec b, vec c) { return __builtin_ia32_vfmaddpd256(a, b, c); }
  static vec sqrt(vec a) { return __builtin_ia32_sqrtpd256(a); }
  static vec min(vec a, vec b) { return __builtin_ia32_minpd256(b, a); }
  static vec max(vec a, vec b) { return __builtin_ia32_maxpd256(b, a); }
  static vec rint(vec a) { return __builtin_ia32_roundpd256(a, 8); }
  static vec floor(vec a) { return __builtin_ia32_roundpd256(a, 9); }
  static vec ceil(vec a) { return __builtin_ia32_roundpd256(a, 10); }
  static vec trunc(vec a) { return __builtin_ia32_roundpd256(a, 11); }
  static vec blend(mask m, vec a, vec b) { return __builtin_ia32_blendvpd256(b, a, (vec)m); }
  static bits blend_bits(mask m, bits a, bits b) { return (bits)blend(m, (vec)a, (vec)b); }
  static vec load_first(const double* p, int count) {
    const mask m = mask{0, 1, 2, 3} < count - mask{};
    typedef long long longs __attribute__((vector_size(32)));
    return blend(m, __builtin_ia32_maskloadpd256((const vec*)p, (longs)m), broadcast(p[count - 1]));
  }
  static mask mask_from_sign(bits a) { return (mask)a; }  // blends and mask_bits read the sign alone
  static std::uint64_t mask_bits(mask m) { return static_cast<std::uint64_t>(__builtin_ia32_movmskpd256((vec)m)); }
  static bool any(mask m) { return mask_bits(m) != 0; }
  static bool all(mask m) { return mask_bits(m) == 15; }
  static bits multiply_halves(bits a, bits b) {
#if defined(__clang__)
    return (a & 0xffffffffu) * (b & 0xffffffffu);
#else
    typedef int ints __attribute__((vector_size(32)));
    return (bits)__builtin_ia32_pmuludq256((ints)a, (ints)b);
#endif
  }
};

template <> struct registers<float, 8, isa::avx2> : vector_registers<float, 8> {
  static vec fma(vec a, vec b, vec c) { return __builtin_ia32_vfmaddps256(a, b, c); }
  static vec multiply_add(vec a, vec b, vec c) { return __builtin_ia32_vfmaddps256(a, b, c); }
  static vec sqrt(vec a) { return __builtin_ia32_sqrtps256(a); }
  static vec min(vec a, vec b) { return __builtin_ia32_minps256(b, a); }
  static vec max(vec a, vec b) { return __builtin_ia32_maxps256(b, a); }
  static vec rint(vec a) { return __builtin_ia32_roundps256(a, 8); }
  static vec floor(vec a) { return __builtin_ia32_roundps256(a, 9); }
  static vec ceil(vec a) { return __builtin_ia32_roundps256(a, 10); }
  static vec trunc(vec a) { return __builtin_ia32_roundps256(a, 11); }
  static vec blend(mask m, vec a, vec b) { return __builtin_ia32_blendvps256(b, a, (vec)m); }
  static bits blend_bits(mask m, bits a, bits b) { return (bits)blend(m, (vec)a, (vec)b); }
  static vec load_first(const float* p, int count) {
    const mask m = mask{0, 1, 2, 3, 4, 5, 6, 7} < count - mask{};
    return blend(m, __builtin_ia32_maskloadps256((const vec*)p, m), broadcast(p[count - 1]));
  }
  static mask mask_from_sign(bits a) { return (mask)a; }  // blends and mask_bits read the sign alone
  static std::uint64_t mask_bits(mask m) { return static_cast<std::uint64_t>(__builtin_ia32_movmskps256((vec)m)); }
  static bool any(mask m) { return mask_bits(m) != 0; }
  static bool all(mask m) { return mask_bits(m) == 255; }
};

}  // namespace starling
