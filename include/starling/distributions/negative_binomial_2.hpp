// negative_binomial_2(mean, overdispersion): counts k = 0, 1, 2, … with that mean and variance mean + mean² / overdispersion:
// C(k + φ − 1, k) (mean / (mean + φ))^k (φ / (mean + φ))^φ, φ = overdispersion. Towards φ = ∞ it is poisson(mean).
#pragma once

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/gamma_draws.hpp>
#include <starling/distributions/incomplete_functions.hpp>
#include <starling/distributions/poisson.hpp>
#include <starling/distributions/probabilities.hpp>
#include <starling/distributions/log_of_parameter.hpp>
#include <starling/distributions/saddle_point.hpp>
#include <starling/distributions/small_factorials.hpp>
#include <starling/values/exp.hpp>
#include <starling/values/log.hpp>

namespace starling {

// The log probability of k failures before the size-th success, where q / p are the odds of a failure; mean = size · odds. In C. Loader's form:
// nothing cancels, not for large counts and not where size is so large that the counts are Poisson's.
template <class K, class S, class O, class P, class Q>
auto negative_binomial_log_mass(const K& k, const S& size, const O& mean, const P& p, const Q& q) {
  const auto all_failures = where(k == K(0), K(1), k);
  const auto n = size + all_failures;
  // Few failures and a small size: C(n − 1, k) p^size q^k as it stands.
  const auto few = both(all_failures < K(32), size < S(16));
  const auto by_gammas = [&] { return lgamma(n) - of_parameters_only([](const auto& a) { return lgamma(a); }, size) - small_log_factorial(all_failures) + size * log_of_parameter(p) + all_failures * log_of_parameter(q); };
  // size − n p = −(k − n q), by which both deviances measure.
  const auto surplus = (all_failures - mean) * p;
  const auto by_deviances = [&] {
    return stirling_remainder(n) - stirling_remainder(size) - stirling_remainder(all_failures) - 0.5 * log1p(all_failures / size) - 0.5 * log(all_failures) -
           half_log_two_pi - deviance_by(size, n * p, -surplus) - deviance_by(all_failures, n * q, surplus);
  };
  using result = std::remove_cvref_t<decltype(where(few, by_gammas(), by_deviances()))>;
  const result some = all(few) ? result(by_gammas()) : !any(few) ? result(by_deviances())
                                                                 : result(where(few, by_gammas(), by_deviances()));
  const auto none_at_all = k == K(0);
  if (!any(none_at_all)) return some;
  return result(where(none_at_all, -size * log1p(mean / size), some));
}

// A count from a Poisson distribution whose rate is drawn from a gamma distribution.
template <class Rng, class S, class M> auto negative_binomial_draw(Rng& rng, const S& size, const M& mean) {
  using V = typename Rng::real;
  const auto g = draw_gamma(rng, size);
  rng.next_stage();
  const V ratio = V(mean) / V(size);
  const auto plain = both(!g.is_boosted(), both(ratio > V(1e-100), ratio < V(1e100)));
  V rate = g.factor * ratio;
  if (!all(plain)) rate = where(plain, rate, exp(g.log_value() + (log(mean) - log(size))));
  return poisson_formulas::sample(rng, rate);
}

// log P(K ≤ k) and log P(K > k), given the log odds of a success.
template <class K, class S, class O> auto negative_binomial_tails(const K& k, const S& size, const O& log_odds) {
  return tails_where(!(k < K(0)), standard_tails<standard_beta>(log_odds, size, whole_below(k) + 1.0));
}

struct negative_binomial_2_formulas : whole_valued {
  static constexpr std::string_view name = "negative_binomial_2";
  static constexpr auto draws_follow = draw_derivative::none;

  template <class Rng, class M, class O> static auto sample(Rng& rng, const M& mean, const O& overdispersion) {
    return negative_binomial_draw(rng, overdispersion, mean);
  }

  template <class K, class M, class O> static auto log_density(const K& k, const M& mean, const O& overdispersion) {
    const auto total = mean + overdispersion;
    const auto lp = negative_binomial_log_mass(k, overdispersion, mean, overdispersion / total, mean / total);
    return where(both(nonnegative_whole{}.contains(k), both(mean > M(0), overdispersion > O(0))), lp, negative_infinity);
  }

  template <class M, class O> static auto mean(const M& mean, const O&) { return mean; }

  template <class M, class O> static auto variance(const M& mean, const O& overdispersion) { return mean * (1.0 + mean / overdispersion); }

  template <class M, class O> static auto support(const M&, const O&) { return nonnegative_whole{}; }

  template <class K, class M, class O> static auto tails(const K& k, const M& mean, const O& overdispersion) {
    return negative_binomial_tails(k, overdispersion, log(overdispersion) - log(mean));
  }
  template <class T, class M, class O> static auto quantile(const T& tails, const M& mean, const O& overdispersion) {
    return least_count(least_negative_binomial, tails, overdispersion, log(overdispersion) - log(mean));
  }

  template <class Visit, class M, class O> static void parameters(Visit&& visit, const M& mean, const O& overdispersion) {
    visit("mean", mean, is_positive_finite(mean), "must be positive and finite");
    visit("overdispersion", overdispersion, is_positive_finite(overdispersion), "must be positive and finite");
  }
};

template <class Mean, class Overdispersion> struct negative_binomial_2 : elementwise<negative_binomial_2_formulas, Mean, Overdispersion> {
  using elementwise<negative_binomial_2_formulas, Mean, Overdispersion>::elementwise;
};
template <class M, class O> negative_binomial_2(M&&, O&&) -> negative_binomial_2<held<M>, held<O>>;

}  // namespace starling
