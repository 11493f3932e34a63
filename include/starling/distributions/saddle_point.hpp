// The two pieces of which C. Loader (Fast and accurate computation of binomial probabilities, 2000) builds densities that
// lose nothing where counts and shapes are large: log Γ(x + 1) = (x + ½) log x − x + ½ log 2π + stirling_remainder(x),
// and the deviance, which takes up what would cancel.
#pragma once

#include <type_traits>

#include <starling/distributions/distribution.hpp>
#include <starling/values/differentiable.hpp>
#include <starling/values/log_functions.hpp>

namespace starling {

// log(x / m); where that quotient may under- or overflow, or its derivatives, by the logarithms, log_m() being that of m.
template <class X, class M, class LogM> auto log_quotient(const X& x, const M& m, LogM log_m) {
  const auto ratio = x / m;
  using V = primal_of<decltype(ratio)>;
  constexpr bool is_float = std::is_same_v<scalar_of<V>, float>;
  const auto lost = !both(primal(ratio) >= V(is_float ? 1e-15f : 1e-100), primal(ratio) <= V(is_float ? 1e15f : 1e100));
  const auto ordinary = log(ratio);
  if (!any(lost)) return ordinary;
  return where(lost, log(x) - log_m(), ordinary);
}

// x log(x / m) + m − x for x ≥ 0, m ≥ 0, without cancellation where x is near m; the difference x − m is given. log_m(): log m, also where m
// underflows.
template <class X, class M, class D, class LogM> auto deviance_by(const X& x, const M& m, const D& difference, LogM log_m) {
  const auto v = 0.5 * (difference / (0.5 * x + 0.5 * m));
  const auto s = v * v;
  auto tail = s * (1.0 / 17) + 1.0 / 15;
  for (const double odd : {13.0, 11.0, 9.0, 7.0, 5.0, 3.0}) tail = tail * s + 1.0 / odd;
  const auto near_series = difference * v + 2.0 * (x * v * s * tail);
  const auto near = s < decltype(s)(0.01);
  if (all(near)) return near_series;
  const auto direct = where(x == X(0), m, x * log_quotient(x, m, log_m) - difference);
  return where(near, near_series, direct);
}
template <class X, class M, class D> auto deviance_by(const X& x, const M& m, const D& difference) {
  return deviance_by(x, m, difference, [&] { return log(m); });
}
template <class X, class M, class LogM> auto deviance(const X& x, const M& m, LogM log_m) {
  return deviance_by(x, m, x - m, log_m);
}
template <class X, class M> auto deviance(const X& x, const M& m) {
  return deviance(x, m, [&] { return log(m); });
}

}  // namespace starling
