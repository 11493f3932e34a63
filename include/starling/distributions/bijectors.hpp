// Bijectors: from free real numbers u to the values x of a support and back, with log |∂x/∂u|.
//
//   bijector<Support>::free_size(support)                   how many free numbers
//   bijector<Support>::template to_support<R>(support, u, log_jacobian)   x, reals being R; log_jacobian.add(term) is called
//   bijector<Support>::from_support(support, x, u)          writes the free numbers of x; finite also where x is an end of the support
// and, of single numbers, what densities at free numbers are made from (inner_numbers.hpp):
//   bijector<Support>::known(u)                             what takes time of u, without derivatives
//   bijector<Support>::inner(support, u, known)             x with all that is known of it
//   bijector<Support>::log_slope(support, x)                log |∂x/∂u|
//
// x is inside the support for every finite u: where it would be rounded to an end or beyond, it is the nearest number inside.
// For a simplex and the matrices the density that belongs to log |∂x/∂u| is that with respect to the free elements of x: all but the
// last of a simplex, those below the diagonal of a correlation factor, the lower triangle of a covariance. A unit vector has one more
// free number than dimensions: u has length r, x = u / r, and the term −r²/2 makes r's distribution proper (Marsaglia 1972).
// Transforms: Stan Reference Manual, "Constraint Transforms"; simplex: the isometric log-ratio (Egozcue et al. 2003).
#pragma once

#include <concepts>
#include <cstddef>
#include <limits>
#include <type_traits>

#include <starling/distributions/between_ends.hpp>
#include <starling/distributions/inner_numbers.hpp>
#include <starling/distributions/structured_supports.hpp>
#include <starling/values/exp.hpp>
#include <starling/values/hyperbolic.hpp>
#include <starling/values/log.hpp>
#include <starling/values/logistic.hpp>
#include <starling/values/vector.hpp>

