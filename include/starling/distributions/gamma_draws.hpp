// Standard gamma draws, from which gamma, inverse gamma, beta, Student's t and Dirichlet are made.
// G. Marsaglia, W. W. Tsang: A simple method for generating gamma variables (2000); shapes below 1 are drawn one higher
// and multiplied by u^(1 / shape), whose logarithm is kept apart, since it underflows for small shapes.
#pragma once

#include <array>
#include <cstddef>

#include <starling/distributions/distribution.hpp>
#include <starling/distributions/following_draws.hpp>
#include <starling/distributions/inside.hpp>
#include <starling/values/exp.hpp>
#include <starling/values/log.hpp>

namespace starling {

// A rejection loop ends after this many rounds, with no value in the lanes that are left: each round accepts with
// probability above 0.5, so this never happens.
inline constexpr int most_rounds = 1000;

// The draw is factor · exp(log_boost), whose logarithm is finite.
template <class V> struct gamma_draw {
  V factor;
  V log_boost;
  V log_value() const { return log(factor) + log_boost; }
};

// One draw for each shape, all in one loop: what a lane gets does not depend on how often its neighbours were refused.
template <std::size_t K, class Rng, class... Shapes>
  requires(!differentiable<typename Rng::real>)
auto draw_gammas(Rng& rng, const Shapes&... shapes) {
  static_assert(sizeof...(Shapes) == K);
  using V = typename Rng::real;
  const std::array<V, K> shape{V(shapes)...};
  std::array<V, K> d, c;
  std::array<mask_of<V>, K> pending;
  std::array<gamma_draw<V>, K> draws;
  mask_of<V> waiting(false);
  for (std::size_t k = 0; k < K; ++k) {
    const auto small = shape[k] < V(1);
    d[k] = where(small, shape[k] + 1.0, shape[k]) - 1.0 / 3;
    c[k] = 1.0 / sqrt(9.0 * d[k]);
    draws[k] = {V(not_a_number), where(small, into_finite(V(-rng.exponential() / shape[k])), V(0))};
    pending[k] = both(rng.active(), is_positive_finite(shape[k]));
    waiting = either(waiting, pending[k]);
  }
  for (int round = 0; round < most_rounds && any(waiting); ++round) {
    waiting = mask_of<V>(false);
    for (std::size_t k = 0; k < K; ++k) {
      const V z = rng.normal();
      const V log_u = -rng.exponential();
      const V y = c[k] * z;
      const V t = 1.0 + y;
      // 1 − v + log v for v = t³, arranged so that nothing large cancels.
      const V gain = 3.0 * (log1p(y) - y) - y * y * (3.0 + y);
      const auto accepted = both(pending[k], both(t > V(0), log_u < 0.5 * z * z + d[k] * gain));
      draws[k].factor = where(accepted, d[k] * t * t * t, draws[k].factor);
      pending[k] = both(pending[k], !accepted);
      waiting = either(waiting, pending[k]);
    }
  }
  return draws;
}

// The same as they follow their shapes: the factor implicitly, the boost as the smooth function of a uniform number that it is.
template <std::size_t K, class Rng, class... Shapes>
  requires(differentiable<typename Rng::real>)
auto draw_gammas(Rng& rng, const Shapes&... shapes) {
  using R = typename Rng::real;
  using V = primal_of<R>;
  const std::array<R, K> shape{R(shapes)...};
  const auto plain = draw_gammas<K>(rng.plain(), primal(shapes)...);
  std::array<gamma_draw<R>, K> draws;
  for (std::size_t k = 0; k < K; ++k) {
    const V a = shape[k].value(), factor = plain[k].factor, boost = plain[k].log_boost;
    draws[k].factor = chain(factor, shape[k], [&] { return factor * log_gamma_draw_derivative(V(where(a < V(1), a + 1.0, a)), factor); });
    draws[k].log_boost = chain(boost, shape[k], [&] { return -boost / a; });
  }
  return draws;
}

}  // namespace starling
