// Numbers of twice the precision as unevaluated sums (T. J. Dekker, Numerische Mathematik 18, 1971).
#pragma once

#include <starling/values/where.hpp>

namespace starling {

template <class P> struct high_and_low {
  P high, low;
};

// a + b exactly, for |a| ≥ |b|.
template <class P> [[gnu::always_inline]] inline high_and_low<P> fast_two_sum(P a, P b) {
  const P s = a + b;
  return {s, b - (s - a)};
}
// a · b exactly, while nothing over- or underflows.
template <class T, int N, class Isa>
[[gnu::always_inline]] inline high_and_low<pack<T, N, Isa>> two_product(pack<T, N, Isa> a, pack<T, N, Isa> b) {
  using P = pack<T, N, Isa>;
  const P p = a * b;
  if constexpr (isa::fast_fma<Isa>) {
    return {p, multiply_add(a, b, -p)};
  } else {
    constexpr word_of<T> top = sizeof(T) == 8 ? word_of<T>(0xfffffffff8000000u) : word_of<T>(0xfffff000u);  // 26 (12) bits of fraction
    const lane_bits<T, N, Isa> keep(top);
    const P ah = from_bits(to_bits(a) & keep), al = a - ah, bh = from_bits(to_bits(b) & keep), bl = b - bh;
    return {p, ((ah * bh - p) + ah * bl + al * bh) + al * bl};
  }
}

}  // namespace starling
