// beta_uniform_mixture(weight, first, second): weight · beta(x; first, second) + (1 − weight) for 0 < x < 1.
#pragma once

#include <starling/distributions/beta.hpp>
#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/probabilities.hpp>
#include <starling/values/derivatives.hpp>
#include <starling/values/log.hpp>
#include <starling/values/log_sum_exp.hpp>

namespace starling {

struct beta_uniform_mixture_formulas : real_valued {
  static constexpr std::string_view name = "beta_uniform_mixture";
  static constexpr auto draws_follow = draw_derivative::implicit;

  template <class Rng, class W, class F, class S> static auto sample(Rng& rng, const W& weight, const F& first, const S& second) {
    using V = typename Rng::real;
    const V u = rng.uniform(), elsewhere = rng.uniform();
    return where(u < V(weight), V(beta_formulas::sample(rng, first, second)), elsewhere);
  }

  template <class X, class W, class F, class S> static auto log_density(const X& x, const W& weight, const F& first, const S& second) {
    const auto lp = log_sum_exp(log(weight) + beta_formulas::log_density(x, first, second), log1p(-weight));
    const auto good = both(both(is_positive_finite(first), is_positive_finite(second)), is_probability(weight));
    return where(both(both(x > X(0), x < X(1)), good), lp, negative_infinity);
  }

  template <class W, class F, class S> static auto mean(const W& weight, const F& first, const S& second) {
    return weight * first / (first + second) + 0.5 * (1.0 - weight);
  }

  template <class W, class F, class S> static auto variance(const W& weight, const F& first, const S& second) {
    const auto middle = first / (first + second), off = middle - 0.5;
    return weight * middle * (1.0 - middle) / (first + second + 1.0) + (1.0 - weight) / 12.0 + weight * (1.0 - weight) * off * off;
  }

  template <class W, class F, class S> static auto support(const W&, const F&, const S&) { return unit_interval{}; }

  template <class Visit, class W, class F, class S> static void parameters(Visit&& visit, const W& weight, const F& first, const S& second) {
    visit("weight", weight, is_probability(weight), "must be between 0 and 1");
    visit("first", first, is_positive_finite(first), "must be positive and finite");
    visit("second", second, is_positive_finite(second), "must be positive and finite");
  }
};

template <class Weight, class First, class Second> struct beta_uniform_mixture : elementwise<beta_uniform_mixture_formulas, Weight, First, Second> {
  using elementwise<beta_uniform_mixture_formulas, Weight, First, Second>::elementwise;
};
template <class W, class F, class S> beta_uniform_mixture(W&&, F&&, S&&) -> beta_uniform_mixture<held<W>, held<F>, held<S>>;

}  // namespace starling
