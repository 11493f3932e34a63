// First version: lane by lane through the C library.
#pragma once

#include <starling/values/polynomial.hpp>

namespace starling {

// The natural logarithm: −∞ at 0, NaN below.
template <plain_number V, class Isa = isa::native> inline promote<V> log(V x) {
  using P = pack_for<V, Isa>;
  return as_value<promote<V>>(each_lane(P(to_real(x)), [](double t) { return __builtin_log(t); }));
}

// log(1 + x), exact to the last places also near 0.
template <plain_number V, class Isa = isa::native> inline promote<V> log1p(V x) {
  using P = pack_for<V, Isa>;
  return as_value<promote<V>>(each_lane(P(to_real(x)), [](double t) { return __builtin_log1p(t); }));
}

}  // namespace starling
