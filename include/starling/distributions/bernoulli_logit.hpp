// bernoulli_logit(logit): true with probability 1 / (1 + exp(−logit)).
#pragma once

#include <starling/distributions/elementwise.hpp>
#include <starling/values/logistic.hpp>

namespace starling {

struct bernoulli_logit_formulas : boolean_valued {
  static constexpr std::string_view name = "bernoulli_logit";
  static constexpr auto draws_follow = draw_derivative::none;

  template <class Rng, class L> static auto sample(Rng& rng, const L& logit) {
    return rng.uniform() < inverse_logit(logit);
  }

  template <class X, class L> [[gnu::always_inline]] static auto log_density(const X& x, const L& logit) {
    const auto is_true = x == X(1);
    return where(either(is_true, x == X(0)), -log1p_exp(where(is_true, -logit, logit)), negative_infinity);
  }

  template <class L> static auto support(const L&) { return boolean{}; }

  template <class L> static auto mean(const L& logit) { return inverse_logit(logit); }
  template <class L> static auto variance(const L& logit) { return inverse_logit(logit) * inverse_logit(-logit); }

  template <class Visit, class L> static void parameters(Visit&& visit, const L& logit) {
    visit("logit", logit, logit == logit, "must not be NaN");
  }
};

template <class Logit> struct bernoulli_logit : elementwise<bernoulli_logit_formulas, Logit> {
  using elementwise<bernoulli_logit_formulas, Logit>::elementwise;
};
template <class L> bernoulli_logit(L&&) -> bernoulli_logit<held<L>>;

}  // namespace starling
