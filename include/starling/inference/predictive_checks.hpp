// Whether what was observed looks like what the fit predicts: posterior predictive p-values.
#pragma once

#include <string>
#include <vector>

#include <starling/inference/result.hpp>

namespace starling {

/// Of one statistic T of one observed variable.
struct predictive_check {
  std::string name;        ///< of the variable
  std::string statistic;   ///< value (of a single number), mean, sd, min or max of its elements
  double observed = 0;     ///< T of the observation
  double predicted = 0;    ///< the mean of T over the predictions
  double p = 0;            ///< the share of the predictions whose T is above it, those that equal it counted half; near 0 or 1: the model does not make such data
};

/// For each variable of fit.posterior_predictive that was observed; weighted draws count by their weights. Empty where the fit has no predictions.
std::vector<predictive_check> predictive_checks(const result& fit);

}  // namespace starling
