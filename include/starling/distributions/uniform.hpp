// uniform(lo, hi): 1 / (hi − lo) on [lo, hi].
#pragma once

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/inner_numbers.hpp>
#include <starling/distributions/probabilities.hpp>
#include <starling/distributions/standardized.hpp>
#include <starling/values/exp.hpp>
#include <starling/values/log.hpp>

namespace starling {

struct uniform_formulas : real_valued {
  static constexpr std::string_view name = "uniform";
  static constexpr auto draws_follow = draw_derivative::pathwise;

  template <class Rng, class L, class H> static auto sample(Rng& rng, const L& lo, const H& hi) {
    const auto u = rng.uniform();
    const auto x = lo + (hi - lo) * u;
    const auto wide = is_too_wide(hi - lo);
    if (!any(wide)) return x;
    return where(wide, lo * (1.0 - u) + hi * u, x);
  }

  template <class X, class L, class H> [[gnu::always_inline]] static auto log_density_inside(const X&, const L& lo, const H& hi) {
    return where(lo < hi, -log_of_width(lo, hi), negative_infinity);
  }
  template <class X, class L, class H> [[gnu::always_inline]] static auto log_density(const X& x, const L& lo, const H& hi) {
    const auto inside = both(both(x >= lo, x <= hi), lo < hi);
    return where(inside, -log_of_width(lo, hi), negative_infinity);
  }

  template <class L, class H> static auto support(const L& lo, const H& hi) { return interval{lo, hi}; }

  template <class L, class H> static auto mean(const L& lo, const H& hi) { return middle_of(lo, hi); }
  template <class L, class H> static auto variance(const L& lo, const H& hi) { return (hi - lo) * (hi - lo) / 12.0; }

  template <class X, class L, class H> static auto tails(const X& x, const L& lo, const H& hi) {
    const auto inside = max(min(x, hi), lo);
    const auto unit = unit_of_width(lo, hi);
    const auto width = unit * hi - unit * lo;
    return log_tails{log_ratio(unit * inside - unit * lo, width), log_ratio(unit * hi - unit * inside, width)};
  }
  template <class T, class L, class H> static auto quantile(const T& tails, const L& lo, const H& hi) {
    const auto unit = unit_of_width(lo, hi);
    const auto width = unit * hi - unit * lo;
    return where(tails.below < tails.above, lo + width * exp(tails.below) / unit, hi - width * exp(tails.above) / unit);
  }

  template <class Visit, class L, class H> static void parameters(Visit&& visit, const L& lo, const H& hi) {
    visit("lo", lo, both(is_finite(lo), lo < hi), "must be finite and less than hi");
    visit("hi", hi, both(is_finite(hi), lo < hi), "must be finite and greater than lo");
  }
};

template <class Lo, class Hi> struct uniform : elementwise<uniform_formulas, Lo, Hi> {
  using elementwise<uniform_formulas, Lo, Hi>::elementwise;
};
template <class L, class H> uniform(L&&, H&&) -> uniform<held<L>, held<H>>;

}  // namespace starling
