// A low-rank correction of a diagonal metric, from draws and gradients together.
#pragma once

#include <cstddef>
#include <vector>

#include "inference/trajectories/metric.hpp"

namespace starling::adaptations {

// `rows` holds draw and gradient of n steps, [step][2][d]; `scales` the diagonal S to begin with. In the coordinates x/S the metric that
// minimises the Fisher divergence to a normal is the geometric mean of the covariance of the draws and the inverse covariance of the
// gradients; it is taken within the space that the draws and gradients span, with 1e-5 added to both, and eigenvalues between 1/2 and 2
// count as 1.
trajectories::metric low_rank_metric(const std::vector<double>& rows, std::size_t n, std::vector<double> scales);

}  // namespace starling::adaptations
