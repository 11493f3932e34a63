// hypergeometric(draws, marked, others): how many of `draws` balls, taken together from an urn with `marked` marked balls and `others`, are
// marked: C(marked, k) C(others, draws − k) / C(marked + others, draws) for k = max(0, draws − others), …, min(draws, marked).
#pragma once

#include <starling/distributions/binomial.hpp>
#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/gamma_draws.hpp>
#include <starling/distributions/probabilities.hpp>
#include <starling/distributions/whole_draws.hpp>
#include <starling/values/log.hpp>

namespace starling {

struct hypergeometric_formulas : whole_valued {
  static constexpr std::string_view name = "hypergeometric";
  static constexpr auto draws_follow = draw_derivative::none;

  template <class Rng, class D, class M, class O> static auto sample(Rng& rng, const D& draws, const M& marked, const O& others) {
    // E. Stadlober: The ratio of uniforms approach for generating discrete random variates (1990), algorithm HRUE.
    using V = typename Rng::real;
    const V n(draws), a(marked), b(others), all = a + b;
    const V p = a / max(all, V(1));
    const V centre = n * p + 0.5;
    const V width = 1.7155277699214135 * sqrt(n * p * (1.0 - p) * max(all - n, V(0)) / max(all - 1.0, V(1)) + 0.5) + 0.8989161620588988;
    const V lowest = max(n - b, V(0)), highest = min(n, a);
    const V mode = max(min(floor((n + 1.0) * (a + 1.0) / (all + 2.0)), highest), lowest);
    const V peak = log_density(mode, n, a, b);
    V count(not_a_number);
    auto pending = both(rng.active(), is_finite(peak));
    for (int round = 0; round < most_rounds && any(pending); ++round) {
      const V u = rng.uniform();
      const V k = floor(centre + width * (rng.uniform() - 0.5) / u);
      const auto accepted = both(pending, both(both(k >= lowest, k <= highest), 2.0 * log(u) <= log_density(k, n, a, b) - peak));
      count = where(accepted, k, count);
      pending = both(pending, !accepted);
    }
    return drawn_whole(count);
  }

  template <class K, class D, class M, class O> static auto log_density(const K& k, const D& draws, const M& marked, const O& others) {
    // The draws fall on both kinds as two binomials would, given their sum; at p = draws / all nothing cancels.
    const auto all = marked + others;
    const auto p = where(all == 0.0, 0.5, draws / all);
    const auto lp = binomial_formulas::log_density(k, marked, p) + binomial_formulas::log_density(draws - k, others, p) - binomial_formulas::log_density(draws, all, p);
    const auto good = both(both(nonnegative_whole{}.contains(marked), nonnegative_whole{}.contains(others)), both(nonnegative_whole{}.contains(draws), draws <= all));
    return where(both(whole_range{max(draws - others, 0.0), min(draws, marked)}.contains(k), good), lp, negative_infinity);
  }

  template <class D, class M, class O> static auto mean(const D& draws, const M& marked, const O& others) { return draws * (marked / (marked + others)); }

  template <class D, class M, class O> static auto variance(const D& draws, const M& marked, const O& others) {
    const auto all = marked + others;
    return draws * (marked / all) * (others / all) * ((all - draws) / (all - 1.0));
  }

  template <class D, class M, class O> static auto support(const D& draws, const M& marked, const O& others) {
    return whole_range{to_whole(max(draws - others, 0.0)), to_whole(min(draws, marked))};
  }

  template <class Visit, class D, class M, class O> static void parameters(Visit&& visit, const D& draws, const M& marked, const O& others) {
    visit("draws", draws, both(nonnegative_whole{}.contains(draws), draws <= marked + others), "must be a whole number from 0 to marked + others");
    visit("marked", marked, nonnegative_whole{}.contains(marked), "must be a whole number and at least 0");
    visit("others", others, nonnegative_whole{}.contains(others), "must be a whole number and at least 0");
  }
};

template <class Draws, class Marked, class Others> struct hypergeometric : elementwise<hypergeometric_formulas, Draws, Marked, Others> {
  using elementwise<hypergeometric_formulas, Draws, Marked, Others>::elementwise;
};
template <class D, class M, class O> hypergeometric(D&&, M&&, O&&) -> hypergeometric<held<D>, held<M>, held<O>>;

}  // namespace starling
