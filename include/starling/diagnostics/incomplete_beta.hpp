#pragma once

namespace starling {

/// The regularised incomplete beta function I_x(a, b), the distribution function of beta(a, b), for a, b >= 1 and x in [0, 1].
/// By its continued fraction (DLMF 8.17.22); relative error about 1e-13 for a + b up to 1e4.
double incomplete_beta(double a, double b, double x);

/// The x at which I_x(a, b) = probability, by bisection and Newton steps; NaN if an argument is.
double incomplete_beta_inverse(double a, double b, double probability);

}  // namespace starling
