// wrapped_cauchy(location, concentration): (1 − ρ²) / (2π (1 + ρ² − 2ρ cos(x − location))), ρ = concentration, for angles x in [−π, π]: a Cauchy
// distribution of scale −log ρ wound around the circle.
#pragma once

#include <starling/distributions/circle.hpp>
#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/probabilities.hpp>
#include <starling/values/log.hpp>
#include <starling/values/trigonometry.hpp>

namespace starling {

struct wrapped_cauchy_formulas : real_valued {
  static constexpr std::string_view name = "wrapped_cauchy";
  static constexpr auto draws_follow = draw_derivative::pathwise;

  template <class Rng, class L, class C> static auto sample(Rng& rng, const L& location, const C& concentration) {
    // 2 atan((1 − ρ) / (1 + ρ) · tan(π(u − ½))), from the nearer end of (0, 1).
    const auto u = rng.uniform();
    const auto lower = u < decltype(u)(0.5);
    const auto t = 2.0 * atan((1.0 - concentration) / (1.0 + concentration) / tan(3.14159265358979323846 * where(lower, u, 1.0 - u)));
    return wrapped_draw(typename Rng::real(near_angle(location) + where(lower, -t, t)));
  }

  template <class X, class L, class C> static auto log_density(const X& x, const L& location, const C& concentration) {
    const auto s = sin(half_turn(x, location));
    const auto rest = 1.0 - concentration;
    const auto lp = log(rest) + log1p(concentration) - 1.83787706640934548356 - log(rest * rest + 4.0 * concentration * s * s);
    return where(both(angles().contains(x), concentration >= 0.0), lp, negative_infinity);
  }

  template <class L, class C> static auto support(const L&, const C&) { return angles(); }

  template <class Visit, class L, class C> static void parameters(Visit&& visit, const L& location, const C& concentration) {
    visit("location", location, is_finite(location), "must be finite");
    visit("concentration", concentration, both(concentration >= 0.0, concentration < 1.0), "must be at least 0 and below 1");
  }
};

template <class Location, class Concentration> struct wrapped_cauchy : elementwise<wrapped_cauchy_formulas, Location, Concentration> {
  using elementwise<wrapped_cauchy_formulas, Location, Concentration>::elementwise;
};
template <class L, class C> wrapped_cauchy(L&&, C&&) -> wrapped_cauchy<held<L>, held<C>>;

}  // namespace starling
