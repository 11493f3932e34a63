// log |Γ| and its derivative. From 8 on by Stirling's series; below, the recurrence Γ(x + 1) = x Γ(x) leads to an interval of
// length one where a polynomial has the function's zero as a factor; below 0 by reflection. Coefficients:
// tests/values/make_polynomials.py.
#pragma once

#include <starling/values/log.hpp>
#include <starling/values/trigonometry.hpp>

namespace starling {

// lgamma(1.75 + u) / ((u − ¼) (u + ¾)) for |u| ≤ ½.
template <class P> [[gnu::always_inline]] inline P lgamma_near_zeros(P u) {
  if constexpr (sizeof(typename P::value_type) == 8)
    return even_odd(u, 0.4501393121092563, -0.11948158662524297, 0.04452044719850981, -0.019053957830194174, 0.00877637042522077,
                    -0.004226194129660654, 0.002095533882372553, -0.001060565956225217, 0.0005448969153853685, -0.00028319266946618196,
                    0.00014851802539550137, -7.844117744244972e-05, 4.169295497847002e-05, -2.2405424716565265e-05,
                    1.2024343041338415e-05, -5.999431625623343e-06, 3.239905246256155e-06, -2.711770774944706e-06, 1.476444023914804e-06);
  else
    return even_odd(u, 0.450139314f, -0.119481586f, 0.0445203781f, -0.0190539211f, 0.00877852365f, -0.0042273337f, 0.00207181228f,
                    -0.00104801182f, 0.000649429217f, -0.000338490267f);
}
// digamma(1.65 + t) / (1.65 + t − x₀) for |t| ≤ ½, x₀ = 1.4616… the positive zero.
template <class P> [[gnu::always_inline]] inline P digamma_near_zero(P t) {
  if constexpr (sizeof(typename P::value_type) == 8)
    return even_odd(t, 0.8924669103233789, -0.3603397601307975, 0.1847654445683163, -0.10300460450078763, 0.05965441320160035,
                    -0.03523057261848661, 0.021030520464437895, -0.012630935378367484, 0.007613362417974606,
                    -0.004598805636066578, 0.0027814574812900614, -0.001683611915518305, 0.0010196658761731105,
                    -0.0006176821040693739, 0.00037358541495854843, -0.00022637341690885519, 0.0001403277457785429,
                    -8.504115876628075e-05, 4.2156942350301586e-05, -2.5548832220049625e-05, 3.128325124312273e-05,
                    -1.8959399460912274e-05);
  else
    return even_odd(t, 0.892466903f, -0.360339791f, 0.184765458f, -0.103002779f, 0.0596533082f, -0.0352710076f, 0.0210550092f,
                    -0.0122699561f, 0.00739473477f, -0.00596961984f, 0.00361168105f);
}

// For x ≥ 0.
template <class P> [[gnu::always_inline]] inline P lgamma_of_positive(P x) {
  const auto large = x >= P(8);
  P product = P(1), t = P(0);  // t: the distance from 2
  const auto low = x < P(1.25), lowest = x < P(0.25);
  if (!all(large)) {
    P y = where(large, P(2), x);
#pragma GCC unroll 6
    for (int i = 0; i < 6; ++i) {
      const auto above = y > P(2.25);
      y = where(above, y - P(1), y);
      product = where(above, product * y, product);
    }
    t = where(lowest, x, where(low, x - P(1), y - P(2)));
    product = where(lowest, x * (x + P(1)), where(low, x, product));
  }
  const P logarithm = log_lanes(where(large, x, product));
  P r = multiply_add(t * (P(1) + t), lgamma_near_zeros(t + P(0.25)), where(low, -logarithm, logarithm));
  if (any(large)) {
    const P inverse = P(1) / x, z = inverse * inverse;
    P series;
    if constexpr (sizeof(typename P::value_type) == 8)
      series = horner(z, 1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188, -691.0 / 360360, 1.0 / 156, -3617.0 / 122400);
    else
      series = horner(z, 1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680);
    const P rest = multiply_add(inverse, series, P(0.4189385332046727));  // log(2π)/2 − 1/2
    r = where(large, multiply_add(x - P(0.5), logarithm - P(1), rest), r);
  }
  return r;
}
template <class P> [[gnu::always_inline]] inline P digamma_of_positive(P x) {
  using T = typename P::value_type;
  const auto large = x >= P(8);
  P r = P(0);
  if (!all(large)) {
    const auto low = x < P(1.15), lowest = x < P(0.15);
    P y = where(large, P(2), x), numerator = P(0), denominator = P(1);  // Σ 1/y as a fraction
#pragma GCC unroll 6
    for (int i = 0; i < 6; ++i) {
      const auto above = y > P(2.15);
      y = where(above, y - P(1), y);
      numerator = where(above, multiply_add(numerator, y, denominator), numerator);
      denominator = where(above, denominator * y, denominator);
    }
    numerator = where(lowest, P(-1) - P(2) * x, where(low, P(-1), numerator));
    denominator = where(lowest, x * (x + P(1)), where(low, x, denominator));
    // The polynomial is taken at x + 2, x + 1 or y, without rounding the sum.
    const P shift = where(lowest, P(2), where(low, P(1), P(0)));
    y = where(low, x, y);
    const P distance = (y - (constant<P>(1.4616321449683622, 1.46163213f) - shift)) - constant<P>(9.549995429965697e-17, 1.24381499e-08f);
    r = multiply_add(distance, digamma_near_zero(y - (P(T(1.65)) - shift)), numerator / denominator);
  }
  if (any(large)) {
    const P inverse = P(1) / x, z = inverse * inverse;
    P series;
    if constexpr (sizeof(T) == 8)
      series = horner(z, 1.0 / 12, -1.0 / 120, 1.0 / 252, -1.0 / 240, 1.0 / 132, -691.0 / 32760, 1.0 / 12, -3617.0 / 8160,
                      43867.0 / 14364, -174611.0 / 6600);
    else
      series = horner(z, 1.0 / 12, -1.0 / 120, 1.0 / 252, -1.0 / 240);
    r = where(large, log_lanes(x) - multiply_add(z, series, P(0.5) * inverse), r);
  }
  return r;
}

// Sine and cosine of π a, from the distance to the nearest whole number: exact 0 at whole a.
template <class P> [[gnu::always_inline]] inline sine_and_cosine<P> sincos_of_pi_times(P a) {
  using T = typename P::value_type;
  return sincos_lanes(P(T(3.141592653589793)) * (a - rint(a)));  // up to a common sign
}
template <class P> [[gnu::noinline, gnu::cold]] inline P lgamma_below_zero(P x, P of_magnitude) {
  using T = typename P::value_type;
  const P a = -x;
  const P sine = abs(sincos_of_pi_times(a).sine);
  const P r = -log_lanes(a) - log_lanes(sine * P(T(0.3183098861837907))) - of_magnitude;
  return where((sine == P(0)) | (a == P(infinity<T>)), P(infinity<T>), r);
}
template <class P> [[gnu::noinline, gnu::cold]] inline P digamma_below_zero(P x, P of_magnitude) {
  using T = typename P::value_type;
  const P a = -x;
  const auto angle = sincos_of_pi_times(a);
  const P r = of_magnitude + P(1) / a + P(T(3.141592653589793)) * angle.cosine / angle.sine;
  // Where 1/a overflows the terms cancel to NaN; there ψ(−a) = 1/a.
  const P near = where(a < P(T(4) * smallest_normal<T>), P(1) / a, r);
  return where((angle.sine == P(0)) | (a == P(infinity<T>)), P(T(__builtin_nan(""))), near);
}

template <class P> [[gnu::always_inline]] inline P lgamma_lanes(P x) {
  const P r = lgamma_of_positive(abs(x));
  const auto negative = x < P(0);
  if (any(negative)) [[unlikely]]
    return where(negative, lgamma_below_zero(x, r), r);
  return r;
}
template <class P> [[gnu::always_inline]] inline P digamma_lanes(P x) {
  const auto negative = x < P(0);
  const P r = digamma_of_positive(where(negative, -x, x));
  if (any(negative)) [[unlikely]]
    return where(negative, digamma_below_zero(x, r), r);
  return r;
}

// log |Γ(x)|: ∞ at 0, −1, −2, … and at ±∞.
template <plain_number V, class Isa = isa::native> inline promote<V> lgamma(V x) {
  if constexpr (std::same_as<V, double>)
    if (is_known_constant(x)) return lgamma_lanes(pack<double, 1, Isa>(x))[0];  // the compiler works it out
  return by_lanes<V, Isa>(x, [](auto y) { return lgamma_lanes(y); });
}
// The derivative of log Γ(x): −∞ at 0, NaN at −1, −2, … and −∞.
template <plain_number V, class Isa = isa::native> inline promote<V> digamma(V x) {
  return by_lanes<V, Isa>(x, [](auto y) { return digamma_lanes(y); });
}

}  // namespace starling
