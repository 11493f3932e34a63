// Logarithms of differences, beta functions and binomial coefficients, for numbers of any kind.
#pragma once

#include <type_traits>

#include <starling/values/gamma_function.hpp>
#include <starling/values/log.hpp>
#include <starling/values/logistic.hpp>
#include <starling/values/where.hpp>

namespace starling {

// log(eᵃ − eᵇ) for a ≥ b.
template <value A, value B> inline auto log_diff_exp(const A& a, const B& b) { return a + log1m_exp(b - a); }
inline constexpr double half_log_two_pi = 0.91893853320467274178;

// log Γ(x + 1) − (x + ½) log x + x − ½ log 2π, for x > 0: Stirling's series from 16, below by its definition.
template <value X> auto stirling_remainder(const X& x) {
  const auto r = 1.0 / x;
  const auto s = r * r;
  const auto series =
      r * (1.0 / 12 - s * (1.0 / 360 - s * (1.0 / 1260 - s * (1.0 / 1680 - s * (1.0 / 1188 - s * (691.0 / 360360))))));
  const auto small = x < X(16);
  if (!any(small)) return series;
  return where(small, lgamma(x + 1.0) - (x + 0.5) * log(x) + x - half_log_two_pi, series);
}

// log B(a, b) = log (Γ(a) Γ(b) / Γ(a + b)), without cancellation where the larger is large.
template <value A, value B> [[gnu::always_inline]] inline auto log_beta(const A& a, const B& b) {
  const auto p = min(a, b) + 0.0;
  const auto q = max(a, b) + 0.0;
  using real = std::remove_cvref_t<decltype(q)>;
  const auto large = q > real(16);
  const real direct = lgamma(p) + lgamma(q) - lgamma(p + q);
  if (!any(large)) return direct;
  const auto n = p + q;
  return real(where(large, lgamma(p) + p - p * log(n) + (q - 0.5) * log1p(-p / n) + stirling_remainder(q) - stirling_remainder(n), direct));
}
// log of n! / (k! (n − k)!).
template <value N, value K> inline auto log_choose(const N& n, const K& k) { return lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0); }

}  // namespace starling
