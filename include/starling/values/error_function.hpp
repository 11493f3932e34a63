// The error function and its complement. Near 0, erf(x) = x q(x²); else erfc(x) = e^(−x²) g(x), where (1 + 2x) g(x) is a
// polynomial in (x − 4) / (x + 4) for all x ≥ 0 (M. M. Shepherd, J. G. Laframboise, Math. Comp. 36, 1981). Coefficients:
// tests/values/make_polynomials.py.
#pragma once

#include <starling/values/double_length.hpp>
#include <starling/values/exp.hpp>

namespace starling {

// erf(x) / x for |x| < 1, given x².
template <class P> [[gnu::always_inline]] inline P erf_near_zero(P z) {
  if constexpr (sizeof(typename P::value_type) == 8)
    return even_odd(z, 1.1283791670955126, -0.37612638903183543, 0.11283791670945006, -0.02686617064323777, 0.0052239776071164225,
                    -0.0008548325975389692, 0.00012055294904839707, -1.492473690741966e-05, 1.6447424703317362e-06,
                    -1.6208483801871705e-07, 1.3720064546777686e-08, -7.795898827002142e-10);
  else
    return even_odd(z, 1.12837911f, -0.37612626f, 0.112835944f, -0.0268542115f, 0.00518908724f, -0.00080168643f, 7.87587487e-05f);
}
// e^(a²) erfc(a) for a ≥ 0.
template <class P> [[gnu::always_inline]] inline P scaled_complement(P a) {
  const P q = (a - P(4)) / (a + P(4));
  P s;
  if constexpr (sizeof(typename P::value_type) == 8)
    s = even_odd(q, 1.2329951186255526, -0.1396211168405625, 0.015379652102610162, 0.0680970542546862, -0.10103906603585294,
                 0.09373283499865172, -0.06633036582050367, 0.0371675155318432, -0.01619773397992426, 0.005031970032548695,
                 -0.0007577737141838885, -0.00019925700412184815, 0.0001506231178516207, -2.439811794207995e-05, -1.1225140354449658e-05,
                 5.707239573693257e-06, 2.980596055322769e-07, -8.218020654813044e-07, 7.111912428010423e-08, 1.0683442926744586e-07,
                 -1.6357383982124768e-08, -1.2544825403855518e-08, 1.5712153638319064e-09, 9.655408225482863e-10);
  else
    s = even_odd(q, 1.23299515f, -0.139621109f, 0.0153796524f, 0.0680969357f, -0.101039082f, 0.093734093f, -0.0663302019f, 0.0371614136f,
                 -0.0161985159f, 0.0050473446f, -0.000755884277f, -0.000220496586f, 0.000148209467f, -8.59703687e-06f, -9.71470945e-06f);
  return s / multiply_add(P(2), a, P(1));
}
// factor · e^(−a²).
template <class P> [[gnu::always_inline]] inline P gaussian(P a, P factor) {
  const auto square = two_product(a, a);
  return exp_of_sum(-square.high, -square.low, factor);
}

template <class P> [[gnu::always_inline]] inline P erfc_lanes(P x) {
  const P a = min(abs(x), constant<P>(28.0, 11.0f));
  const P tail = gaussian(a, scaled_complement(a));
  const P near = P(1) - x * erf_near_zero(x * x);
  return where(abs(x) < P(0.5), near, where(x < P(0), P(2) - tail, where(x == x, tail, x)));
}
template <class P> [[gnu::always_inline]] inline P erf_lanes(P x) {
  const P a = min(abs(x), P(7));
  const P far = P(1) - gaussian(a, scaled_complement(a));
  return where(a < P(1), x * erf_near_zero(a * a), where(x == x, copysign(far, x), x));
}

// The error function, 2/√π ∫₀ˣ exp(−t²) dt.
template <plain_number V, class Isa = isa::native> inline promote<V> erf(V x) {
  return by_lanes<V, Isa>(x, [](auto y) { return erf_lanes(y); });
}
// 1 − erf(x), without loss where it is small.
template <plain_number V, class Isa = isa::native> inline promote<V> erfc(V x) {
  return by_lanes<V, Isa>(x, [](auto y) { return erfc_lanes(y); });
}

}  // namespace starling
