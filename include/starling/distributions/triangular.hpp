// triangular(lo, mode, hi): rises linearly from lo to the mode, where it is 2 / (hi − lo), and falls to hi.
#pragma once

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/inner_numbers.hpp>
#include <starling/distributions/probabilities.hpp>
#include <starling/distributions/standardized.hpp>
#include <starling/values/exp.hpp>
#include <starling/values/log.hpp>
#include <starling/values/logistic.hpp>

namespace starling {

struct triangular_formulas : real_valued {
  static constexpr std::string_view name = "triangular";
  static constexpr auto draws_follow = draw_derivative::pathwise;

  template <class Rng, class L, class M, class H> static auto sample(Rng& rng, const L& lo, const M& mode, const H& hi) {
    using V = typename Rng::real;
    const V u = rng.uniform();
    const V unit(unit_of_width(V(lo), V(hi)));
    const V a = unit * lo, b = unit * hi, width = b - a, left = unit * mode - a, right = b - unit * mode;
    const V x = where(u * width < left, a + sqrt(u) * (sqrt(width) * sqrt(left)), b - sqrt(1.0 - u) * (sqrt(width) * sqrt(right)));
    return max(min(V(x / unit), V(hi)), V(lo));
  }

  template <class X, class L, class M, class H> static auto log_density(const X& x, const L& lo, const M& mode, const H& hi) {
    const auto rising = x < mode;
    const auto unit = unit_of_width(lo, hi);
    const auto from_end = where(rising, unit * x - unit * lo, unit * hi - unit * x);
    const auto whole = where(rising, unit * mode - unit * lo, unit * hi - unit * mode);
    const auto lp = 0.69314718055994530942 - log_of_width(lo, hi) + where(x == mode, 0.0, log_ratio(from_end, where(x == mode, 1.0, whole)));
    return where(both(both(x >= lo, x <= hi), both(lo < hi, both(mode >= lo, mode <= hi))), lp, negative_infinity);
  }

  template <class X, class L, class M, class H> static auto tails(const X& x, const L& lo, const M& mode, const H& hi) {
    const auto unit = unit_of_width(lo, hi);
    const auto rising = x < mode;
    const auto from_end = where(rising, unit * max(x, lo) - unit * lo, unit * hi - unit * min(x, hi));
    const auto piece = where(rising, unit * mode - unit * lo, unit * hi - unit * mode);
    const auto near = log_ratio(from_end, unit * hi - unit * lo) + log_ratio(from_end, where(piece > 0.0, piece, 1.0)), far = log1m_exp(near);
    return log_tails{where(rising, near, far), where(rising, far, near)};
  }

  template <class T, class L, class M, class H> static auto quantile(const T& tails, const L& lo, const M& mode, const H& hi) {
    const auto unit = unit_of_width(lo, hi);
    const auto a = unit * lo, b = unit * hi, width = b - a, left = unit * mode - a, right = b - unit * mode;
    const auto rising = a + exp(0.5 * tails.below) * (sqrt(width) * sqrt(left)), falling = b - exp(0.5 * tails.above) * (sqrt(width) * sqrt(right));
    return where(tails.below < log_ratio(left, width), rising, falling) / unit;
  }

  template <class L, class M, class H> static auto mean(const L& lo, const M& mode, const H& hi) { return lo / 3.0 + mode / 3.0 + hi / 3.0; }

  template <class L, class M, class H> static auto variance(const L& lo, const M& mode, const H& hi) {
    const auto a = mode - lo, b = hi - mode;
    return (a * a + b * b + a * b) / 18.0;
  }

  template <class L, class M, class H> static auto support(const L& lo, const M&, const H& hi) { return interval{lo, hi}; }

  template <class Visit, class L, class M, class H> static void parameters(Visit&& visit, const L& lo, const M& mode, const H& hi) {
    visit("lo", lo, both(is_finite(lo), lo < hi), "must be finite and less than hi");
    visit("mode", mode, both(mode >= lo, mode <= hi), "must be between lo and hi");
    visit("hi", hi, both(is_finite(hi), lo < hi), "must be finite and greater than lo");
  }
};

template <class Lo, class Mode, class Hi> struct triangular : elementwise<triangular_formulas, Lo, Mode, Hi> {
  using elementwise<triangular_formulas, Lo, Mode, Hi>::elementwise;
};
template <class L, class M, class H> triangular(L&&, M&&, H&&) -> triangular<held<L>, held<M>, held<H>>;

}  // namespace starling
