// First version: lane by lane through the C library.
#pragma once

#include <starling/values/polynomial.hpp>

namespace starling {

// The sine of x radians.
template <plain_number V, class Isa = isa::native> inline promote<V> sin(V x) {
  using P = pack_for<V, Isa>;
  return as_value<promote<V>>(each_lane(P(to_real(x)), [](double t) { return __builtin_sin(t); }));
}

// The cosine of x radians.
template <plain_number V, class Isa = isa::native> inline promote<V> cos(V x) {
  using P = pack_for<V, Isa>;
  return as_value<promote<V>>(each_lane(P(to_real(x)), [](double t) { return __builtin_cos(t); }));
}

// The tangent of x radians.
template <plain_number V, class Isa = isa::native> inline promote<V> tan(V x) {
  using P = pack_for<V, Isa>;
  return as_value<promote<V>>(each_lane(P(to_real(x)), [](double t) { return __builtin_tan(t); }));
}

// The angle in (−π/2, π/2) whose tangent is x.
template <plain_number V, class Isa = isa::native> inline promote<V> atan(V x) {
  using P = pack_for<V, Isa>;
  return as_value<promote<V>>(each_lane(P(to_real(x)), [](double t) { return __builtin_atan(t); }));
}

// Sine and cosine of x radians.
template <class V> struct sine_and_cosine { V sine, cosine; };
template <plain_number V, class Isa = isa::native> inline sine_and_cosine<promote<V>> sincos(V x) { return {sin(x), cos(x)}; }

}  // namespace starling
