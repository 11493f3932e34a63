// poisson_log(log_rate): counts with mean exp(log_rate): exp(k · log_rate − exp(log_rate)) / k!.
#pragma once

#include <starling/distributions/poisson.hpp>
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

  template <class L> static auto support(const L&) { return nonnegative_whole{}; }

  template <class L> static auto mean(const L& log_rate) { return exp(log_rate); }
  template <class L> static auto variance(const L& log_rate) { return exp(log_rate); }

  template <class Visit, class L> static void parameters(Visit&& visit, const L& log_rate) {
    visit("log_rate", log_rate, log_rate < L(positive_infinity), "must not be NaN or infinite, except for −∞");
  }
};

template <class LogRate> struct poisson_log : elementwise<poisson_log_formulas, LogRate> {
  using elementwise<poisson_log_formulas, LogRate>::elementwise;
};
template <class L> poisson_log(L&&) -> poisson_log<held<L>>;

}  // namespace starling
