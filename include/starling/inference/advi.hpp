// Automatic variational inference: the normal distribution over a posterior's free numbers that is nearest to it, by the evidence lower bound
//   ELBO(q) = E_q [log p(z) − log q(z)] = log evidence − KL(q ‖ posterior)
// (Kucukelbir, Tran, Ranganath, Gelman, Blei: Automatic differentiation variational inference, JMLR 18, 2017).
//
//   const auto fit = sl::advi(post, {.guide = sl::guide_family::full_rank}, sl::key(1));
//   fit.pareto_k   // below 0.5: good; below 0.7: usable with .weighted; above: do not use it
#pragma once

#include <cstddef>
#include <vector>

#include <starling/inference/draw_view.hpp>
#include <starling/inference/gaussian_guide.hpp>
#include <starling/inference/progress.hpp>
#include <starling/inference/result.hpp>
#include <starling/inference/target.hpp>
#include <starling/random/key.hpp>

namespace starling {

enum class advi_engine {
  automatic,    // fixed_draws up to 5,000 numbers of the guide, else stochastic
  fixed_draws,  // the ELBO over fixed draws, climbed by L-BFGS (Giordano, Ingram, Broderick, JMLR 25, 2024); the draws are doubled until it holds for others
  stochastic    // new draws at every step; Adam
};
enum class advi_start {
  pathfinder,  // where Pathfinder ends, as wide as it says
  laplace,     // the mode, as wide as the curvature there says
  uniform      // a random point, `initial_sd` wide
};

struct advi_options {
  guide_family guide = guide_family::mean_field;
  std::size_t rank = 0;               // low_rank: columns of its factor; 0: √dimension, rounded
  advi_engine engine = advi_engine::automatic;
  advi_start start = advi_start::pathfinder;
  std::size_t starts = 4;             // as many first searches, in mirrored pairs; the best goes on. Where they disagree a warning says so
  double initial_radius = 2;          // starts are uniform(−radius, radius) in every element
  double initial_sd = 0.1;
  std::size_t draws = 1000;           // in the result
  bool weighted = false;              // give the draws Pareto-smoothed importance weights (result::log_weights)
  double tolerance = 0.05;            // fixed_draws: nats by which the ELBO may be lower for other draws (or two of its standard errors)
  std::size_t max_fixed_draws = 4096;
  std::size_t draws_per_step = 16;    // stochastic: even
  std::size_t max_steps = 20000;
  double rate = 0.1;                  // of Adam, in units of the start's widths; falls by 4 when the iterates are stationary, twice
  std::size_t check_chains = 32;      // that many short chains of nuts begin at draws of the guide: a warning where they leave it. 0: no check
  std::size_t threads = 0;            // the result is the same for any number
};

// The ELBO after so many gradients.
struct elbo_record {
  std::size_t gradients;
  double elbo, standard_error;
};

// Named draws, one chain; sample_stats lp, lp_approx. Warnings: not converged; Pareto's k above 0.5; searches that ended in different
// places; quantities in which the guide is too narrow.
struct advi_result : result {
  gaussian_guide guide;               // over the free numbers
  double elbo = 0, elbo_error = 0;    // by the draws of the result, and its standard error
  double pareto_k = 0;                // of the weights p / q
  bool converged = false;             // where not, what was reached is here all the same
  std::vector<elbo_record> history;
};

// Fits the guide. log_evidence, from the importance weights, where pareto_k is at most 0.7 and the density misses no constants. Throws
// std::invalid_argument for options that do not fit, std::runtime_error where no start has a finite density. `watch` can stop it: then there are no draws, but
// the guide that was reached, of no elements where that was before the first.
advi_result advi(const target& density, const draw_view& view, const advi_options& o, const key& k, const progress* watch = nullptr);

}  // namespace starling
