// The two engines of advi.
#pragma once

#include <cstddef>
#include <vector>

#include "inference/variational/elbo_objective.hpp"
#include <starling/inference/advi.hpp>

namespace starling::variational {

struct guide_fit {
  gaussian_guide guide;               // of no elements: the start had no finite density
  double elbo = -__builtin_inf();
  bool converged = false;
  const char* reason = "";            // why it did not converge
  std::vector<elbo_record> history = {};
};

// One climb over `draws` fixed draws, from φ; elbo is that of these draws.
struct guide_climb {
  std::vector<double> phi;            // empty: the start had no finite density
  double elbo;
  bool converged;
  const char* reason;
  std::size_t gradients;
};
guide_climb climb(elbo_objective& objective, const std::vector<double>& phi);

// Climbs over more and more fixed draws.
// Both, once `watch` wants to stop: what was reached.
guide_fit fit_by_fixed_draws(const target& density, const guide_coordinates& start, const advi_options& o, const key& k, const progress* watch);

guide_fit fit_stochastically(const target& density, const guide_coordinates& start, const advi_options& o, const key& k, const progress* watch);

// log p − log q at n new draws of a guide: their mean is the ELBO. The draws and densities are left where they are wanted.
struct guide_draws {
  std::vector<double> points, log_p, log_q;
  elbo_record elbo;                   // without a count of gradients
};
guide_draws draw_guide(const target& density, const gaussian_guide& g, std::size_t n, const key& k, std::size_t threads, const progress* watch);

}  // namespace starling::variational
