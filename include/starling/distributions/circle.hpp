// What distributions of angles in [−π, π] share.
#pragma once

#include <starling/distributions/distribution.hpp>
#include <starling/distributions/supports.hpp>

namespace starling {

inline constexpr double pi = 3.14159265358979323846, two_pi = 6.28318530717958647693;

inline auto angles() { return interval{-pi, pi}; }

// An angle brought to [−π, π] by whole turns.
template <class X> auto wrapped(const X& x) { return x - two_pi * rint(x / two_pi); }
// The same of a draw, which rounding must not take outside.
template <class V> V wrapped_draw(const V& x) { return max(min(V(wrapped(x)), V(pi)), V(-pi)); }

}  // namespace starling
