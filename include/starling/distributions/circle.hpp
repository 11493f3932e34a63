// What distributions of angles in [−π, π] share.
#pragma once

#include <starling/distributions/distribution.hpp>
#include <starling/distributions/inner_numbers.hpp>
#include <starling/distributions/supports.hpp>
#include <starling/values/derivatives.hpp>
#include <starling/values/inverse_trigonometry.hpp>
#include <starling/values/trigonometry.hpp>

namespace starling {

inline constexpr double pi = 3.14159265358979323846, two_pi = 6.28318530717958647693;

// A location, brought to [−π, π] where turns of the doubles' 2π would no longer meet it.
template <class L> L near_angle(const L& location) {
  const auto far = abs(primal(location)) > primal_of<L>(1e4);
  if (!any(far)) return location;
  const auto p = primal(location);
  const auto reduced = atan2(sin(p), cos(p));
  return where(far, with_slope(location, reduced, primal_of<L>(1)), location);
}

inline auto angles() { return interval{-pi, pi}; }

// (x − location) / 2, whose sine is right however large the location is: a location far out is first brought near 0.
template <class X, class L> auto half_turn(const X& x, const L& location) { return 0.5 * (x - near_angle(location)); }
// An angle brought to [−π, π] by whole turns.
template <class X> auto wrapped(const X& x) { return x - two_pi * rint(x / two_pi); }
// The same of a draw, which rounding must not take outside.
template <class V> V wrapped_draw(const V& x) { return max(min(V(wrapped(x)), V(pi)), V(-pi)); }

}  // namespace starling
