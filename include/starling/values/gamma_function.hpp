// First version: lane by lane through the C library.
#pragma once

#include <starling/values/polynomial.hpp>

namespace starling {

// log |Γ(x)|: +∞ at 0, −1, −2, ….
template <plain_number V, class Isa = isa::native> inline promote<V> lgamma(V x) {
  using P = pack_for<V, Isa>;
  return as_value<promote<V>>(each_lane(P(to_real(x)), [](double t) { return __builtin_lgamma(t); }));
}

inline double digamma_of_double(double x) {
  if (x != x || x == __builtin_inf()) return x;
  if (x <= 0) {
    if (x == __builtin_floor(x)) return __builtin_nan("");
    const double f = x - __builtin_floor(x);
    return digamma_of_double(1 - x) - 3.14159265358979323846 / __builtin_tan(3.14159265358979323846 * f);
  }
  double shift = 0;
  while (x < 10) shift += 1 / x, x += 1;
  const double y = 1 / (x * x);
  const double series = y * (1.0 / 12 - y * (1.0 / 120 - y * (1.0 / 252 - y * (1.0 / 240 - y * (1.0 / 132 - y * (691.0 / 32760 - y / 12))))));
  return __builtin_log(x) - 0.5 / x - series - shift;
}
// The derivative of log Γ(x): NaN at 0, −1, −2, ….
template <plain_number V, class Isa = isa::native> inline promote<V> digamma(V x) {
  using P = pack_for<V, Isa>;
  return as_value<promote<V>>(each_lane(P(to_real(x)), [](double t) { return digamma_of_double(t); }));
}

}  // namespace starling
