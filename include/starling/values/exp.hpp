// First version: lane by lane through the C library.
#pragma once

#include <starling/values/polynomial.hpp>

namespace starling {

// e^x.
template <plain_number V, class Isa = isa::native> inline promote<V> exp(V x) {
  using P = pack_for<V, Isa>;
  return as_value<promote<V>>(each_lane(P(to_real(x)), [](double t) { return __builtin_exp(t); }));
}

// e^x − 1, exact to the last places also near 0.
template <plain_number V, class Isa = isa::native> inline promote<V> expm1(V x) {
  using P = pack_for<V, Isa>;
  return as_value<promote<V>>(each_lane(P(to_real(x)), [](double t) { return __builtin_expm1(t); }));
}

}  // namespace starling
