// Both tails of the standard normal distribution, its quantile from them, and the logarithm of an interval's probability.
#pragma once

#include <type_traits>

#include <starling/distributions/following_draws.hpp>
#include <starling/distributions/probabilities.hpp>
#include <starling/values/derivatives.hpp>
#include <starling/values/normal_functions.hpp>

namespace starling {

template <class Z> auto normal_tails(const Z& z) { return log_tails{log_normal_cdf(z), log_normal_cdf(-z)}; }

// The z with log P(Z ≤ z) = tails.below: where the smaller tail underflows, by Newton's steps on its logarithm.
template <class V> V normal_quantile_of(const log_tails<V>& tails) {
  const auto upper = tails.above < tails.below;
  const V smaller = where(upper, tails.above, tails.below);
  const V least(sizeof(scalar_of<V>) == 8 ? -690.0 : -80.0);
  V z = normal_quantile(exp(max(smaller, least)));
  const auto far = smaller < least;
  if (any(far)) {
    const V t = where(far, smaller, least);
    V guess = -sqrt(-2.0 * t - log(-2.0 * t) - 1.83787706640934548356);
    for (int step = 0; step < 3; ++step) guess = guess - (log_normal_cdf(guess) - t) / normal_hazard_below(guess);
    z = where(far, where(t > V(negative_infinity), guess, t), z);
  }
  return where(upper, -z, z);
}

// log P(a < Z < b) for a < b, from the tail in which both lie; where these nearly cancel, from the density about the middle.
template <class A, class B> auto log_normal_interval(const A& a, const B& b) {
  const auto mirrored = a > A(0);
  const auto upper = log_normal_cdf(where(mirrored, -a, b));
  const auto lower = log_normal_cdf(where(mirrored, -b, a));
  const auto from_tails = upper + log1m_exp(lower - upper);
  const auto narrow = lower - upper > -0.5;
  if (!any(narrow)) return from_tails;
  using R = std::remove_cvref_t<decltype(from_tails)>;
  const R middle = where(narrow, R(0.5 * (a + b)), R(0)), width = where(narrow, R(b - a), R(1));
  const R mean = gauss_legendre::integral<R>([&](double at) {
    const R t = (at - 0.5) * width;
    return R(exp(-t * (middle + 0.5 * t)));
  });
  return R(where(narrow, R(log(width) + log(mean) - 0.5 * middle * middle - 0.91893853320467274178), from_tails));
}

// log(e^(a²/2) P(Z > a)) for a ≥ 0: what is left of the tail's logarithm when its square is taken off.
template <plain_number V, class Isa = isa::native> inline promote<V> log_scaled_normal_tail(V a) {
  return by_lanes<V, Isa>(a, [](auto y) { return log_lanes(scaled_tail(y)); });
}
template <differentiable A> A log_scaled_normal_tail(const A& a) {
  const auto v = a.value();
  const auto lanes = [](auto y) {
    using P = decltype(y);
    using T = typename P::value_type;
    const P r = P(1) / max(y, P(1)), s = r * r;
    const P far = -r * (P(1) - s * (P(2) - s * (P(10) - s * (P(74) - s * P(706)))));
    return where(y > P(50), far, y - P(T(0.39894228040143267794)) / scaled_tail(y));
  };
  return chain(log_scaled_normal_tail(v), a, [&] {
    if constexpr (std::is_arithmetic_v<std::remove_cvref_t<decltype(v)>>) return lanes(pack<std::remove_cvref_t<decltype(v)>, 1>(v))[0];
    else return lanes(v);
  });
}

// log of φ(z) / P(Z > z), for z ≥ 0; beyond the range of reciprocals, z itself.
template <class Z> auto log_normal_hazard(const Z& z) {
  using V = primal_of<Z>;
  const auto huge = z > Z(sizeof(scalar_of<V>) == 8 ? 1e150 : 1e18);
  const auto usual = -0.91893853320467274178 - log_scaled_normal_tail(where(huge, Z(1), z));
  return where(huge, log(where(huge, z, Z(1))), usual);
}

}  // namespace starling
