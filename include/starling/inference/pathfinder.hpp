// Pathfinder: variational inference along the paths of an optimiser (Zhang, Carpenter, Gelman, Vehtari: Pathfinder: parallel quasi-Newton
// variational inference, JMLR 23, 2022).
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

struct pathfinder_options {
  std::size_t paths = 4;             // one: single-path Pathfinder
  std::size_t draws = 1000;          // in the result
  std::size_t draws_per_path = 1000; // from which they are taken
  std::size_t elbo_draws = 25;       // by which the best normal of a path is chosen
  std::size_t history = 6;
  std::size_t max_iterations = 1000;
  double initial_radius = 2;
  bool resample = true;              // by Pareto-smoothed weights, with replacement. Otherwise equal parts of all paths, unweighted
  std::size_t threads = 0;
};

// What Pathfinder finds, in the unconstrained space: points to start chains from, and how wide the posterior is.
struct pathfinder_points {
  std::vector<double> points;        // [draw][element]
  std::vector<double> log_p, log_q;  // of the target and of the normal that the draw came from
  std::vector<double> variances;     // of the elements, by the best path's normal: an inverse metric to begin with
  double pareto_k;
  std::string trouble;               // what is wrong with the weights, as psis's k tells; empty where nothing is
  std::size_t failed_paths;
  std::size_t different;             // points among those that were drawn
  bool interrupted = false;          // the search was stopped: there are no points
};

// Each path climbs by L-BFGS from a random start (or from `starts`, [path][element]); at every iterate the inverse Hessian's estimate (Gilbert and
// Lemaréchal's diagonal with the last `history` differences) gives a normal; the one with the highest ELBO is kept. The draws of all paths are
// resampled by importance. The same for any number of threads. Throws std::runtime_error where every path fails. `watch` can stop it.
pathfinder_points find_pathfinder_points(const target& density, const pathfinder_options& o, const key& k, std::span<const double> starts = {},
                                         const progress* watch = nullptr);

// The same as named draws: one chain; sample_stats lp, lp_approx; a warning where Pareto's k is above 0.7 or cannot be
// computed, few draws differ, or paths failed; no draws where it was stopped.
result pathfinder(const target& density, const draw_view& view, const pathfinder_options& o, const key& k, std::span<const double> starts = {},
                  const progress* watch = nullptr);

}  // namespace starling
