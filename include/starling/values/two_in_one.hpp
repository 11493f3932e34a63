// Two neighbouring elements of an array side by side in one register, where the machine has one twice as wide as theirs: half the
// instructions for a loop over elements of few lanes.
#pragma once

#include <type_traits>

#include <starling/values/pack.hpp>
#include <starling/values/whole.hpp>

namespace starling {

// The pack of twice as many lanes as V; void where there is none.
template <class V> struct two_in_one {
  using type = void;
};
template <> struct two_in_one<pack<double, 4, isa::avx2>> {
  using type = std::conditional_t<std::is_same_v<isa::native, isa::avx512>, pack<double, 8, isa::avx512>, void>;
};

// at[0] and at[1]: packs, whole numbers or masks.
template <class W, int N, class Isa> [[gnu::always_inline]] inline W load_two(const pack<double, N, Isa>* at) {
  return W::load(reinterpret_cast<const double*>(at));
}
template <class W, int N, class Isa> [[gnu::always_inline]] inline auto load_two(const whole<double, N, Isa>* at) {
  return whole<double, W::lanes, isa::native>::from(W::load(reinterpret_cast<const double*>(at)));
}
template <class W, int N, class Isa> [[gnu::always_inline]] inline auto load_two(const lane_mask<double, N, Isa>* at) {
  static_assert(sizeof(*at) == N * sizeof(double));  // all bits of a lane: as a number not a number, which is not 0
  return W::load(reinterpret_cast<const double*>(at)) != W(0.0);
}
// x in all of W: twice, where W is two of x in one.
template <class W, class V> W in_pack(const V& x) {
  if constexpr (std::is_same_v<W, typename two_in_one<V>::type>) {
    const V both[2] = {x, x};
    return load_two<W>(both);
  } else {
    return W(x);
  }
}
// The sum of the two elements in w.
template <class V, class W> V sum_of_two(const W& w) {
  V both[2];
  w.store(reinterpret_cast<double*>(both));
  return both[0] + both[1];
}

}  // namespace starling
