// First version: lane by lane through the C library.
#pragma once

#include <starling/values/polynomial.hpp>

namespace starling {

// The hyperbolic tangent.
template <plain_number V, class Isa = isa::native> inline promote<V> tanh(V x) {
  using P = pack_for<V, Isa>;
  return as_value<promote<V>>(each_lane(P(to_real(x)), [](double t) { return __builtin_tanh(t); }));
}

}  // namespace starling
