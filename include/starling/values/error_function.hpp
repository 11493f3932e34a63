// First version: lane by lane through the C library.
#pragma once

#include <starling/values/polynomial.hpp>

namespace starling {

// The error function, 2/√π ∫₀ˣ exp(−t²) dt.
template <plain_number V, class Isa = isa::native> inline promote<V> erf(V x) {
  using P = pack_for<V, Isa>;
  return as_value<promote<V>>(each_lane(P(to_real(x)), [](double t) { return __builtin_erf(t); }));
}

// 1 − erf(x), exact to the last places also where it is tiny.
template <plain_number V, class Isa = isa::native> inline promote<V> erfc(V x) {
  using P = pack_for<V, Isa>;
  return as_value<promote<V>>(each_lane(P(to_real(x)), [](double t) { return __builtin_erfc(t); }));
}

}  // namespace starling
