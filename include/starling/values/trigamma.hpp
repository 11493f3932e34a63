// The derivative of digamma, and its own (tetragamma). From 10 on by its asymptotic series; below by ψ₁(x) = ψ₁(x + 1) + 1/x²; below 0 by reflection,
// ψ₁(x) = π² / sin² πx − ψ₁(1 − x). Tetragamma by the derivatives of these.
#pragma once

#include <starling/values/gamma_function.hpp>

namespace starling {

// For x > 0.
template <class P> inline P trigamma_of_positive(P x) {
  P r = P(0), y = x;
  for (int i = 0; i < 10 && any(y < P(10)); ++i) {
    const auto small = y < P(10);
    r = where(small, r + P(1) / (y * y), r);
    y = where(small, y + P(1), y);
  }
  const P inverse = P(1) / y, z = inverse * inverse;
  const P series = horner(z, 1.0 / 6, -1.0 / 30, 1.0 / 42, -1.0 / 30, 5.0 / 66, -691.0 / 2730, 7.0 / 6, -3617.0 / 510);
  return r + multiply_add(inverse * z, series, multiply_add(P(0.5), z, inverse));
}
template <class P> inline P tetragamma_of_positive(P x) {
  P r = P(0), y = x;
  for (int i = 0; i < 10 && any(y < P(10)); ++i) {
    const auto small = y < P(10);
    r = where(small, r - P(2) / (y * y * y), r);
    y = where(small, y + P(1), y);
  }
  const P inverse = P(1) / y, z = inverse * inverse;
  const P series = horner(z, 0.5, -1.0 / 6, 1.0 / 6, -3.0 / 10, 5.0 / 6, -691.0 / 210, 35.0 / 2, -3617.0 / 30);
  return r - z * multiply_add(z, series, inverse + P(1));
}
template <class P> inline P trigamma_lanes(P x) {
  using T = typename P::value_type;
  const auto negative = x <= P(0);
  if (!any(negative)) [[likely]]
    return trigamma_of_positive(x);
  const P of_other = trigamma_of_positive(where(negative, P(1) - x, x));
  const P scaled_sine = sincos_of_pi_times(x).sine * P(T(0.3183098861837907));
  return where(negative, P(1) / (scaled_sine * scaled_sine) - of_other, of_other);
}

template <class P> inline P tetragamma_lanes(P x) {
  using T = typename P::value_type;
  const auto negative = x <= P(0);
  if (!any(negative)) [[likely]]
    return tetragamma_of_positive(x);
  const P of_other = tetragamma_of_positive(where(negative, P(1) - x, x));
  const auto angle = sincos_of_pi_times(x);
  const P scaled_sine = angle.sine * P(T(0.3183098861837907));
  return where(negative, of_other - P(2) * angle.cosine / (scaled_sine * scaled_sine * scaled_sine), of_other);
}

// The derivative of digamma(x): ∞ at 0, −1, −2, …
template <plain_number V, class Isa = isa::native> inline promote<V> trigamma(V x) {
  return by_lanes<V, Isa>(x, [](auto y) { return trigamma_lanes(y); });
}

// The derivative of trigamma(x).
template <plain_number V, class Isa = isa::native> inline promote<V> tetragamma(V x) {
  return by_lanes<V, Isa>(x, [](auto y) { return tetragamma_lanes(y); });
}

}  // namespace starling
