// The highest point of a target: MAP estimates (in the unconstrained space, with or without the Jacobian, as the target has it).
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <starling/inference/draw_view.hpp>
#include <starling/inference/progress.hpp>
#include <starling/inference/result.hpp>
#include <starling/inference/target.hpp>
#include <starling/random/key.hpp>

namespace starling {

enum class optimizer { lbfgs,
                       adam };

struct maximize_options {
  std::size_t starts = 4;             // as many searches, in the lanes of the target
  optimizer method = optimizer::lbfgs;
  std::size_t max_iterations = 1000;
  std::size_t history = 6;            // lbfgs: pairs of differences that it keeps
  double rate = 0.1;                  // adam: the learning rate, which falls to 0 with half a cosine
  double initial_radius = 2;          // starts are uniform(−radius, radius) in every element; 100 tries for a finite density
  std::size_t threads = 0;
};

struct maximum {
  std::vector<double> point, gradient;
  double log_density;
  bool converged;
  std::string reason;                 // why the search ended
  std::size_t iterations, evaluations;
  bool interrupted = false;           // the search was stopped; point is empty where it had not begun
};

// Searches from o.starts random points, or from `starts` [search][element]; the results, the highest first. The same for any number of threads.
// Throws std::runtime_error where a random search finds no start with a finite density, std::invalid_argument for sizes that do not fit.
// `watch` can stop it: the results are then where the searches had come to.
std::vector<maximum> maximize(const target& density, const maximize_options& o, const key& k, std::span<const double> starts = {},
                              const progress* watch = nullptr);

// A mode as the only draw of a result; sample_stats lp. Warns where the search did not converge; no draw where it was stopped before it had begun.
result named_mode(const maximum& mode, const draw_view& view);

}  // namespace starling
