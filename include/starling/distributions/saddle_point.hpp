// The two pieces of which C. Loader (Fast and accurate computation of binomial probabilities, 2000) builds densities that
// lose nothing where counts and shapes are large: log Γ(x + 1) = (x + ½) log x − x + ½ log 2π + stirling_remainder(x),
// and the deviance, which takes up what would cancel.
#pragma once

#include <starling/distributions/distribution.hpp>
#include <starling/values/gamma_function.hpp>
#include <starling/values/log.hpp>

namespace starling {

inline constexpr double half_log_two_pi = 0.91893853320467274178;

// log Γ(x + 1) − (x + ½) log x + x − ½ log 2π, for x > 0: Stirling's series from 16, below by its definition.
template <class X> auto stirling_remainder(const X& x) {
  const auto r = 1.0 / x;
  const auto s = r * r;
  const auto series =
      r * (1.0 / 12 - s * (1.0 / 360 - s * (1.0 / 1260 - s * (1.0 / 1680 - s * (1.0 / 1188 - s * (691.0 / 360360))))));
  const auto small = x < X(16);
  if (!any(small)) return series;
  return where(small, lgamma(x + 1.0) - (x + 0.5) * log(x) + x - half_log_two_pi, series);
}

// x log(x / m) + m − x for x ≥ 0, m ≥ 0, without cancellation where x is near m.
template <class X, class M> auto deviance(const X& x, const M& m) {
  const auto difference = x - m;
  const auto v = difference / (x + m);
  const auto s = v * v;
  auto tail = s * (1.0 / 17) + 1.0 / 15;
  for (const double odd : {13.0, 11.0, 9.0, 7.0, 5.0, 3.0}) tail = tail * s + 1.0 / odd;
  const auto near_series = difference * v + 2.0 * x * v * s * tail;
  const auto near = s < decltype(s)(0.01);
  if (all(near)) return near_series;
  const auto direct = where(x == X(0), m, x * log(x / m) - difference);
  return where(near, near_series, direct);
}

}  // namespace starling
