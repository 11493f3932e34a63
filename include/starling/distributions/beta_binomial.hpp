// beta_binomial(trials, first, second): binomial(trials, p) with p from beta(first, second):
// C(trials, k) B(k + first, trials − k + second) / B(first, second) for k = 0, 1, …, trials.
#pragma once

#include <starling/distributions/binomial_logit.hpp>
#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/gamma_draws.hpp>
#include <starling/distributions/probabilities.hpp>
#include <starling/distributions/saddle_point.hpp>
#include <starling/values/log.hpp>

namespace starling {

// log k! without the terms of Stirling's formula that grow: log k! − (k log k − k); 0 for k = 0.
template <class K> auto log_factorial_remainder(const K& k) {
  const auto positive_k = where(k > K(0), k, K(1));
  return where(k > K(0), stirling_remainder(positive_k) + 0.5 * log(positive_k) + half_log_two_pi, 0.0);
}

struct beta_binomial_formulas : whole_valued {
  static constexpr std::string_view name = "beta_binomial";
  static constexpr auto draws_follow = draw_derivative::none;

  template <class Rng, class T, class F, class S> static auto sample(Rng& rng, const T& trials, const F& first, const S& second) {
    using V = typename Rng::real;
    const auto a = draw_gamma(rng, first);
    rng.next_stage();
    const auto b = draw_gamma(rng, second);
    rng.next_stage();
    const V log_odds = a.log_value() - b.log_value();
    return binomial_draw_by_log_odds(rng, trials, log_odds);
  }

  template <class K, class T, class F, class S> static auto log_density(const K& k, const T& trials, const F& first, const S& second) {
    const auto failures = trials - k;
    const auto a = k + first, b = failures + second, n = a + b, prior = first + second;
    const auto p = a / n, q = b / n;
    // B(a, b) / B(first, second) and the binomial coefficient, by deviances from the shares p and q, which are all there is of size.
    const auto deviances = deviance(first, prior * p) + deviance(second, prior * q) + deviance(k, trials * p) + deviance(failures, trials * q);
    const auto remainders = stirling_remainder(a) + stirling_remainder(b) - stirling_remainder(n) - stirling_remainder(first) - stirling_remainder(second) +
                            stirling_remainder(prior);
    const auto logs = log(a / first) + log(b / second) - log(n / prior);
    const auto lp = log_factorial_remainder(trials) - log_factorial_remainder(k) - log_factorial_remainder(failures) + remainders - 0.5 * logs - deviances;
    return where(both(both(whole_range{0.0, trials}.contains(k), nonnegative_whole{}.contains(trials)), both(first > F(0), second > S(0))), lp,
                 negative_infinity);
  }

  template <class T, class F, class S> static auto mean(const T& trials, const F& first, const S& second) { return trials * first / (first + second); }

  template <class T, class F, class S> static auto variance(const T& trials, const F& first, const S& second) {
    const auto prior = first + second;
    return trials * (first / prior) * (second / prior) * ((prior + trials) / (prior + 1.0));
  }

  template <class T, class F, class S> static auto support(const T& trials, const F&, const S&) { return whole_range{0L, to_whole(trials)}; }

  template <class Visit, class T, class F, class S> static void parameters(Visit&& visit, const T& trials, const F& first, const S& second) {
    visit("trials", trials, nonnegative_whole{}.contains(trials), "must be a whole number and at least 0");
    visit("first", first, is_positive_finite(first), "must be positive and finite");
    visit("second", second, is_positive_finite(second), "must be positive and finite");
  }
};

template <class Trials, class First, class Second> struct beta_binomial : elementwise<beta_binomial_formulas, Trials, First, Second> {
  using elementwise<beta_binomial_formulas, Trials, First, Second>::elementwise;
};
template <class T, class F, class S> beta_binomial(T&&, F&&, S&&) -> beta_binomial<held<T>, held<F>, held<S>>;

}  // namespace starling
