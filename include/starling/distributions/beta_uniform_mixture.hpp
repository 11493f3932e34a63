// beta_uniform_mixture(weight, first, second): weight · beta(x; first, second) + (1 − weight) for 0 < x < 1.
#pragma once

#include <starling/diagnostics/incomplete_beta.hpp>
#include <starling/distributions/beta.hpp>
#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/inner_numbers.hpp>
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
    const V x = where(u < V(weight), V(beta_formulas::sample(rng, first, second)), elsewhere);
    if constexpr (differentiable<V>) return following_weight(x, V(weight), primal(first), primal(second));
    else return x;
  }

  // A draw that follows its beta distribution also follows the weight: ∂x/∂weight = −(I_x(first, second) − x) / f(x).
  template <class V, class P> static adjoint<V> following_weight(const adjoint<V>& x, const adjoint<V>& weight, const P& first, const P& second) {
    const V at = x.value(), a(first), b(second), f = exp(V(log_density(at, weight.value(), a, b)));
    // I_x(a, b) = I_x(a + 1, b + 1) + x^a (1 − x)^b (1/a − (x / a) (a + b) / b) / B(a, b): both parameters are at least 1 on the right.
    V beta_cdf(0);
    if constexpr (std::is_arithmetic_v<V>) {
      beta_cdf = static_cast<V>(incomplete_beta(a + 1.0, b + 1.0, at));
    } else {
      for (int l = 0; l < lanes_of<V>; ++l)
        beta_cdf.set(l, static_cast<scalar_of<V>>(incomplete_beta(static_cast<double>(a[l]) + 1.0, static_cast<double>(b[l]) + 1.0, static_cast<double>(at[l]))));
    }
    beta_cdf = beta_cdf + exp(V(a * log(at) + b * log1p(-at) - log_beta(a, b))) * (1.0 - at * (a + b) / b) / a;
    const auto same = [](const V& d) { return d; };
    return join(at, x, same, weight, [&](const V& d) { return passed_on(d, V((at - beta_cdf) / f)); });
  }

  template <class X, class W, class F, class S> static auto log_density_inside(const X& x, const W& weight, const F& first, const S& second) {
    const auto lp = log_sum_exp(log(weight) + beta_formulas::log_density_inside(x, first, second), log1p(-weight));
    return where(both(both(is_positive_finite(first), is_positive_finite(second)), is_probability(weight)), lp, negative_infinity);
  }
  template <class X, class W, class F, class S> static auto log_density(const X& x, const W& weight, const F& first, const S& second) {
    return where(both(x > X(0), x < X(1)), log_density_inside(plain_fraction<X>{x}, weight, first, second), negative_infinity);
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
