// wrapped_normal(location, scale): normal(location, scale) wound around the circle, Σ normal(x + 2πk; location, scale) over all whole k, for
// angles x in [−π, π].
#pragma once

#include <starling/distributions/circle.hpp>
#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/probabilities.hpp>
#include <starling/distributions/saddle_point.hpp>
#include <starling/values/exp.hpp>
#include <starling/values/log.hpp>
#include <starling/values/trigonometry.hpp>

namespace starling {

struct wrapped_normal_formulas : real_valued {
  static constexpr std::string_view name = "wrapped_normal";
  static constexpr auto draws_follow = draw_derivative::pathwise;

  template <class Rng, class L, class S> static auto sample(Rng& rng, const L& location, const S& scale) {
    return wrapped_draw(into_finite(typename Rng::real(near_angle(location) + scale * rng.normal())));
  }

  template <class X, class L, class S> static auto log_density(const X& x, const L& location, const S& scale) {
    // Around the nearest turn where the scale is small; by the Fourier series, whose terms die out, where it is large.
    const auto d = abs(wrapped(x - near_angle(location)));
    const auto square = scale * scale;
    const auto wide = square > two_pi;
    const auto one = where(wide, 1.0, scale);  // its square may be 0
    auto turns = exp(-two_pi * ((pi - d) / one / one)) + 1.0;
    for (const double k : {1.0, 2.0, 3.0, 4.0}) {
      turns = turns + exp(-two_pi * k * ((pi * k + d) / one / one));
      if (k > 1) turns = turns + exp(-two_pi * k * ((pi * k - d) / one / one));
    }
    const auto z = d / one;
    const auto narrow = log(turns) - 0.5 * z * z - half_log_two_pi - log(one);
    auto waves = 0.0 * d + 0.0 * scale;
    for (const double n : {1.0, 2.0, 3.0, 4.0}) waves = waves + cos(n * d) * exp(-0.5 * n * n * square);
    const auto lp = where(wide, log1p(2.0 * where(wide, waves, 0.0)) - 1.83787706640934548356, narrow);
    return where(both(angles().contains(x), scale > S(0)), lp, negative_infinity);
  }

  template <class L, class S> static auto support(const L&, const S&) { return angles(); }

  template <class Visit, class L, class S> static void parameters(Visit&& visit, const L& location, const S& scale) {
    visit("location", location, is_finite(location), "must be finite");
    visit("scale", scale, is_positive_finite(scale), "must be positive and finite");
  }
};

template <class Location, class Scale> struct wrapped_normal : elementwise<wrapped_normal_formulas, Location, Scale> {
  using elementwise<wrapped_normal_formulas, Location, Scale>::elementwise;
};
template <class L, class S> wrapped_normal(L&&, S&&) -> wrapped_normal<held<L>, held<S>>;

}  // namespace starling
