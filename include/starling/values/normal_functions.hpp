// The standard normal distribution's cumulative function, its logarithm and its inverse.
#pragma once

#include <starling/values/error_function.hpp>
#include <starling/values/log.hpp>

namespace starling {

// Φ(x), exact to the last places also in the lower tail.
template <plain_number V, class Isa = isa::native> inline promote<V> normal_cdf(V x) {
  return 0.5 * erfc(to_real(x) * -0.70710678118654752440);
}
// log Φ(x), also where Φ(x) underflows.
template <plain_number V, class Isa = isa::native> inline promote<V> log_normal_cdf(V x) {
  using P = pack_for<V, Isa>;
  return as_value<promote<V>>(each_lane(P(to_real(x)), [](double t) {
    if (t > -20) return __builtin_log1p(-0.5 * __builtin_erfc(t * 0.70710678118654752440));
    const double y = 1 / (t * t);
    return -0.5 * t * t - __builtin_log(-t) - 0.91893853320467274178 + __builtin_log1p(-y * (1 - 3 * y * (1 - 5 * y * (1 - 7 * y * (1 - 9 * y)))));
  }));
}

// Φ⁻¹(p): −∞ at 0, ∞ at 1, NaN outside [0, 1]. M. J. Wichura, Algorithm AS 241, Applied Statistics 37 (1988).
template <plain_number V, class Isa = isa::native> inline promote<V> normal_quantile(V x) {
  using P = pack_for<V, Isa>;
  const P p = P(to_real(x));
  const P q = p - 0.5;
  const P r = 0.180625 - q * q;
  const P centre = q * horner(r, 3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3) /
                   horner(r, 1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3, 2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3);
  const P s = sqrt(-log(where(q < 0.0, p, 1.0 - p)));
  const P t = s - 1.6;
  const P near = horner(t, 1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4) /
                 horner(t, 1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1, 1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9);
  const P u = s - 5.0;
  const P far = horner(u, 6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7) /
                horner(u, 1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2, 7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15);
  const P tail = copysign(where(s <= 5.0, near, where(isfinite(s), far, s)), q);
  return as_value<promote<V>>(where(abs(q) <= 0.425, centre, tail));
}

}  // namespace starling
