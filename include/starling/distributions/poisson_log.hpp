// poisson_log(log_rate): counts with mean exp(log_rate): exp(k · log_rate − exp(log_rate)) / k!.
#pragma once

#include <starling/distributions/ordinary.hpp>
#include <starling/distributions/poisson.hpp>
#include <starling/distributions/small_factorials.hpp>
#include <starling/values/gamma_function.hpp>

namespace starling {

struct poisson_log_formulas : whole_valued {
  static constexpr std::string_view name = "poisson_log";
  static constexpr auto draws_follow = draw_derivative::none;

  template <class Rng, class L> static auto sample(Rng& rng, const L& log_rate) { return poisson_formulas::sample(rng, exp(log_rate)); }

  // By the deviance where the count is large and near its mean, so that nothing cancels.
  template <class K, class L> static auto log_density(const K& k, const L& log_rate) {
    const auto rate = exp(log_rate);
    const auto lp = where(k < K(16), k * log_rate - rate - lgamma(k + 1.0), -stirling_remainder(k) - deviance(k, rate) - half_log_two_pi - 0.5 * log(k));
    return where(both(nonnegative_whole{}.contains(k), log_rate < L(positive_infinity)), where(k == K(0), -rate, lp), negative_infinity);
  }

  // ordinary.hpp: counts below 16.
  template <class P> struct ordinary {
    static constexpr int prepared = 0;
    [[gnu::always_inline]] ordinary_terms<P, 2> operator()(const P& k, const P& log_rate) const {
      const P rate = exp(log_rate);
      const auto small = (k >= P(0)) & (k < P(16)) & (floor(k) == k);
      P log_factorial(0);
      if (all(small)) [[likely]] {
        const auto at = [&](int l) { return static_cast<typename P::value_type>(small_log_factorials[static_cast<std::size_t>(k[l])]); };
        log_factorial = P(at(0));
        if (any(k != P(k[0])))  // not one count for all lanes
          for (int l = 1; l < P::lanes; ++l) log_factorial.set(l, at(l));
      }
      const P value = k * log_rate - rate - log_factorial;
      return {value, {P(0), k - rate}, small & (value - value == P(0))};
    }
  };

  template <class L> static auto support(const L&) { return nonnegative_whole{}; }

  template <class L> static auto mean(const L& log_rate) { return exp(log_rate); }
  template <class L> static auto variance(const L& log_rate) { return exp(log_rate); }

  template <class K, class L> static auto tails(const K& k, const L& log_rate) { return poisson_formulas::tails(k, exp(log_rate)); }
  template <class T, class L> static auto quantile(const T& tails, const L& log_rate) { return poisson_formulas::quantile(tails, exp(log_rate)); }

  template <class Visit, class L> static void parameters(Visit&& visit, const L& log_rate) {
    visit("log_rate", log_rate, log_rate < L(positive_infinity), "must not be NaN or infinite, except for −∞");
  }
};

template <class LogRate> struct poisson_log : elementwise<poisson_log_formulas, LogRate> {
  using elementwise<poisson_log_formulas, LogRate>::elementwise;
};
template <class L> poisson_log(L&&) -> poisson_log<held<L>>;

}  // namespace starling
