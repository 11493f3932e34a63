// discrete_uniform(lo, hi): 1 / (hi − lo + 1) for the whole numbers lo, lo + 1, …, hi.
#pragma once

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/probabilities.hpp>
#include <starling/distributions/whole_draws.hpp>
#include <starling/values/exp.hpp>
#include <starling/values/log.hpp>

namespace starling {

struct discrete_uniform_formulas : whole_valued {
  static constexpr std::string_view name = "discrete_uniform";
  static constexpr auto draws_follow = draw_derivative::none;

  template <class Rng, class L, class H> static auto sample(Rng& rng, const L& lo, const H& hi) {
    using V = typename Rng::real;
    const V first(lo), n = V(hi) - first + 1.0;
    const V k = first + min(floor(n * rng.uniform()), n - 1.0);
    return drawn_whole(V(where(is_finite(k), k, V(not_a_number))));
  }

  template <class K, class L, class H> static auto log_density(const K& k, const L& lo, const H& hi) {
    return where(both(whole_range{lo, hi}.contains(k), both(is_whole(lo), is_whole(hi))), -log(hi - lo + 1.0), negative_infinity);
  }

  template <class K, class L, class H> static auto tails(const K& k, const L& lo, const H& hi) {
    const auto n = hi - lo + 1.0;
    const auto reached = max(min(floor(k) - lo + 1.0, n), 0.0);
    return log_tails{log(reached / n), log((n - reached) / n)};
  }

  template <class T, class L, class H> static auto quantile(const T& tails, const L& lo, const H& hi) {
    // By the smaller tail: the least count whose share is p.
    const auto n = hi - lo + 1.0;
    const auto count = where(tails.below < tails.above, ceil(n * exp(tails.below) * (1.0 - 1e-15)), n - floor(n * exp(tails.above) * (1.0 + 1e-15)));
    return lo + max(count - 1.0, 0.0);
  }

  template <class L, class H> static auto mean(const L& lo, const H& hi) { return lo + 0.5 * (hi - lo); }

  template <class L, class H> static auto variance(const L& lo, const H& hi) { return ((hi - lo + 1.0) * (hi - lo + 1.0) - 1.0) / 12.0; }

  template <class L, class H> static auto support(const L& lo, const H& hi) { return whole_range{to_whole(lo), to_whole(hi)}; }

  template <class Visit, class L, class H> static void parameters(Visit&& visit, const L& lo, const H& hi) {
    visit("lo", lo, both(is_whole(lo), lo <= hi), "must be a whole number and at most hi");
    visit("hi", hi, both(is_whole(hi), lo <= hi), "must be a whole number and at least lo");
  }
};

template <class Lo, class Hi> struct discrete_uniform : elementwise<discrete_uniform_formulas, Lo, Hi> {
  using elementwise<discrete_uniform_formulas, Lo, Hi>::elementwise;
};
template <class L, class H> discrete_uniform(L&&, H&&) -> discrete_uniform<held<L>, held<H>>;

}  // namespace starling
