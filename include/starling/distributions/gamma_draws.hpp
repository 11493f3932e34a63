// A standard gamma draw, of which gamma, inverse gamma, beta, Student's t and Dirichlet are made.
// G. Marsaglia, W. W. Tsang: A simple method for generating gamma variables (2000); shapes below 1 are drawn one higher
// and multiplied by u^(1 / shape), whose logarithm is kept apart, since it underflows for small shapes.
#pragma once

#include <starling/distributions/distribution.hpp>
#include <starling/distributions/following_draws.hpp>
#include <starling/distributions/inside.hpp>
#include <starling/values/exp.hpp>
#include <starling/values/log.hpp>
#include <starling/values/normal_functions.hpp>

namespace starling {

// A rejection loop ends after this many rounds, with no value in the lanes that are left: each round accepts with
// probability above 0.5, so this never happens.
inline constexpr int most_rounds = 1000;

// The draw is factor · exp(log_boost), whose logarithm is finite. The boost is 0 where the shape is at least 1.
template <class V> struct gamma_draw {
  V factor;
  V log_boost;
  auto is_boosted() const { return primal(log_boost) < primal_of<V>(0); }
  V log_value() const { return log(factor) + log_boost; }
};

template <class Rng, class Shape>
  requires(!differentiable<typename Rng::real>)
auto draw_gamma(Rng& rng, const Shape& of_shape) {
  using V = typename Rng::real;
  const V shape(of_shape);
  const auto small = shape < V(1);
  gamma_draw<V> g{V(not_a_number), V(0)};
  if (any(small)) g.log_boost = where(small, into_finite(V(-rng.exponential() / shape)), V(0));
  rng.next_stage();
  const V d = where(small, shape + 1.0, shape) - 1.0 / 3;
  const V c = 1.0 / sqrt(9.0 * d);
  auto pending = both(rng.active(), is_positive_finite(shape));
  for (int round = 0; round < most_rounds && any(pending); ++round) {
    const auto [p, u] = rng.pair();
    const V z = normal_quantile(p);
    const V y = c * z, t = 1.0 + y;
    // Accepted where log u < z²/2 + d (1 − v + log v), v = t³. From y = −½ on the right side is at least −d y⁴ (¾ + 1.045 max(−y, 0)): at y > 0 by the
    // series of log t, whose next term is positive, below by its convexity. And log u < u − 1.
    const V square = y * y;
    auto accepted = both(pending, both(y >= V(-0.5), u < 1.0 - d * square * square * (0.75 - 1.045 * min(y, V(0)))));
    const auto open = both(pending, !accepted);
    if (any(open)) {
      // 1 − v + log v arranged so that nothing large cancels.
      const V gain = 3.0 * (log1p(y) - y) - square * (3.0 + y);
      accepted = either(accepted, both(open, both(t > V(0), log(u) < 0.5 * z * z + d * gain)));
    }
    g.factor = where(accepted, d * t * t * t, g.factor);
    pending = both(pending, !accepted);
  }
  return g;
}

// The same as it follows its shape: the factor implicitly, the boost as the smooth function of a uniform number that it is.
template <class Rng, class Shape>
  requires(differentiable<typename Rng::real>)
auto draw_gamma(Rng& rng, const Shape& of_shape) {
  using R = typename Rng::real;
  using V = primal_of<R>;
  const R shape(of_shape);
  const auto plain = draw_gamma(rng.plain(), primal(of_shape));
  const V a = shape.value(), factor = plain.factor, boost = plain.log_boost;
  return gamma_draw<R>{chain(factor, shape, [&] { return factor * log_gamma_draw_derivative(V(where(a < V(1), a + 1.0, a)), factor); }),
                       chain(boost, shape, [&] { return -boost / a; })};
}

}  // namespace starling
