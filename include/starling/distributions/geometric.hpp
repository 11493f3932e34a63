// geometric(probability): the number of failures before the first success: probability · (1 − probability)^k for k = 0, 1, 2, …
#pragma once

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/probabilities.hpp>
#include <starling/distributions/whole_draws.hpp>
#include <starling/values/log.hpp>

namespace starling {

struct geometric_formulas : whole_valued {
  static constexpr std::string_view name = "geometric";
  static constexpr auto draws_follow = draw_derivative::none;

  template <class Rng, class P> static auto sample(Rng& rng, const P& probability) {
    using V = typename Rng::real;
    const V k = floor(-rng.exponential() / log1p(-probability));
    return drawn_whole(V(where(probability > 0.0, k, V(not_a_number))));
  }

  template <class K, class P> static auto log_density(const K& k, const P& probability) {
    const auto lp = log(probability) + where(k == K(0), 0.0, k * log1p(-probability));
    return where(both(nonnegative_whole{}.contains(k), probability <= 1.0), lp, negative_infinity);
  }

  template <class K, class P> static auto tails(const K& k, const P& probability) {
    return tails_where(!(k < K(0)), tails_from_above((floor(max(k, K(0))) + 1.0) * log1p(-probability)));
  }

  template <class K, class P> static auto log_hazard_above(const K&, const P& probability) { return log(-log1p(-probability)); }

  template <class T, class P> static auto quantile(const T& tails, const P& probability) {
    const auto each = log1p(-probability);
    const auto k = max(ceil(tails.above / each * (1.0 - 1e-15)) - 1.0, 0.0);
    return where(probability == 1.0, 0.0, k);
  }

  template <class P> static auto mean(const P& probability) { return (1.0 - probability) / probability; }

  template <class P> static auto variance(const P& probability) { return (1.0 - probability) / (probability * probability); }

  template <class P> static auto support(const P&) { return nonnegative_whole{}; }

  template <class Visit, class P> static void parameters(Visit&& visit, const P& probability) {
    visit("probability", probability, both(probability > 0.0, probability <= 1.0), "must be above 0 and at most 1");
  }
};

template <class Probability> struct geometric : elementwise<geometric_formulas, Probability> {
  using elementwise<geometric_formulas, Probability>::elementwise;
};
template <class P> geometric(P&&) -> geometric<held<P>>;

}  // namespace starling
