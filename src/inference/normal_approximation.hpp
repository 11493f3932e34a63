// Normal distributions that are fitted to a target: draws, densities, and the result that they make.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <starling/inference/draw_view.hpp>
#include <starling/inference/result.hpp>
#include <starling/random/key.hpp>

namespace starling {

// x = mean + scales ∘ (z + Q (L − I) Qᵀ z) of a standard normal z, with k orthonormal vectors Q, [vector][element] (none: the identity, k = d), and a
// lower triangular L, k × k row-major.
struct normal_approximation {
  std::vector<double> mean, scales, basis, lower;
  double log_determinant = 0;  // of the map from z to x

  // Sets log_determinant.
  void finish();
  // Writes x; returns log q(x).
  double draw(const double* z, double* x) const;
};

// "Pareto's k of the weights is 0.81 (above 0.7)".
std::string said_of_pareto_k(const std::string& of, double pareto_k, double above);
// What Pareto's k (psis.hpp) of these log ratios says against their use as weights, without full stop; empty where it is 0.7 at most, and where all
// ratios are the same but for rounding.
std::string trouble_of_weights(std::span<const double> log_ratios, double pareto_k);

// Standard normals [draw][element] of stream `chain` and key k.
std::vector<double> standard_normals(std::size_t draws, std::size_t d, const key& k, std::size_t chain);

// One chain of these unconstrained points, [draw][element]; sample_stats lp, and lp_approx where log_q is given.
result result_of_points(std::span<const double> points, std::span<const double> log_p, const draw_view& view, std::size_t threads);
result result_of_points(std::span<const double> points, std::span<const double> log_p, std::span<const double> log_q, const draw_view& view,
                        std::size_t threads);
// What is there of an approximation that was stopped before its end: no draws.
result stopped_without_draws();

}  // namespace starling
