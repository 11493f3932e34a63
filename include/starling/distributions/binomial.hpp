// binomial(trials, probability): C(trials, k) p^k (1 − p)^(trials − k) for k = 0, 1, …, trials.
#pragma once

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/gamma_draws.hpp>
#include <starling/distributions/incomplete_functions.hpp>
#include <starling/distributions/log_of_parameter.hpp>
#include <starling/distributions/saddle_point.hpp>
#include <starling/distributions/whole_draws.hpp>
#include <starling/values/exp.hpp>
#include <starling/values/log.hpp>

namespace starling {

// log P(K ≤ k) and log P(K > k), given log (1 − p) / p.
template <class K, class N, class O> auto binomial_tails(const K& k, const N& trials, const O& log_odds_of_failure) {
  const auto whole = whole_below(k);
  return tails_where(!(k < K(0)), standard_tails<standard_beta>(log_odds_of_failure, trials - whole, whole + 1.0));
}

struct binomial_formulas : whole_valued {
  static constexpr std::string_view name = "binomial";
  static constexpr auto draws_follow = draw_derivative::none;

  template <class Rng, class N, class P> static auto sample(Rng& rng, const N& trials, const P& probability) {
    using V = typename Rng::real;
    const V n(trials);
    const V given(probability);
    const auto flipped = given > V(0.5);  // count the rarer outcome
    const V p = where(flipped, 1.0 - given, given);
    const auto active = both(rng.active(), both(nonnegative_whole{}.contains(n), is_probability(given)));
    const auto small = both(active, n * p < V(10));
    V count(not_a_number);
    if (any(small)) {
      const V odds = p / (1.0 - p);
      const auto ratio = [&](const V& k) { return odds * max(n - k + 1.0, V(0)) / k; };
      count = where(small, min(invert_counts(V(rng.uniform()), V(exp(n * log1p(-p))), small, ratio), n), count);
    }

    rng.next_stage();
    // W. Hörmann: The generation of binomial random variates (1993), algorithm BTRS.
    auto pending = both(active, !small);
    const V spread = sqrt(n * p * (1.0 - p));
    const V b = 1.15 + 2.53 * spread;
    const V a = 0.0248 * b + 0.01 * p - 0.0873;
    const V centre = n * p + 0.5;
    const V quick = 0.92 - 4.2 / b;
    const V alpha = (2.83 + 5.1 / b) * spread;
    const V of_mode = any(pending) ? V(log_density(V(floor((n + 1.0) * p)), n, p)) : V(0);
    for (int round = 0; round < most_rounds && any(pending); ++round) {
      const auto [place, v] = rng.pair();
      const V w = place - 0.5;
      const V room = 0.5 - abs(w);
      const V k = floor((2.0 * a / room + b) * w + centre);
      const auto within = both(pending, both(k >= V(0), k <= n));
      auto accepted = both(within, both(room >= V(0.07), v <= quick));
      const auto open = both(within, !accepted);
      if (any(open)) accepted = either(accepted, both(open, log(v * alpha / (a / (room * room) + b)) <= log_density(k, n, p) - of_mode));
      count = where(accepted, k, count);
      pending = both(pending, !accepted);
    }
    return drawn_whole(V(where(flipped, n - count, count)));
  }

  template <class K, class N, class P>
  static auto log_density(const K& k, const N& trials, const P& probability) {
    const auto failures = trials - k;
    const auto q = 1.0 - probability;
    constexpr auto log_of = [](const auto& x) { return log(x); };
    const auto inner = of_parameters_only([](const auto& n) { return stirling_remainder(n); }, trials) - stirling_remainder(k) - stirling_remainder(failures) -
                       deviance(k, trials * probability) - deviance(failures, trials * q) - half_log_two_pi +
                       0.5 * (of_parameters_only(log_of, trials) - log(k) - log(failures));
    const auto none = where(trials == N(0), 0.0, trials * of_parameters_only([](const auto& p) { return log1p(-p); }, probability));
    const auto every = trials * of_parameters_only(log_of, probability);
    const auto lp = where(k == K(0), none, where(failures == decltype(failures)(0), every, inner));
    return where(both(whole_range{0.0, trials}.contains(k), both(is_count(trials), is_probability(probability))), lp,
                 negative_infinity);
  }

  template <class N, class P> static auto support(const N& trials, const P&) {
    return whole_range{0L, to_whole(min(trials, N(largest_drawn_count<N>)))};
  }

  template <class N, class P> static auto mean(const N& trials, const P& probability) { return trials * probability; }
  template <class N, class P> static auto variance(const N& trials, const P& probability) { return trials * probability * (1.0 - probability); }

  template <class K, class N, class P> static auto tails(const K& k, const N& trials, const P& probability) {
    return binomial_tails(k, trials, log1p(-probability) - log(probability));
  }
  template <class T, class N, class P> static auto quantile(const T& tails, const N& trials, const P& probability) {
    return least_count(least_binomial, tails, trials, log(probability) - log1p(-probability));
  }

  template <class Visit, class N, class P>
  static void parameters(Visit&& visit, const N& trials, const P& probability) {
    visit("trials", trials, is_count(trials), "must be a whole number and at least 0");
    visit("probability", probability, is_probability(probability), "must be between 0 and 1");
  }

 private:
  template <class N> static auto is_count(const N& n) { return nonnegative_whole{}.contains(n); }
};

template <class Trials, class Probability> struct binomial : elementwise<binomial_formulas, Trials, Probability> {
  using elementwise<binomial_formulas, Trials, Probability>::elementwise;
};
template <class N, class P> binomial(N&&, P&&) -> binomial<held<N>, held<P>>;

}  // namespace starling
