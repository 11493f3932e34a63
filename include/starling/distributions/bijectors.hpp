// Bijectors: from free real numbers u to the values x of a support and back, with log |∂x/∂u|.
//
//   bijector<Support>::free_size(support)                   how many free numbers
//   bijector<Support>::template to_support<R>(support, u, log_jacobian)   x, reals being R; log_jacobian.add(term) is called
//   bijector<Support>::from_support(support, x, u)          writes the free numbers of x
//
// For a simplex and the matrices the density that belongs to log |∂x/∂u| is that with respect to the free elements of x: all but the
// last of a simplex, those below the diagonal of a correlation factor, the lower triangle of a covariance. A unit vector has one more
// free number than dimensions: u has length r, x = u / r, and the term −r²/2 makes r's distribution proper (Marsaglia 1972).
// Transforms: Stan Reference Manual, "Constraint Transforms"; simplex: the isometric log-ratio (Egozcue et al. 2003).
#pragma once

#include <concepts>
#include <cstddef>
#include <type_traits>

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

// x = eᵘ.
struct exponential_bijector : scalar_bijector {
  template <class R, class Support, class J> static R to_support(const Support&, const R* u, J& log_jacobian) {
    log_jacobian.add(u[0]);
    return exp(u[0]);
  }
  template <class Support, class X, class R> static void from_support(const Support&, const X& x, R* u) { u[0] = log(x); }
};
template <> struct bijector<positive> : exponential_bijector {};
template <> struct bijector<nonnegative> : exponential_bijector {};

template <class Lo> struct bijector<at_least<Lo>> : scalar_bijector {
  template <class R, class J> static R to_support(const at_least<Lo>& s, const R* u, J& log_jacobian) {
    log_jacobian.add(u[0]);
    return s.lo + exp(u[0]);
  }
  template <class X, class R> static void from_support(const at_least<Lo>& s, const X& x, R* u) { u[0] = log(x - s.lo); }
};
template <class Hi> struct bijector<at_most<Hi>> : scalar_bijector {
  template <class R, class J> static R to_support(const at_most<Hi>& s, const R* u, J& log_jacobian) {
    log_jacobian.add(u[0]);
    return s.hi - exp(u[0]);
  }
  template <class X, class R> static void from_support(const at_most<Hi>& s, const X& x, R* u) { u[0] = log(s.hi - x); }
};

// log of the derivative of the logistic function.
template <class R> R log_logistic_slope(const R& u) { return u - 2.0 * log1p_exp(u); }

template <> struct bijector<unit_interval> : scalar_bijector {
  template <class R, class J> static R to_support(const unit_interval&, const R* u, J& log_jacobian) {
    log_jacobian.add(log_logistic_slope(u[0]));
    return inverse_logit(u[0]);
  }
  template <class X, class R> static void from_support(const unit_interval&, const X& x, R* u) { u[0] = logit(x); }
};
template <class Lo, class Hi> struct bijector<interval<Lo, Hi>> : scalar_bijector {
  template <class R, class J> static R to_support(const interval<Lo, Hi>& s, const R* u, J& log_jacobian) {
    const auto width = s.hi - s.lo;
    log_jacobian.add(log_logistic_slope(u[0]));
    log_jacobian.add(R(log(width)));
    return s.lo + width * inverse_logit(u[0]);
  }
  template <class X, class R> static void from_support(const interval<Lo, Hi>& s, const X& x, R* u) { u[0] = logit((x - s.lo) / (s.hi - s.lo)); }
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
  template <class X, class R> static void from_support(const vector_of<Of>& s, const X& x, R* u) {
    for (std::size_t i = 0; i < s.n; ++i) element::from_support(s.element(i), x[i], u + i);
  }
};

// x_k = x_{k−1} + exp(u_k); the first is u_0, or exp(u_0).
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
      x[k] = k == 0 ? exp(u[0]) : x[k - 1] + exp(u[k]);
    }
    return x;
  }
  template <class X, class R> static void from_support(const Support& s, const X& x, R* u) {
    for (std::size_t k = 0; k < s.n; ++k)
      if (k == 0) u[0] = Positive ? R(log(x[0])) : R(x[0]);
      else u[k] = log(x[k] - x[k - 1]);
  }
};
template <> struct bijector<ordered> : ordered_bijector<ordered, false> {};
template <> struct bijector<positive_ordered> : ordered_bijector<positive_ordered, true> {};

}  // namespace starling
