// inverse_gaussian(mean, shape): √(shape / (2π x³)) exp(−shape (x − mean)² / (2 mean² x)) for x > 0.
#pragma once

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/gamma_draws.hpp>
#include <starling/distributions/inner_numbers.hpp>
#include <starling/distributions/probabilities.hpp>
#include <starling/distributions/saddle_point.hpp>
#include <starling/values/log.hpp>
#include <starling/values/log_sum_exp.hpp>

namespace starling {

struct inverse_gaussian_formulas : real_valued {
  static constexpr std::string_view name = "inverse_gaussian";
  static constexpr auto draws_follow = draw_derivative::implicit;

  template <class Rng, class M, class S> static auto sample(Rng& rng, const M& mean, const S& shape) {
    // J. R. Michael, W. R. Schucany, R. W. Haas: Generating random variates using transformations with multiple roots (1976); the smaller root
    // written without cancellation.
    using V = typename Rng::real;
    if constexpr (differentiable<V>) {
      const auto x = sample(rng.plain(), primal(mean), primal(shape));
      return following_tails(x, inner_tails(x, mean, shape), primal_of<V>(log_density(x, primal(mean), primal(shape))));
    } else {
      const V z = rng.normal();
      const V w = 0.5 * mean / shape * z * z;
      const V larger = 1.0 + w + sqrt(w) * sqrt(w + 2.0);
      const V small = where(w < V(1e16), mean / larger, shape / (z * z));  // the same, where w may be more than a number can hold
      return into_positive(V(where(rng.uniform() * (1.0 + 1.0 / larger) <= V(1), small, mean * larger)));
    }
  }
  // log P(X ≤ x) and log P(X > x) for x > 0, for their derivatives: Φ(r (x/mean − 1)) + exp(2 shape/mean) Φ(−r (x/mean + 1)), r = √(shape/x).
  template <class X, class M, class S> static auto inner_tails(const X& x, const M& mean, const S& shape) {
    const auto r = sqrt(shape / x), a = r * (x / mean - 1.0);
    const auto more = 2.0 * shape / mean + log_normal_cdf(-r * (x / mean + 1.0));
    const auto above = log_normal_cdf(-a);
    return log_tails{log_sum_exp(log_normal_cdf(a), more), above + log1m_exp(more - above)};
  }

  template <class X, class M, class S> static auto log_density_inside(const X& x, const M& mean, const S& shape) {
    const auto z = (x.value() - mean) / mean;
    const auto lp = 0.5 * (log(shape) - 3.0 * x.log_value()) - half_log_two_pi - 0.5 * shape * z * x.dividing(z);
    return where(mean > M(0), lp, negative_infinity);
  }
  template <class X, class M, class S> static auto log_density(const X& x, const M& mean, const S& shape) {
    return where(x > X(0), log_density_inside(plain_positive<X>{x}, mean, shape), negative_infinity);
  }

  template <class M, class S> static auto mean(const M& mean, const S&) { return mean; }

  template <class M, class S> static auto variance(const M& mean, const S& shape) { return mean * (mean * (mean / shape)); }

  template <class M, class S> static auto support(const M&, const S&) { return positive{}; }

  template <class Visit, class M, class S> static void parameters(Visit&& visit, const M& mean, const S& shape) {
    visit("mean", mean, is_positive_finite(mean), "must be positive and finite");
    visit("shape", shape, is_positive_finite(shape), "must be positive and finite");
  }
};

template <class Mean, class Shape> struct inverse_gaussian : elementwise<inverse_gaussian_formulas, Mean, Shape> {
  using elementwise<inverse_gaussian_formulas, Mean, Shape>::elementwise;
};
template <class M, class S> inverse_gaussian(M&&, S&&) -> inverse_gaussian<held<M>, held<S>>;

}  // namespace starling
