// bernoulli(probability): true with that probability.
#pragma once

#include <starling/distributions/elementwise.hpp>
#include <starling/values/log.hpp>

namespace starling {

struct bernoulli_formulas : boolean_valued {
  static constexpr std::string_view name = "bernoulli";
  static constexpr auto draws_follow = draw_derivative::none;

  template <class Rng, class P> static auto sample(Rng& rng, const P& probability) {
    return rng.uniform() < probability;
  }

  template <class X, class P> [[gnu::always_inline]] static auto log_density(const X& x, const P& probability) {
    const auto is_true = x == X(1);
    const auto lp = where(is_true, log(probability), log1p(-probability));
    return where(both(is_probability(probability), either(is_true, x == X(0))), lp, negative_infinity);
  }

  template <class P> static auto support(const P&) { return boolean{}; }

  template <class P> static auto mean(const P& probability) { return probability; }
  template <class P> static auto variance(const P& probability) { return probability * (1.0 - probability); }

  template <class Visit, class P> static void parameters(Visit&& visit, const P& probability) {
    visit("probability", probability, is_probability(probability), "must be between 0 and 1");
  }
};

template <class Probability> struct bernoulli : elementwise<bernoulli_formulas, Probability> {
  using elementwise<bernoulli_formulas, Probability>::elementwise;
};
template <class P> bernoulli(P&&) -> bernoulli<held<P>>;

}  // namespace starling
