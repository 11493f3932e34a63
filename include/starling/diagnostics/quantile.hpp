#pragma once

#include <span>

namespace starling {

/// The `probability`-quantile of values in ascending order: linear between the two order statistics around
/// 1 + (n - 1) * probability (type 7 of Hyndman and Fan 1996, the default of R and of ArviZ). NaN if there are none.
double sorted_quantile(std::span<const double> ascending, double probability);

/// The same of values in any order. NaN if one of them is NaN.
double quantile(std::span<const double> values, double probability);

/// Of weighted values in ascending order: linear between the middles of neighbouring weights, so that equal weights give
/// sorted_quantile. Weights are relative and not negative. Values of weight 0 count for nothing.
double sorted_weighted_quantile(std::span<const double> ascending, std::span<const double> weights, double probability);

/// The same of weighted values in any order, and their mean Σ w x / Σ w. A NaN is a value that is not there: it and its weight are
/// left out; NaN if none is there.
double weighted_quantile(std::span<const double> values, std::span<const double> weights, double probability);
double weighted_mean(std::span<const double> values, std::span<const double> weights);

}  // namespace starling
