// negative_binomial(size, probability): the number of failures before the size-th success:
// C(k + size − 1, k) probability^size (1 − probability)^k for k = 0, 1, 2, …; size need not be whole.
#pragma once

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/negative_binomial_2.hpp>
#include <starling/distributions/probabilities.hpp>
#include <starling/values/log.hpp>

namespace starling {

struct negative_binomial_formulas : whole_valued {
  static constexpr std::string_view name = "negative_binomial";
  static constexpr auto draws_follow = draw_derivative::none;

  template <class Rng, class S, class P> static auto sample(Rng& rng, const S& size, const P& probability) {
    return negative_binomial_draw(rng, size, size * ((1.0 - probability) / probability));
  }

  template <class K, class S, class P> static auto log_density(const K& k, const S& size, const P& probability) {
    const auto q = 1.0 - probability;
    const auto lp = where(k == K(0), size * log(probability), negative_binomial_log_mass(k, size, size * (q / probability), probability, q));
    return where(both(nonnegative_whole{}.contains(k), both(size > S(0), probability < 1.0)), lp, negative_infinity);
  }

  template <class S, class P> static auto mean(const S& size, const P& probability) { return size * (1.0 - probability) / probability; }

  template <class S, class P> static auto variance(const S& size, const P& probability) { return size * (1.0 - probability) / (probability * probability); }

  template <class S, class P> static auto support(const S&, const P&) { return nonnegative_whole{}; }

  template <class K, class S, class P> static auto tails(const K& k, const S& size, const P& probability) {
    return negative_binomial_tails(k, size, log(probability) - log1p(-probability));
  }
  template <class T, class S, class P> static auto quantile(const T& tails, const S& size, const P& probability) {
    return least_count(least_negative_binomial, tails, size, log(probability) - log1p(-probability));
  }

  template <class Visit, class S, class P> static void parameters(Visit&& visit, const S& size, const P& probability) {
    visit("size", size, is_positive_finite(size), "must be positive and finite");
    visit("probability", probability, both(probability > 0.0, probability < 1.0), "must be above 0 and below 1");
  }
};

template <class Size, class Probability> struct negative_binomial : elementwise<negative_binomial_formulas, Size, Probability> {
  using elementwise<negative_binomial_formulas, Size, Probability>::elementwise;
};
template <class S, class P> negative_binomial(S&&, P&&) -> negative_binomial<held<S>, held<P>>;

}  // namespace starling
