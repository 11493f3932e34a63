// The mathematical functions on numbers with derivatives: the plain function (math.hpp) and its derivative, once for both kinds.
#pragma once

#include <span>

#include <starling/values/differentiable.hpp>
#include <starling/values/math.hpp>

namespace starling {

template <differentiable A> [[gnu::always_inline]] inline A exp(const A& x) {
  const auto f = exp(x.value());
  return chain(f, x, [&] { return f; });
}
template <differentiable A> [[gnu::always_inline]] inline A expm1(const A& x) {
  const auto v = x.value();
  return chain(expm1(v), x, [&] { return exp(v); });
}
template <differentiable A> [[gnu::always_inline]] inline A log(const A& x) {
  const auto v = x.value();
  return chain(log(v), x, [&] { return 1.0 / v; });
}
template <differentiable A> [[gnu::always_inline]] inline A log1p(const A& x) {
  const auto v = x.value();
  return chain(log1p(v), x, [&] { return 1.0 / (1.0 + v); });
}
template <differentiable A> inline A sqrt(const A& x) {
  const auto f = sqrt(x.value());
  return chain(f, x, [&] { return 0.5 / f; });
}
// |x|; the derivative at 0 is 0.
template <differentiable A> inline A abs(const A& x) {
  using V = primal_of<A>;
  const V v = x.value();
  return chain(abs(v), x, [&] { return where(v > V(0), V(1), where(v < V(0), V(-1), v * V(0))); });
}
template <differentiable A, class B>
  requires with_derivatives<A, B>
inline A copysign(const A& x, const B& y) {
  using V = primal_of<A>;
  const V v = x.value(), f = copysign(v, plain<V>(y));
  return chain(f, x, [&] { return copysign(V(1), v) * copysign(V(1), f); });
}

template <differentiable A> inline sine_and_cosine<A> sincos(const A& x) {
  const auto both = sincos(x.value());
  return {chain(both.sine, x, [&] { return both.cosine; }), chain(both.cosine, x, [&] { return -both.sine; })};
}
template <differentiable A> inline A sin(const A& x) { return sincos(x).sine; }
template <differentiable A> inline A cos(const A& x) { return sincos(x).cosine; }
template <differentiable A> inline A tan(const A& x) {
  const auto f = tan(x.value());
  return chain(f, x, [&] { return 1.0 + f * f; });
}
template <differentiable A> inline A atan(const A& x) {
  const auto v = x.value();
  return chain(atan(v), x, [&] { return 1.0 / (1.0 + v * v); });
}
template <differentiable A> inline A asin(const A& x) {
  const auto v = x.value();
  return chain(asin(v), x, [&] { return 1.0 / sqrt((1.0 - v) * (1.0 + v)); });
}
template <differentiable A> inline A acos(const A& x) {
  const auto v = x.value();
  return chain(acos(v), x, [&] { return -1.0 / sqrt((1.0 - v) * (1.0 + v)); });
}
// The angle of the point (x, y); at the origin there is no derivative.
template <class A, class B>
  requires with_derivatives<A, B>
inline auto atan2(const A& y, const B& x) {
  using V = primal_where_they_meet<A, B>;
  const V a = plain<V>(y), b = plain<V>(x), squares = a * a + b * b;
  return join_any(
      atan2(a, b), y, [&](const V& d) { return passed_on(d, V(b / squares)); }, x, [&](const V& d) { return passed_on(d, V(-a / squares)); });
}
template <differentiable A> inline A sinh(const A& x) {
  const auto v = x.value();
  return chain(sinh(v), x, [&] { return cosh(v); });
}
template <differentiable A> inline A cosh(const A& x) {
  const auto v = x.value();
  return chain(cosh(v), x, [&] { return sinh(v); });
}
template <differentiable A> inline A tanh(const A& x) {
  using P = pack_for<primal_of<A>>;
  const auto both = tanh_and_slope(P(x.value()));
  return chain(as_value<primal_of<A>>(both.value), x, [&] { return as_value<primal_of<A>>(both.slope); });
}

template <differentiable A> inline A erf(const A& x) {
  const auto v = x.value();
  return chain(erf(v), x, [&] { return 1.12837916709551257390 * exp(-(v * v)); });  // 2/√π
}
template <differentiable A> inline A erfc(const A& x) {
  const auto v = x.value();
  return chain(erfc(v), x, [&] { return -1.12837916709551257390 * exp(-(v * v)); });
}
template <differentiable A> inline A lgamma(const A& x) {
  const auto v = x.value();
  return chain(lgamma(v), x, [&] { return digamma(v); });
}
template <differentiable A> inline A digamma(const A& x) {
  const auto v = x.value();
  return chain(digamma(v), x, [&] { return trigamma(v); });
}

template <differentiable A> inline A trigamma(const A& x) {
  const auto v = x.value();
  return chain(trigamma(v), x, [&] { return tetragamma(v); });
}

template <differentiable A> inline A normal_cdf(const A& x) {
  const auto v = x.value();
  return chain(normal_cdf(v), x, [&] { return 0.39894228040143267794 * exp(-0.5 * (v * v)); });  // 1/√(2π)
}
// φ(x) / Φ(x), also where both underflow.
template <class V> inline V normal_hazard_below(const V& x) {
  const auto lanes = [](auto y) {
    using P = decltype(y);
    using T = typename P::value_type;
    const P a = abs(y), scaled = scaled_tail(min(a, constant<P>(1e150, 1e18f)));
    const P density = P(T(0.39894228040143267794));
    const P gaussian = exp_lanes(P(-0.5) * (a * a));
    return where(y > P(0), density * gaussian / (P(1) - gaussian * scaled), density / scaled);
  };
  if constexpr (std::is_arithmetic_v<V>) return lanes(pack<V, 1>(x))[0];
  else return lanes(x);
}
template <differentiable A> inline A log_normal_cdf(const A& x) {
  const auto v = x.value();
  return chain(log_normal_cdf(v), x, [&] { return normal_hazard_below(v); });
}
template <differentiable A> inline A normal_quantile(const A& p) {
  const auto f = normal_quantile(p.value());
  return chain(f, p, [&] { return 2.50662827463100050242 * exp(0.5 * (f * f)); });  // √(2π)
}

template <differentiable A> inline A inverse_logit(const A& x) {
  const auto v = x.value(), f = inverse_logit(v);
  return chain(f, x, [&] {
    const auto e = exp(-abs(v));
    return e / ((1.0 + e) * (1.0 + e));
  });
}
// The pair r at x, with its derivatives.
template <differentiable A> [[gnu::always_inline]] inline logistic_pair<A> differentiated(const logistic_pair<primal_of<A>>& r, const A& x) {
  const auto slope = r.value * r.complement;
  return {chain(r.value, x, [&] { return slope; }), chain(r.complement, x, [&] { return -slope; }), chain(r.log_value, x, [&] { return r.complement; }),
          chain(r.log_complement, x, [&] { return -r.value; })};
}
template <differentiable A> [[gnu::always_inline]] inline logistic_pair<A> logistic_and_complement(const A& x) { return differentiated(logistic_and_complement(x.value()), x); }
template <differentiable A> inline A logit(const A& p) {
  const auto v = p.value();
  return chain(logit(v), p, [&] { return 1.0 / (v * (1.0 - v)); });
}
template <differentiable A> [[gnu::always_inline]] inline A log1p_exp(const A& x) {
  using V = primal_of<A>;
  if constexpr (std::is_arithmetic_v<V>) {
    const auto both = log1p_exp_and_slope(pack<V, 1>(x.value()));
    return chain(V(both.value[0]), x, [&] { return V(both.slope[0]); });
  } else {
    const auto both = log1p_exp_and_slope(x.value());
    return chain(both.value, x, [&] { return both.slope; });
  }
}

template <differentiable A> inline A log1m_exp(const A& x) {
  const auto v = x.value();
  return chain(log1m_exp(v), x, [&] { return exp(v) / expm1(v); });
}

// x to the power y. The derivative with respect to y is 0 where x is 0 and y > 0.
template <class A, class B>
  requires with_derivatives<A, B>
inline auto pow(const A& x, const B& y) {
  using V = primal_where_they_meet<A, B>;
  if constexpr (std::integral<B>)
    if (y == 2) return x * x;
  const V a = plain<V>(x), b = plain<V>(y), f = pow(a, b);
  V by_x(0), by_y(0);
  if constexpr (differentiable<A>) by_x = where(b == V(0), V(0), b * pow(a, b - V(1)));
  if constexpr (differentiable<B>) by_y = where(f == V(0), V(0), f * log(a));
  return join_any(
      f, x, [&](const V& d) { return passed_on(d, by_x); }, y, [&](const V& d) { return passed_on(d, by_y); });
}

// log(eᵃ + eᵇ).
template <class A, class B>
  requires with_derivatives<A, B>
inline auto log_sum_exp(const A& a, const B& b) {
  using V = primal_where_they_meet<A, B>;
  const V x = plain<V>(a), y = plain<V>(b), f = log_sum_exp(x, y);
  const auto share = [&](const V& z) { return where(z == f, V(1), exp(z - f)); };
  // Where both are −∞ there is no derivative; each gets half, as where both are equal.
  const V of_x = where(x == y, V(0.5), share(x)), of_y = where(x == y, V(0.5), share(y));
  return join_any(
      f, a, [&](const V& d) { return passed_on(d, of_x); }, b, [&](const V& d) { return passed_on(d, of_y); });
}

// Constant in each piece: no derivative.
template <differentiable A> inline A floor(const A& x) { return A(floor(x.value())); }
template <differentiable A> inline A ceil(const A& x) { return A(ceil(x.value())); }
template <differentiable A> inline A trunc(const A& x) { return A(trunc(x.value())); }
template <differentiable A> inline A rint(const A& x) { return A(rint(x.value())); }
template <differentiable A> inline A round(const A& x) { return A(round(x.value())); }

}  // namespace starling
