// The standard normal distribution's cumulative function, its logarithm and its inverse.
#pragma once

#include <starling/values/error_function.hpp>
#include <starling/values/log.hpp>

namespace starling {

// factor · e^(−a²/2).
template <class P> [[gnu::always_inline]] inline P half_gaussian(P a, P factor) {
  const auto square = two_product(a, a);
  return exp_of_sum(P(-0.5) * square.high, P(-0.5) * square.low, factor);
}
// e^(a²/2) Φ(−a) for a ≥ 0.
template <class P> [[gnu::always_inline]] inline P scaled_tail(P a) {
  return P(0.5) * scaled_complement(a * P(static_cast<typename P::value_type>(0.70710678118654752440)));
}

template <class P> [[gnu::always_inline]] inline P normal_cdf_lanes(P x) {
  const P a = min(abs(x), constant<P>(40.0, 15.0f));
  const P tail = half_gaussian(a, scaled_tail(a));
  const P y = x * P(static_cast<typename P::value_type>(0.70710678118654752440));
  const P near = multiply_add(P(0.5) * y, erf_near_zero(y * y), P(0.5));
  return where(abs(x) < P(0.7), near, where(x > P(0), P(1) - tail, where(x == x, tail, x)));
}
template <class P> [[gnu::always_inline]] inline P log_normal_cdf_lanes(P x) {
  const P a = abs(x);
  const P scaled = scaled_tail(min(a, constant<P>(1e150, 1e18f)));
  const P below = multiply_add(a * P(-0.5), a, log_lanes(scaled));
  if (any(x > P(0))) {
    const P b = min(a, constant<P>(40.0, 15.0f));
    return where(x > P(0), log1p_lanes(-half_gaussian(b, scaled)), where(x == x, below, x));
  }
  return where(x == x, below, x);
}

// The quantile beyond |p − ½| of about 0.4995. M. J. Wichura, Algorithm AS 241, Applied Statistics 37 (1988): p is the smaller tail.
template <class P> [[gnu::noinline, gnu::cold]] inline P normal_tail_quantile(P p) {
  const P s = sqrt(-log_lanes(p));
  const P t = s - P(1.6);
  const P near = horner(t, 1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
                        1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4) /
                 horner(t, 1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1, 1.48103976427480074590e-1,
                        1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9);
  const P u = s - P(5);
  const P far = horner(u, 6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
                       2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7) /
                horner(u, 1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2, 7.86869131145613259100e-4,
                       1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15);
  return where(s <= P(5), near, where(isfinite(s), far, s));
}
// With w = −log(4 p (1 − p)), Φ⁻¹(p) = 2 (p − ½) q(w): a polynomial up to w = 6.25, after M. Giles, GPU Computing Gems 2 (2011), ch. 10.
template <class P> [[gnu::always_inline]] inline P normal_quantile_lanes(P p) {
  const P q = p - P(0.5), complement = P(1) - p;
  const P w = P(-3.125) - log_lanes(P(4) * p * complement);
  P r;
  if constexpr (sizeof(typename P::value_type) == 8)
    r = even_odd(w, 2.338620710026593, 0.3396349587011389, -0.008532899177268757, -0.001047511569485382, 0.0002640820495474566,
                 -1.9632852864329775e-05, -1.931065040514895e-06, 5.988894869140176e-07, -4.111172885960201e-08, -5.816180709117321e-09,
                 1.4866469703719082e-09, -7.65695838611443e-11, -1.8352087508984784e-11, 3.720065404608353e-12, -1.148115059715793e-13,
                 -5.6586046712459645e-14, 9.328729249848027e-15, -5.69675689717853e-17, -1.8408716141787847e-16, 2.2025414916964945e-17,
                 1.626377065902945e-18, -4.949188055590375e-19, -1.5747038487797289e-21, 4.583048198098026e-21);
  else
    r = even_odd(w, 2.33862066f, 0.339634955f, -0.0085329162f, -0.00104750611f, 0.000264117669f, -1.9639212e-05f, -1.95157827e-06f,
                 6.01978115e-07f, -3.62786459e-08f, -6.51619603e-09f, 9.87641635e-10f);
  const P centre = (q + q) * r;
  const auto outside = !(w <= P(3.125));
  if (any(outside)) [[unlikely]]
    return where(outside, copysign(normal_tail_quantile(min(complement, p)), q), centre);
  return centre;
}

// Φ(x), without loss in the lower tail.
template <plain_number V, class Isa = isa::native> inline promote<V> normal_cdf(V x) {
  return by_lanes<V, Isa>(x, [](auto y) { return normal_cdf_lanes(y); });
}
// log Φ(x), also where Φ(x) underflows.
template <plain_number V, class Isa = isa::native> inline promote<V> log_normal_cdf(V x) {
  return by_lanes<V, Isa>(x, [](auto y) { return log_normal_cdf_lanes(y); });
}
// Φ⁻¹(p): −∞ at 0, ∞ at 1, NaN outside [0, 1].
template <plain_number V, class Isa = isa::native> [[gnu::always_inline]] inline promote<V> normal_quantile(V p) {
  return by_lanes<V, Isa>(p, [](auto y) { return normal_quantile_lanes(y); });
}

}  // namespace starling
