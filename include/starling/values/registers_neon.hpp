// AArch64's baseline: 2 doubles or 4 floats, with a fused multiply-add.
#pragma once

#include <starling/values/registers_vector.hpp>

namespace starling {

template <class T, int N> struct neon_registers : vector_rounding<T, N> {
  using base = vector_rounding<T, N>;
  using typename base::bits;
  using typename base::mask;
  using typename base::vec;
  using lane = scalar_registers<T, isa::neon>;
  static vec fma(vec a, vec b, vec c) {
    for (int i = 0; i < N; ++i) a[i] = lane::fma(a[i], b[i], c[i]);
    return a;
  }
  static vec multiply_add(vec a, vec b, vec c) { return fma(a, b, c); }
  static vec sqrt(vec a) {
    for (int i = 0; i < N; ++i) a[i] = lane::sqrt(a[i]);
    return a;
  }
  static vec min(vec a, vec b) { return base::blend(base::less(b, a), b, a); }
  static vec max(vec a, vec b) { return base::blend(base::less(a, b), b, a); }
  static std::uint64_t mask_bits(mask m) {
    std::uint64_t r = 0;
    for (int i = 0; i < N; ++i) r |= std::uint64_t(m[i] & 1) << i;
    return r;
  }
  static bool any(mask m) { return mask_bits(m) != 0; }
  static bool all(mask m) { return mask_bits(m) == (std::uint64_t(1) << N) - 1; }
  static bits multiply_halves(bits a, bits b) { return (a & 0xffffffffu) * (b & 0xffffffffu); }
};

template <> struct registers<double, 2, isa::neon> : neon_registers<double, 2> {};
template <> struct registers<float, 4, isa::neon> : neon_registers<float, 4> {};

}  // namespace starling
