// von_mises(location, concentration): exp(concentration · cos(x − location)) / (2π I₀(concentration)) for angles x in [−π, π].
#pragma once

#include <starling/distributions/circle.hpp>
#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/gamma_draws.hpp>
#include <starling/distributions/probabilities.hpp>
#include <starling/distributions/log_of_parameter.hpp>
#include <starling/distributions/special_functions.hpp>
#include <starling/values/inverse_trigonometry.hpp>
#include <starling/values/trigonometry.hpp>

namespace starling {

inline constexpr double log_two_pi = 1.83787706640934548356;

struct von_mises_formulas : real_valued {
  static constexpr std::string_view name = "von_mises";
  static constexpr auto draws_follow = draw_derivative::implicit;

  template <class Rng, class L, class C> static auto sample(Rng& rng, const L& location, const C& concentration) {
    // D. J. Best, N. I. Fisher: Efficient simulation of the von Mises distribution (1979), written by what stays exact for small and large
    // concentrations: q = 1/r, and 1 − f, f being the cosine of the angle.
    using V = typename Rng::real;
    if constexpr (differentiable<V>) return following(rng, location, concentration);
    else return wrapped_draw(V(near_angle(V(location)) + angle_of(rng, V(location), V(concentration))));
  }

  // An angle from the location; NaN where a parameter is bad.
  template <class Rng, class V> static V angle_of(Rng& rng, const V& centre, const V& kappa) {
    const auto large = kappa > V(1e8);
    // Half of √(1 + 4κ²), and the rest of halves, since 2κ may overflow.
    const V s = where(large, kappa, 0.5 * sqrt(1.0 + 4.0 * where(large, V(0), kappa) * kappa));
    const V rest = 1.0 + 0.5 / (s + kappa);  // 2κ (r − 1)
    const V q = kappa / (0.5 + s), q_less = 0.5 * rest / (0.5 + s);
    V less(not_a_number), side(0);  // 1 less the cosine, and what has the sign of the angle
    auto pending = both(rng.active(), both(both(kappa >= V(0), kappa < V(positive_infinity)), is_finite(centre)));
    for (int round = 0; round < most_rounds && any(pending); ++round) {
      const auto [turn, u] = rng.pair();
      const V half = 3.14159265358979323846 * (turn - 0.5);
      const auto turned = sincos(half);
      const V f_less = 2.0 * q_less * turned.sine * turned.sine / (q_less + 2.0 * q * turned.cosine * turned.cosine);
      const V c = 0.5 * rest + kappa * f_less;
      // Accepted where log c − log u + 1 − c ≥ 0: at least where c (2 − c) > u.
      auto accepted = both(pending, c * (2.0 - c) > u);
      const auto open = both(pending, !accepted);
      if (any(open)) accepted = either(accepted, both(open, log(c) - log(u) + 1.0 - c >= V(0)));
      less = where(accepted, f_less, less);
      side = where(accepted, half, side);
      pending = both(pending, !accepted);
    }
    return copysign(2.0 * asin(min(sqrt(0.5 * less), V(1))), side);
  }
  template <class Rng, class L, class C> static auto following(Rng& rng, const L& location, const C& concentration) {
    using R = typename Rng::real;
    using V = primal_of<R>;
    const R kappa(concentration);
    const V angle = angle_of(rng.plain(), V(primal(location)), kappa.value());
    const R turned = chain(angle, kappa, [&] {
      const auto less_one = log_scaled_bessel_i0(dual_variable<0>(kappa.value())).template by<0>();
      return angle_draw_derivative(angle, kappa.value(), V(less_one));
    });
    const R x = near_angle(location) + turned;
    return map_derivatives(wrapped_draw(x.value()), x, [](const V& d) { return d; });
  }

  template <class X, class L, class C> static auto log_density(const X& x, const L& location, const C& concentration) {
    const auto s = sin(half_turn(x, location));
    const auto lp = -2.0 * (concentration * s * s) - log_two_pi - of_parameters_only([](const auto& c) { return log_scaled_bessel_i0(c); }, concentration);
    return where(both(angles().contains(x), concentration >= 0.0), lp, negative_infinity);
  }

  template <class L, class C> static auto support(const L&, const C&) { return angles(); }

  template <class Visit, class L, class C> static void parameters(Visit&& visit, const L& location, const C& concentration) {
    visit("location", location, is_finite(location), "must be finite");
    visit("concentration", concentration, both(concentration >= 0.0, concentration < positive_infinity), "must be at least 0 and finite");
  }
};

template <class Location, class Concentration> struct von_mises : elementwise<von_mises_formulas, Location, Concentration> {
  using elementwise<von_mises_formulas, Location, Concentration>::elementwise;
};
template <class L, class C> von_mises(L&&, C&&) -> von_mises<held<L>, held<C>>;

}  // namespace starling
