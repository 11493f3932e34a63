// Functions that a few densities need, for numbers of any kind. Coefficients: Chebyshev expansions by mpmath at 50 digits.
#pragma once

#include <starling/distributions/distribution.hpp>
#include <starling/values/exp.hpp>
#include <starling/values/log.hpp>

namespace starling {

// Σ coefficients[i] x^(n − 1 − i).
template <class X, std::size_t N> X polynomial_of(const X& x, const double (&coefficients)[N]) {
  X r(coefficients[0]);
  for (std::size_t i = 1; i < N; ++i) r = r * x + coefficients[i];
  return r;
}

// log(e^−κ I₀(κ)) for κ ≥ 0: the power series to 8; beyond, a correction of −½ log 2πκ that falls like 1/8κ.
template <class K> K log_scaled_bessel_i0(const K& kappa) {
  constexpr double large_terms[] = {1.297826434498135e-09, 2.89873760136778e-09, -8.875213721973969e-09, -2.00788201840142e-08, 2.7294060090033056e-08,
                                    6.605829987279305e-08, -4.7774034339554874e-08, -1.4171384697980662e-07, 3.9115538466640796e-08, 2.265208935985053e-07,
                                    5.2940628726545175e-08, -2.5264313922890803e-07, -2.699126179285834e-07, -4.070281266739966e-09, 2.9477448244346176e-07,
                                    5.485623528676141e-07, 9.823909899120266e-07, 2.428678577642867e-06, 8.801156940125166e-06, 4.596842715801675e-05,
                                    0.00035517033965981474, 0.004505415249687052, 0.12918919514135868};
  const auto large = kappa > K(8);
  const auto small_kappa = where(large, K(8), kappa);
  const K t = small_kappa * small_kappa * 0.25;
  K sum(1);
  for (int k = 28; k > 1; --k) sum = sum * t * (1.0 / (k * k)) + 1.0;
  const K near = log1p(t * sum) - small_kappa;
  if (!any(large)) return near;
  const auto large_kappa = where(large, kappa, K(8));
  const K far = polynomial_of(K(16.0 / large_kappa - 1.0), large_terms) / large_kappa - 0.91893853320467274178 - 0.5 * log(large_kappa);
  return where(large, far, near);
}

// log(e^y E₁(y)), E₁ the exponential integral, for y > 0 given with its logarithm.
template <class Y> Y log_scaled_exponential_integral(const Y& y, const Y& log_y) {
  constexpr double large_terms[] = {-3.7909625527455664e-08, 6.294187462178604e-08, 1.4707663583013704e-07, -2.2836172773836008e-07, -3.757025078373926e-07,
                                    5.718658997514553e-07, 3.6172445200007e-07, -4.6599988964844415e-07, -7.567333604607635e-07, 1.1934882802797364e-06,
                                    -9.230761349567235e-07, 1.927229598663594e-06, -4.2513683409540475e-06, 8.15932802580025e-06, -1.5044030718964045e-05,
                                    2.99719433582377e-05, -5.7315106216123566e-05, 0.0001184106898361036, -0.00023146122935373116, 0.0005071418373906027,
                                    -0.0010223207907574146, 0.002484087485244882, -0.005220514532966877, 0.01582661791687012, -0.03517461934303135,
                                    0.22255657013421512, 0.8001930905229493};
  const auto large = y > Y(1);
  const auto small_y = where(large, Y(1), y);
  // E₁(y) = −γ − log y + y − y²/4 + y³/18 − …
  Y series(0), term(1);
  for (int k = 1; k < 20; ++k) {
    term = term * small_y * (1.0 / k);
    series = series + term * ((k % 2 == 1 ? 1.0 : -1.0) / k);
  }
  const Y near = small_y + log(series - 0.57721566490153286061 - where(large, Y(0), log_y));
  if (!any(large)) return near;
  const auto large_y = where(large, y, Y(1));
  const Y far = -polynomial_of(Y((large_y - 5.0) / (large_y + 3.0)), large_terms) / large_y - log(large_y);
  return where(large, far, near);
}

// log(1 + w) / w, also at and around 0.
template <class W> W log1p_ratio(const W& w) {
  const auto small = abs(w) < W(0.04);
  const auto near_w = where(small, w, W(0)), far_w = where(small, W(1), w);
  W series(1.0 / 13);
  for (int k = 12; k > 0; --k) series = 1.0 / k - near_w * series;
  return where(small, series, log1p(far_w) / far_w);
}

}  // namespace starling
