// What the kernels that follow a gradient (nuts, hmc, mala, barker) share. They move a flat unconstrained vector; run_gradient runs them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace starling::kernels {

// How the metric M⁻¹ is found in the warm-up. Where the warm-up has under 20 steps it stays the identity, or what is given.
enum class metric_kind {
  unit_e,         // the identity: never adapted
  diag_e,         // Stan's: variances of the draws, n/(n+5) var + 1e-3 · 5/(n+5), in Stan's windows
  dense_e,        // Stan's: the covariance of the draws, with the same shrinkage
  fisher_diag_e,  // nutpie's: sqrt(var(draws) / var(gradients)), which minimises the Fisher divergence to a normal; renewed at every step
                  // from a moving window
  low_rank_e,     // that, and the directions in which draws and gradients say that the scales are wrong by more than a factor of 2
};

// Where chains start in the unconstrained space.
enum class start_kind {
  uniform,     // uniformly in (−radius, radius)^d: 100 tries for a finite gradient and a log density above −10^8, or else the highest that was found
  pathfinder,  // at points of multi-path Pathfinder (pathfinder.hpp), one a chain, whose paths start so: out of modes that have next to no mass
};

// Stan's windows of diag_e and dense_e: steps before the first, the first (each next one has twice its length), steps for the step size alone after the last.
// Where the warm-up is shorter than their sum they have 15 %, 75 % and 10 % of it.
struct warmup_lengths {
  std::size_t initial_buffer = 75, window = 25, term_buffer = 50;

  bool operator==(const warmup_lengths&) const = default;
};

struct gradient_settings {
  enum class transitions { tree,
                           path,
                           jump };

  const char* name = "";
  transitions transition = transitions::tree;
  metric_kind metric = metric_kind::fisher_diag_e;
  double target_acceptance = 0.8;
  double step_size = 0;                       // 0: found. Otherwise where the warm-up begins; without warm-up, what is used
  std::vector<double> inverse_metric = {};    // M⁻¹ to begin with: d variances, or d × d, row-major. Empty: the identity
  double max_energy_error = 1000;             // above it a trajectory has diverged
  start_kind start = start_kind::uniform;
  double initial_radius = 2;
  int max_depth = 10;                         // tree
  std::size_t steps = 10;                     // path
  double jitter = 0;                          // tree, path: the step size of a trajectory is uniform on h (1 ± jitter)
  double integration_time = 0;                // path: above 0 it has integration_time / h steps, rounded down, at least one, in place of `steps`
  bool adapts = true;                         // false: the warm-up keeps step size and metric as they are
  warmup_lengths windows = {};
};

// A kernel of this kind is its settings. Throws std::invalid_argument for settings that make no sense.
class gradient_kernel {
 public:
  const gradient_settings& settings() const { return settings_; }
  // All settings, for checkpoints.
  std::string mark() const;

 protected:
  explicit gradient_kernel(gradient_settings settings);

 private:
  gradient_settings settings_;
};

}  // namespace starling::kernels
