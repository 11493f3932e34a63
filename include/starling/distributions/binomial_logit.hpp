// binomial_logit(trials, logit): binomial(trials, 1 / (1 + exp(−logit))).
#pragma once

#include <starling/distributions/binomial.hpp>
#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/probabilities.hpp>
#include <starling/distributions/saddle_point.hpp>
#include <starling/values/log.hpp>
#include <starling/values/logistic.hpp>

namespace starling {

// A draw of binomial(trials, 1 / (1 + exp(−log_odds))): the rarer outcome is counted, whose probability does not round to 1.
template <class Rng, class N, class L> auto binomial_draw_by_log_odds(Rng& rng, const N& trials, const L& log_odds) {
  using V = typename Rng::real;
  const V odds(log_odds), n(trials);
  const V rarer = to_real(binomial_formulas::sample(rng, n, V(inverse_logit(-abs(odds)))));
  const V count = where(odds > V(0), n - rarer, rarer);
  return drawn_whole(V(where(both(nonnegative_whole{}.contains(n), odds == odds), count, V(not_a_number))));
}

struct binomial_logit_formulas : whole_valued {
  static constexpr std::string_view name = "binomial_logit";
  static constexpr auto draws_follow = draw_derivative::none;

  template <class Rng, class T, class L> static auto sample(Rng& rng, const T& trials, const L& logit) { return binomial_draw_by_log_odds(rng, trials, logit); }

  template <class K, class T, class L> static auto log_density(const K& k, const T& trials, const L& logit) {
    const auto p = inverse_logit(logit), q = inverse_logit(-logit);
    const auto failures = trials - k;
    const auto some = where(k == K(0), K(1), k), others = where(failures == 0.0, 1.0, failures);
    const auto n = where(trials == T(0), 1.0, trials);
    // k log(k / n p) − (k − n p) by the logarithm of p, where p may underflow.
    const auto rare = either(p < 1e-10, q < 1e-10);
    const auto fewer = some < others;
    const auto share_of_some = where(fewer, log(some / n), log1p(-others / n)), share_of_others = where(fewer, log1p(-some / n), log(others / n));
    const auto by_logs = some * (share_of_some + log1p_exp(-logit)) + others * (share_of_others + log1p_exp(logit));
    const auto deviances = where(rare, by_logs, deviance(some, n * p) + deviance(others, n * q));
    const auto inner = stirling_remainder(n) - stirling_remainder(some) - stirling_remainder(others) - deviances - half_log_two_pi +
                       0.5 * (log(n / some) - log(others));
    const auto none = where(trials == T(0), 0.0, -trials * log1p_exp(logit)), every = -trials * log1p_exp(-logit);
    const auto lp = where(k == K(0), none, where(failures == 0.0, every, inner));
    return where(both(whole_range{0.0, trials}.contains(k), nonnegative_whole{}.contains(trials)), lp, negative_infinity);
  }

  template <class T, class L> static auto mean(const T& trials, const L& logit) { return trials * inverse_logit(logit); }

  template <class T, class L> static auto variance(const T& trials, const L& logit) { return trials * inverse_logit(logit) * inverse_logit(-logit); }

  template <class T, class L> static auto support(const T& trials, const L&) { return whole_range{0L, to_whole(trials)}; }

  template <class K, class T, class L> static auto tails(const K& k, const T& trials, const L& logit) { return binomial_tails(k, trials, -logit); }
  template <class Tails, class T, class L> static auto quantile(const Tails& tails, const T& trials, const L& logit) { return least_count(least_binomial, tails, trials, logit); }

  template <class Visit, class T, class L> static void parameters(Visit&& visit, const T& trials, const L& logit) {
    visit("trials", trials, nonnegative_whole{}.contains(trials), "must be a whole number and at least 0");
    visit("logit", logit, logit == logit, "must not be NaN");
  }
};

template <class Trials, class Logit> struct binomial_logit : elementwise<binomial_logit_formulas, Trials, Logit> {
  using elementwise<binomial_logit_formulas, Trials, Logit>::elementwise;
};
template <class T, class L> binomial_logit(T&&, L&&) -> binomial_logit<held<T>, held<L>>;

}  // namespace starling
