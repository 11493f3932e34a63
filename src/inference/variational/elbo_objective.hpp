// The evidence lower bound of a Gaussian guide, E_q log p(z) + entropy(q), by draws of the guide, with its gradient.
#pragma once

#include <cstddef>
#include <vector>

#include "inference/variational/guide_coordinates.hpp"
#include <starling/inference/progress.hpp>
#include <starling/inference/target.hpp>
#include <starling/random/key.hpp>

namespace starling::variational {

class elbo_objective {
 public:
  // `draws` is even: they come in pairs ε, −ε, which are exact where log p is linear.
  // Once `watch` (null: nobody) wants to stop, the rest of the draws have no density.
  elbo_objective(target density, guide_coordinates coordinates, std::size_t draws, std::size_t threads, const progress* watch);

  const guide_coordinates& coordinates() const { return coordinates_; }
  std::size_t draws() const { return draws_; }
  const progress* watch() const { return watch_; }

  // New noise; the same for the same key.
  void draw_noise(const key& k);
  // Makes the noise's covariance the identity exactly, so that a guide of a normal target is exact too; with fewer pairs than that takes, its
  // variances 1.
  void match_moments();

  // The mean of log p plus the entropy, and its gradient by φ; −∞ where a draw has no density or no gradient. `sticking`: the gradient through the
  // draws alone, whose variance vanishes where the guide is exact.
  double evaluate(const double* phi, double* gradient, bool sticking = false);

 private:
  target density_;
  const progress* watch_;
  guide_coordinates coordinates_;
  std::size_t draws_, threads_;  // threads: 0 until the first evaluation has shown whether more than one pays
  std::vector<double> noise_, points_, gradients_, log_densities_;  // [draw][…]
};

}  // namespace starling::variational
