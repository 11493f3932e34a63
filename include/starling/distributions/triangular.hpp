// triangular(lo, mode, hi): rises linearly from lo to the mode, where it is 2 / (hi − lo), and falls to hi.
#pragma once

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/probabilities.hpp>
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
    const V width = V(hi) - V(lo), left = V(mode) - V(lo), right = V(hi) - V(mode);
    return max(min(where(u * width < left, V(lo) + sqrt(u) * (sqrt(width) * sqrt(left)), V(hi) - sqrt(1.0 - u) * (sqrt(width) * sqrt(right))), V(hi)), V(lo));
  }

  template <class X, class L, class M, class H> static auto log_density(const X& x, const L& lo, const M& mode, const H& hi) {
    const auto rising = x < mode;
    const auto from_end = where(rising, x - lo, hi - x), whole = where(rising, mode - lo, hi - mode);
    const auto lp = 0.69314718055994530942 - log(hi - lo) + where(x == mode, 0.0, log(from_end / where(x == mode, 1.0, whole)));
    return where(both(both(x >= lo, x <= hi), both(both(lo < hi, is_finite(hi - lo)), both(mode >= lo, mode <= hi))), lp, negative_infinity);
  }

  template <class X, class L, class M, class H> static auto tails(const X& x, const L& lo, const M& mode, const H& hi) {
    const auto width = hi - lo;
    const auto rising = x < mode;
    const auto from_end = where(rising, max(x, lo) - lo, hi - min(x, hi)), piece = where(rising, mode - lo, hi - mode);
    const auto near = log(from_end / width) + log(from_end / where(piece > 0.0, piece, 1.0)), far = log1m_exp(near);
    return log_tails{where(rising, near, far), where(rising, far, near)};
  }

  template <class T, class L, class M, class H> static auto quantile(const T& tails, const L& lo, const M& mode, const H& hi) {
    const auto width = hi - lo;
    return where(tails.below < log((mode - lo) / width), lo + exp(0.5 * tails.below) * (sqrt(width) * sqrt(mode - lo)), hi - exp(0.5 * tails.above) * (sqrt(width) * sqrt(hi - mode)));
  }

  template <class L, class M, class H> static auto mean(const L& lo, const M& mode, const H& hi) { return (lo + mode + hi) / 3.0; }

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
