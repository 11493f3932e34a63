// Laplace's approximation: a normal at the target's mode with the curvature there.
#pragma once

#include <cstddef>
#include <vector>

#include <starling/inference/draw_view.hpp>
#include <starling/inference/maximize.hpp>
#include <starling/inference/result.hpp>
#include <starling/inference/target.hpp>
#include <starling/random/key.hpp>

namespace starling {

struct laplace_options {
  std::size_t draws = 1000;
  bool weighted = false;   // give the draws Pareto-smoothed importance weights (result::log_weights)
  std::size_t threads = 0;
};

// Draws from normal(mode, (−∇² log π(mode))⁻¹). The curvature comes from differences of gradients of fourth order, a hundredth of a standard
// deviation apart. log_evidence = log π(mode) + d/2 log 2π − ½ log |−∇² log π(mode)|, of a density that misses no constants.
// sample_stats: lp, lp_approx. A warning where Pareto's k says that the approximation is poor (above 0.7) or cannot be computed, and
// where the search for the mode had not converged.
// Throws std::invalid_argument where the mode has another dimension; std::runtime_error where the curvature is not positive definite.
// `watch` can stop it: there are no draws then.
result laplace(const target& density, const maximum& mode, const draw_view& view, const laplace_options& o, const key& k, const progress* watch = nullptr);

// The Hessian of −log π at q, row-major, by such differences.
std::vector<double> curvature(const target& density, const std::vector<double>& q, std::size_t threads = 0, const progress* watch = nullptr);

}  // namespace starling
