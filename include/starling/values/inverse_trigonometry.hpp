// Angles from their sine, their cosine, or a point in the plane: all by atan, whose argument is made without cancellation.
#pragma once

#include <starling/values/trigonometry.hpp>

namespace starling {

template <class P> [[gnu::always_inline]] inline P asin_lanes(P x) {
  return atan_lanes(x / sqrt((P(1) - x) * (P(1) + x)));
}
template <class P> [[gnu::always_inline]] inline P acos_lanes(P x) {
  return P(2) * atan_lanes(sqrt((P(1) - x) / (P(1) + x)));
}
// As in C: zeros and infinities have signs, and angles of their own.
template <class P> [[gnu::always_inline]] inline P atan2_lanes(P y, P x) {
  using T = typename P::value_type;
  const P rise = abs(y), run = abs(x);
  const auto none = rise == P(0), same = (rise == run) & !none;  // 0/0 is no slope, and ∞/∞ is 1
  const P angle = atan_lanes(where(none, P(0), where(same, P(1), rise / run)));
  const auto left = copysign(P(1), x) < P(0);
  const P behind = P(T(3.141592653589793)) - (angle - constant<P>(1.2246467991473532e-16, -8.74227766e-08f));
  return where((x != x) | (y != y), x + y, copysign(where(left, behind, angle), y));
}

// The angle in [−π/2, π/2] whose sine is x; NaN outside [−1, 1].
template <plain_number V, class Isa = isa::native> inline promote<V> asin(V x) {
  return by_lanes<V, Isa>(x, [](auto y) { return asin_lanes(y); });
}
// The angle in [0, π] whose cosine is x; NaN outside [−1, 1].
template <plain_number V, class Isa = isa::native> inline promote<V> acos(V x) {
  return by_lanes<V, Isa>(x, [](auto y) { return acos_lanes(y); });
}
// The angle in [−π, π] of the point (x, y), from the positive x-axis.
template <plain_number A, plain_number B, class Isa = isa::native> inline promote<A, B> atan2(A y, B x) {
  using P = pack_for<promote<A, B>, Isa>;
  return as_value<promote<A, B>>(atan2_lanes(P(to_real(y)), P(to_real(x))));
}

}  // namespace starling