namespace starling {

// Supports without a bijector (whole numbers, booleans) have none of this.
template <class Support> struct bijector;
template <class Support>
concept has_bijector = requires(const Support& s) { bijector<Support>::free_size(s); };

// Gathers the terms of a log Jacobian.
template <class R> struct log_jacobian_sum {
  R total = R(0);
  template <class X> void add(const X& term) { total = total + term; }
};
struct no_log_jacobian {
  template <class X> void add(const X&) {}
};

struct scalar_bijector {
  template <class Support> static std::size_t free_size(const Support&) { return 1; }
};

template <> struct bijector<real_line> : scalar_bijector {
  template <class R, class J> static R to_support(const real_line&, const R* u, J&) { return u[0]; }
  template <class X, class R> static void from_support(const real_line&, const X& x, R* u) { u[0] = x; }
};

// The distance of x from an end, where it is none a fraction of the distance to the next number.
template <class R, class D, class End> R distance_from_end(const D& distance, const End& end) {
  using limits = std::numeric_limits<scalar_of<R>>;
  return max(R(distance), R(abs(end) * (limits::epsilon() / 8) + limits::min()));
}

// To a support by an inner number.
template <class Bijector> struct by_inner_number : scalar_bijector {
  template <class R, class Support, class J> static R to_support(const Support& s, const R* u, J& log_jacobian) {
    const auto x = Bijector::inner(s, u[0], Bijector::known(primal(u[0])));
    log_jacobian.add(R(Bijector::log_slope(s, x)));
    return R(x.inside());
  }
};

// x = eᵘ.
template <class Bijector> struct exponential_bijector : by_inner_number<Bijector> {
  template <class V> static V known(const V& u) { return exp(u); }
  template <class Support, class X> static auto log_slope(const Support&, const X& x) { return x.log_value(); }
  template <class Support, class R> static free_positive<R> inner(const Support&, const R& u, const primal_of<R>& e) { return {u, e}; }
  template <class Support, class X, class R> static void from_support(const Support&, const X& x, R* u) { u[0] = log(into_positive(R(x))); }
};
template <> struct bijector<positive> : exponential_bijector<bijector<positive>> {};
template <> struct bijector<nonnegative> : exponential_bijector<bijector<nonnegative>> {};

template <class Lo> struct bijector<at_least<Lo>> : exponential_bijector<bijector<at_least<Lo>>> {
  template <class X> static auto log_slope(const at_least<Lo>&, const X& x) { return x.above.log_value(); }
  template <class R> static free_above<R, Lo> inner(const at_least<Lo>& s, const R& u, const primal_of<R>& e) { return {s.lo, {u, e}}; }
  template <class X, class R> static void from_support(const at_least<Lo>& s, const X& x, R* u) { u[0] = log(distance_from_end<R>(x - s.lo, s.lo)); }
};
template <class Hi> struct bijector<at_most<Hi>> : exponential_bijector<bijector<at_most<Hi>>> {
  template <class X> static auto log_slope(const at_most<Hi>&, const X& x) { return x.below.log_value(); }
  template <class R> static free_below<R, Hi> inner(const at_most<Hi>& s, const R& u, const primal_of<R>& e) { return {s.hi, {u, e}}; }
  template <class X, class R> static void from_support(const at_most<Hi>& s, const X& x, R* u) { u[0] = log(distance_from_end<R>(s.hi - x, s.hi)); }
};

// x = 1 / (1 + e⁻ᵘ).
template <> struct bijector<unit_interval> : by_inner_number<bijector<unit_interval>> {
  template <class V> static auto known(const V& u) { return logistic_and_complement(u); }
  template <class X> static auto log_slope(const unit_interval&, const X& x) { return x.log_value() + x.log_complement(); }
  template <class R> static free_fraction<R> inner(const unit_interval&, const R& u, const logistic_pair<primal_of<R>>& pair) { return {u, pair}; }
  template <class X, class R> static void from_support(const unit_interval&, const X& x, R* u) { u[0] = logit(into_unit_interval(R(x))); }
};
template <class Lo, class Hi> struct bijector<interval<Lo, Hi>> : by_inner_number<bijector<interval<Lo, Hi>>> {
  template <class V> static auto known(const V& u) { return logistic_and_complement(u); }
  template <class X> static auto log_slope(const interval<Lo, Hi>& s, const X& x) { return x.fraction.log_value() + x.fraction.log_complement() + log_of_width(s.lo, s.hi); }
  template <class R> static free_in_interval<R, Lo, Hi> inner(const interval<Lo, Hi>& s, const R& u, const logistic_pair<primal_of<R>>& pair) {
    return {s.lo, s.hi, {u, pair}};
  }
  // Far from the middle by the distance from the nearer end.
  template <class X, class R> static void from_support(const interval<Lo, Hi>& s, const X& x, R* u) {
    const R above = distance_from_end<R>(0.5 * x - 0.5 * s.lo, s.lo), below = distance_from_end<R>(0.5 * s.hi - 0.5 * x, s.hi);
    const R share = above / (above + below);
    u[0] = where(both(share > R(0.25), share < R(0.75)), logit(share), log(above) - log(below));
  }
};

template <class Lo, class Hi> struct bijector<open_interval<Lo, Hi>> : bijector<interval<Lo, Hi>> {
  template <class R> static free_in_open_interval<R, Lo, Hi> inner(const open_interval<Lo, Hi>& s, const R& u, const logistic_pair<primal_of<R>>& pair) {
    return {{s.lo, s.hi, {u, pair}}};
  }
  template <class R, class J> static R to_support(const open_interval<Lo, Hi>& s, const R* u, J& log_jacobian) {
    const auto x = inner(s, u[0], logistic_and_complement(primal(u[0])));
    log_jacobian.add(R(bijector::log_slope(s, x)));
    return R(x.inside());
  }
};

// That of the interval, of a half line or of the real line, as the ends say.
template <class Lo, class Hi> struct bijector<bounded<Lo, Hi>> : by_inner_number<bijector<bounded<Lo, Hi>>> {
  template <class V> struct known_part {
    logistic_pair<V> pair;
    V exponential;
  };
  template <class V> static known_part<V> known(const V& u) { return {logistic_and_complement(u), exp(u)}; }
  template <class R> static const R& log_slope(const bounded<Lo, Hi>&, const between_ends<R>& x) { return x.log_slope; }
  template <class R> static auto inner(const bounded<Lo, Hi>& s, const R& u, const known_part<primal_of<R>>& k) {
    using T = promote<R, Lo, Hi>;
    const auto ends = ends_of(s);
    const free_in_interval<R, promote<Lo, Hi>, promote<Lo, Hi>> in_interval{ends.lo, ends.hi, {u, k.pair}};
    const free_positive<R> away(u, k.exponential);
    const auto& [lo, hi, fraction] = in_interval;
    const T log_width = log_of_width(lo, hi), far(positive_infinity);
    const auto lower = both(ends.one, ends.lower), upper = both(ends.one, !ends.lower);
    const auto of_kind = [&](const T& two, const T& from_lower, const T& from_upper, const T& free) {
      return where(ends.two, two, where(lower, from_lower, where(upper, from_upper, free)));
    };
    const T above_lo(free_above<R, promote<Lo, Hi>>{lo, away}.inside()), below_hi(free_below<R, promote<Lo, Hi>>{hi, away}.inside());
    return between_ends<T>{
        of_kind(T(in_interval.inside()), above_lo, below_hi, T(u)),
        of_kind(T(share_of_width(fraction.value(), lo, hi)), T(away.value()), far, far),
        of_kind(T(log_width + fraction.log_value()), T(u), far, far),
        of_kind(T(share_of_width(fraction.complement(), lo, hi)), far, T(away.value()), far),
        of_kind(T(log_width + fraction.log_complement()), far, T(u), far),
        of_kind(T(log_width + fraction.log_value() + fraction.log_complement()), T(u), T(u), T(0))};
  }
  template <class X, class R> static void from_support(const bounded<Lo, Hi>& s, const X& x, R* u) {
    const auto ends = ends_of(s);
    const R away = where(ends.lower, distance_from_end<R>(x - ends.lo, ends.lo), distance_from_end<R>(ends.hi - x, ends.hi));
    R in_interval;
    bijector<interval<promote<Lo, Hi>>>::from_support(interval<promote<Lo, Hi>>{ends.lo, ends.hi}, x, &in_interval);
    u[0] = where(ends.two, in_interval, where(ends.one, R(log(where(ends.one, away, R(1)))), R(x)));
  }

 private:
  // The ends, 0 and 1 where they are infinite, and which are there.
  static auto ends_of(const bounded<Lo, Hi>& s) {
    const auto lower = as_real(s.lo) > negative_infinity, upper = as_real(s.hi) < positive_infinity;
    const auto a_half_line = either(both(lower, !upper), both(upper, !lower));
    using mask = std::remove_cvref_t<decltype(a_half_line)>;
    struct found {
      promote<Lo, Hi> lo, hi;
      mask lower, one, two;
    };
    return found{where(lower, s.lo, 0.0), where(upper, s.hi, 1.0), lower, a_half_line, both(lower, upper)};
  }
};

// Whether numbers of a support are known from their free numbers.
template <class S>
concept has_inner_numbers = requires(const S& s, const double& u) { bijector<S>::inner(s, u, bijector<S>::known(u)); };

// Vectors at the free numbers from u on: as a body gets them, and element by element. The support must outlive them.
template <class Of, class R> struct free_vector {
  const vector_of<Of>& on;
  const R* u;
  vector<R> x;
  auto at(std::size_t i) const {
    const auto s = on.element(i);
    using element = bijector<std::remove_cvref_t<decltype(s)>>;
    return element::inner(s, u[i], element::known(primal(u[i])));
  }
};
template <class Of> struct bijector<vector_of<Of>> {
  using element = bijector<std::remove_cvref_t<decltype(std::declval<const vector_of<Of>&>().element(0))>>;
  static std::size_t free_size(const vector_of<Of>& s)
    requires requires { element::free_size(s.element(0)); }
  {
    return s.n;
  }
  // Of real numbers: u itself, not copied.
  template <class R, class J> static vector<R> to_support(const vector_of<Of>& s, const R* u, J& log_jacobian) {
    if constexpr (std::is_same_v<element, bijector<real_line>>) return {const_cast<R*>(u), s.n};
    vector<R> x(s.n);
    for (std::size_t i = 0; i < s.n; ++i) x[i] = element::template to_support<R>(s.element(i), u + i, log_jacobian);
    return x;
  }
  template <class R, class J>
    requires has_inner_numbers<std::remove_cvref_t<decltype(std::declval<const vector_of<Of>&>().element(0))>>
  static free_vector<Of, R> inner(const vector_of<Of>& s, const R* u, J& log_jacobian) {
    return {s, u, to_support<R>(s, u, log_jacobian)};
  }
  template <class X, class R> static void from_support(const vector_of<Of>& s, const X& x, R* u) {
    for (std::size_t i = 0; i < s.n; ++i) element::from_support(s.element(i), x[i], u + i);
  }
};

// x_k = x_{k−1} + exp(u_k), or the next number where that is none; the first is u_0, or exp(u_0).
template <class Support, bool Positive> struct ordered_bijector {
  static std::size_t free_size(const Support& s) { return s.n; }
  template <class R, class J> static vector<R> to_support(const Support& s, const R* u, J& log_jacobian) {
    vector<R> x(s.n);
    for (std::size_t k = 0; k < s.n; ++k) {
      if (k == 0 && !Positive) {
        x[0] = u[0];
        continue;
      }
      log_jacobian.add(u[k]);
      const R step = free_positive<R>(u[k]).inside();
      x[k] = k == 0 ? step : min(max(x[k - 1] + step, after(x[k - 1])), R(std::numeric_limits<scalar_of<R>>::max()));
    }
    return x;
  }
  template <class X, class R> static void from_support(const Support& s, const X& x, R* u) {
    for (std::size_t k = 0; k < s.n; ++k)
      if (k == 0) u[0] = Positive ? R(log(x[0])) : R(x[0]);
      else u[k] = log(x[k] - x[k - 1]);
  }

 private:
  // A number above x, the next or the one after it.
  template <class R> static R after(const R& x) {
    using limits = std::numeric_limits<scalar_of<R>>;
    return x + max(abs(x) * limits::epsilon(), R(limits::min()));
  }
};
template <> struct bijector<ordered> : ordered_bijector<ordered, false> {};
template <> struct bijector<positive_ordered> : ordered_bijector<positive_ordered, true> {};

}  // namespace starling
