// arcsine(lo, hi): 1 / (π √((x − lo) (hi − x))) for lo < x < hi.
#pragma once

#include <limits>

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/inner_numbers.hpp>
#include <starling/distributions/probabilities.hpp>
#include <starling/values/exp.hpp>
#include <starling/values/inverse_trigonometry.hpp>
#include <starling/values/log.hpp>
#include <starling/values/trigonometry.hpp>

namespace starling {

struct arcsine_formulas : real_valued {
  static constexpr std::string_view name = "arcsine";
  static constexpr auto draws_follow = draw_derivative::pathwise;

  template <class Rng, class L, class H> static auto sample(Rng& rng, const L& lo, const H& hi) {
    using V = typename Rng::real;
    const V a(lo), b(hi);
    const V s = sin(1.57079632679489661923 * rng.uniform());
    const V unit(unit_of_width(a, b));
    const V x = a + (unit * b - unit * a) * s * s / unit;
    // Rounding leaves a draw at least a last place inside.
    constexpr auto place = std::numeric_limits<scalar_of<V>>::epsilon();
    constexpr auto least = std::numeric_limits<scalar_of<V>>::min();
    const V above = a + max(abs(a) * V(place), V(least)), below = b - max(abs(b) * V(place), V(least));
    return where(x <= a, above, where(x >= b, below, x));
  }

  // Of x at a free number (free_in_interval).
  template <class X, class L, class H> static auto log_density_inside(const X& x, const L& lo, const H& hi) {
    const auto lp = -1.14472988584940017414 - 0.5 * (x.fraction.log_value() + x.fraction.log_complement()) - log_of_width(lo, hi);
    return where(lo < hi, lp, negative_infinity);
  }
  template <class X, class L, class H> static auto log_density(const X& x, const L& lo, const H& hi) {
    const auto lp = -1.14472988584940017414 - 0.5 * (log_of_width(lo, x) + log_of_width(x, hi));
    return where(both(x > lo, x < hi), lp, negative_infinity);
  }

  template <class X, class L, class H> static auto tails(const X& x, const L& lo, const H& hi) {
    const auto unit = unit_of_width(lo, hi);
    const auto width = unit * hi - unit * lo;
    const auto from_lo = unit * max(x, lo) - unit * lo, from_hi = unit * hi - unit * min(x, hi);
    const auto lower = from_lo < from_hi;
    const auto near = log(0.63661977236758134308 * asin(sqrt(where(lower, from_lo, from_hi) / width))), far = log1m_exp(near);
    return log_tails{where(lower, near, far), where(lower, far, near)};
  }

  template <class T, class L, class H> static auto quantile(const T& tails, const L& lo, const H& hi) {
    const auto upper = tails.above < tails.below;
    const auto s = sin(1.57079632679489661923 * exp(where(upper, tails.above, tails.below)));
    const auto unit = unit_of_width(lo, hi);
    const auto step = (unit * hi - unit * lo) * s * s / unit;
    return where(upper, hi - step, lo + step);
  }

  template <class L, class H> static auto mean(const L& lo, const H& hi) { return middle_of(lo, hi); }

  template <class L, class H> static auto variance(const L& lo, const H& hi) { return 0.125 * (hi - lo) * (hi - lo); }

  template <class L, class H> static auto support(const L& lo, const H& hi) { return open_interval{lo, hi}; }

  template <class Visit, class L, class H> static void parameters(Visit&& visit, const L& lo, const H& hi) {
    visit("lo", lo, both(is_finite(lo), lo < hi), "must be finite and less than hi");
    visit("hi", hi, both(is_finite(hi), lo < hi), "must be finite and greater than lo");
  }
};

template <class Lo, class Hi> struct arcsine : elementwise<arcsine_formulas, Lo, Hi> {
  using elementwise<arcsine_formulas, Lo, Hi>::elementwise;
};
template <class L, class H> arcsine(L&&, H&&) -> arcsine<held<L>, held<H>>;

}  // namespace starling
