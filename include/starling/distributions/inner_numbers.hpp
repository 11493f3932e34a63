// Numbers inside a support, with what a formula of the number alone would lose: its logarithm, its distance from the other end.
//
// A density that needs them is written once over any of these, as `log_density_inside(x, parameters…)` of its formulas, and is so that
// of a plain number (plain_positive, plain_fraction) and that at a free number u (bijectors.hpp: free_positive, free_fraction, …), where
// x = 1 − 10⁻¹⁰⁰ has a complement and x = 10⁻⁴⁰⁰ a logarithm. Of a free number
//   inside()   is what a body gets: the nearest number inside the support
//   value()    is the number itself, 0 or ∞ where it is no number of the type
#pragma once

#include <limits>
#include <tuple>
#include <type_traits>

#include <starling/distributions/inside.hpp>
#include <starling/values/derivatives.hpp>
#include <starling/values/logistic.hpp>

namespace starling {

// The number `inside` with the derivatives of u times `slope`.
template <class R, class V> [[gnu::always_inline]] inline R with_slope(const R& u, const V& inside, const V& slope) {
  if constexpr (differentiable<R>) return chain(inside, u, [&] { return slope; });
  else return inside;
}

// x > 0.
template <class X> struct plain_positive {
  X x;
  const X& value() const { return x; }
  X log_value() const { return log(x); }
  template <class A> auto dividing(const A& a) const { return a / x; }  // a / x
};
// x = eᵘ. `known`: eᵘ without derivatives.
template <class R> struct free_positive {
  using known_part = primal_of<R>;
  R u;
  known_part known;
  explicit free_positive(const R& free) : free_positive(free, exp(primal(free))) {}
  [[gnu::always_inline]] free_positive(const R& free, const known_part& e) : u(free), known(e) {}

  // Where eᵘ under- or overflows the derivative goes on being x, so that log x and 1 / x have theirs.
  R inside() const {
    const auto x = into_positive(known);
    return with_slope(u, x, x);
  }
  R value() const { return with_slope(u, known, known); }
  const R& log_value() const { return u; }
  template <class A> auto dividing(const A& a) const { return a * exp(-u); }
};

// Where a formula of x > 0 is to be one of log x, since x, or its square, may be more than a number can hold.
template <class X> auto is_far(const X& x) {
  using V = primal_of<X>;
  return !(primal(x) < V(std::is_same_v<scalar_of<V>, float> ? 1e18f : 1e150));
}
// log(1 + x / scale).
template <class X, class S> auto log_one_plus_share(const X& x, const S& scale) {
  const auto z = x.value() / scale;
  const auto near = log1p(z);
  const auto far = is_far(z);
  if (!any(far)) [[likely]]
    return near;
  return where(far, x.log_value() - log(scale), near);
}

// 0 < x < 1.
template <class X> struct plain_fraction {
  X x;
  const X& value() const { return x; }
  auto complement() const { return 1.0 - x; }
  X log_value() const { return log(x); }
  X log_complement() const { return log1p(-x); }
  X log_odds() const { return logit(x); }
};
// x = 1 / (1 + e⁻ᵘ). `known`: what `at` is without derivatives.
template <class R> struct free_fraction {
  using known_part = logistic_pair<primal_of<R>>;
  R u;
  logistic_pair<R> at;
  explicit free_fraction(const R& free) : free_fraction(free, logistic_and_complement(primal(free))) {}
  [[gnu::always_inline]] free_fraction(const R& free, const known_part& known) : u(free), at(of(free, known)) {}

  // The derivative is that of the number it is rounded to, so that log x and log(1 − x) have theirs.
  R inside() const {
    const auto x = into_unit_interval(primal(at.value));
    return with_slope(u, x, std::remove_cvref_t<decltype(x)>(x * (1.0 - x)));
  }
  const R& value() const { return at.value; }
  const R& complement() const { return at.complement; }
  const R& log_value() const { return at.log_value; }
  const R& log_complement() const { return at.log_complement; }
  const R& log_odds() const { return u; }

 private:
  static logistic_pair<R> of(const R& free, const known_part& known) {
    if constexpr (differentiable<R>) return differentiated(known, free);
    else return known;
  }
};

// Whether hi − lo overflows, where both are finite.
template <class W> auto is_too_wide(const W& width) {
  using V = primal_of<W>;
  return !(primal(width) <= V(std::numeric_limits<scalar_of<V>>::max()));
}
template <class L, class H> auto log_of_width(const L& lo, const H& hi) {
  const auto width = hi - lo;
  const auto wide = is_too_wide(width);
  const auto ordinary = log(width);
  if (!any(wide)) return ordinary;
  return where(wide, log(0.5 * hi - 0.5 * lo) + 0.69314718055994530942, ordinary);
}
// What makes distances between lo and hi numbers: ½ where hi − lo overflows, 1 elsewhere.
template <class L, class H> auto unit_of_width(const L& lo, const H& hi) {
  const auto width = primal(hi - lo);
  return where(is_too_wide(width), std::remove_cvref_t<decltype(width)>(0.5), std::remove_cvref_t<decltype(width)>(1));
}
// share · (hi − lo), for a share of at most ½.
template <class S, class L, class H> auto share_of_width(const S& share, const L& lo, const H& hi) {
  const auto width = hi - lo;
  const auto wide = is_too_wide(width);
  const auto ordinary = share * width;
  if (!any(wide)) return ordinary;
  return where(wide, share * hi - share * lo, ordinary);
}

template <class L, class H> auto middle_of(const L& lo, const H& hi) { return lo + share_of_width(0.5, lo, hi); }

// x = lo + fraction · (hi − lo), taken from the nearer end.
template <class R, class Lo, class Hi> struct free_in_interval {
  Lo lo;
  Hi hi;
  free_fraction<R> fraction;
  auto inside() const {
    const auto below = primal(fraction.u) < primal_of<R>(0);
    const auto from_nearer_end = [&](const auto& share) {
      const auto step = share_of_width(share, lo, hi);
      return where(below, lo + step, hi - step);
    };
    if constexpr (differentiable<Lo> || differentiable<Hi>) {
      return from_nearer_end(where(below, fraction.value(), fraction.complement()));
    } else {
      const auto value = primal(fraction.value()), complement = primal(fraction.complement());
      const primal_of<R> x = from_nearer_end(where(below, value, complement)), slope = share_of_width(value * complement, lo, hi);
      return with_slope(fraction.u, x, slope);
    }
  }
};

// The same without the ends.
template <class R, class Lo, class Hi> struct free_in_open_interval : free_in_interval<R, Lo, Hi> {
  auto inside() const {
    using limits = std::numeric_limits<scalar_of<R>>;
    const auto x = free_in_interval<R, Lo, Hi>::inside();
    using real = std::remove_cvref_t<decltype(x)>;
    const auto place = [](const auto& end) { return abs(end) * limits::epsilon() + limits::min(); };
    return max(min(x, real(this->hi - place(this->hi))), real(this->lo + place(this->lo)));
  }
};

// x = lo + eᵘ, x = hi − eᵘ.
template <class R, class Lo> struct free_above {
  Lo lo;
  free_positive<R> above;
  auto inside() const {
    const auto x = lo + above.inside();
    return min(x, std::remove_cvref_t<decltype(x)>(std::numeric_limits<scalar_of<R>>::max()));
  }
};
template <class R, class Hi> struct free_below {
  Hi hi;
  free_positive<R> below;
  auto inside() const {
    const auto x = hi - below.inside();
    return max(x, std::remove_cvref_t<decltype(x)>(-std::numeric_limits<scalar_of<R>>::max()));
  }
};

// The log density of d at such a number.
template <class D, class X> auto density_inside(const D& d, const X& x) {
  if constexpr (requires { typename D::formulas; }) {
    using formulas = typename D::formulas;
    return std::apply(
        [&](const auto&... p) {
          if constexpr (requires { formulas::log_density_inside(x, p...); }) return formulas::log_density_inside(x, p...);
          else return formulas::log_density(x.inside(), p...);
        },
        d.values());
  } else if constexpr (requires { d.log_density_inside(x); }) {
    return d.log_density_inside(x);
  } else {
    return d.log_density(x.inside());
  }
}

}  // namespace starling
