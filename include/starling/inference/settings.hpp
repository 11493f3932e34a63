#pragma once

#include <starling/inference/advi.hpp>
#include <starling/inference/evaluate.hpp>
#include <starling/inference/kernels/gradient_kernel.hpp>
#include <starling/inference/laplace.hpp>
#include <starling/inference/maximize.hpp>
#include <starling/inference/pathfinder.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace starling {

struct run_checkpoint;  // run_checkpoint.hpp

/// What of a program's kernel that follows a gradient (nuts, hmc, mala, barker) the command line changes. What is not given stays as the program has it.
struct kernel_changes {
  std::optional<double> target_acceptance, step_size, initial_radius, jitter;
  std::optional<double> integration_time;    ///< Stan's static HMC for that long, in place of the program's kernel
  bool no_u_turn = false;                    ///< NUTS, in place of the program's kernel
  bool keeps_settings = false;               ///< the warm-up adapts nothing
  std::optional<int> max_depth;
  std::optional<kernels::metric_kind> metric;
  kernels::warmup_lengths windows = {};      ///< what is not the default is changed
  std::vector<double> inverse_metric = {};   ///< as in gradient_settings
  draws starts = {};                         ///< where chains start, by name: one draw for all chains or one a chain; what is left out is drawn

  bool any() const {
    return target_acceptance || step_size || initial_radius || jitter || integration_time || no_u_turn || keeps_settings || max_depth || metric || !(windows == kernels::warmup_lengths{}) ||
           !inverse_metric.empty() || !starts.empty();
  }
};

/// What the command `sample` asks of a kernel. The defaults are CmdStan's.
struct sample_settings {
  std::size_t chains = 4;
  std::size_t draws = 1000;        ///< kept in each chain, before thinning, as CmdStan counts num_samples
  std::size_t warmup = 1000;
  std::size_t thin = 1;            ///< every thin-th draw is kept
  std::size_t threads = 0;         ///< 0: all cores
  std::uint64_t seed = 1;          ///< the same seed, the same draws
  bool summaries_only = false;     ///< keep no draws, only result::summaries
  bool save_warmup = false;        ///< keep the warm-up too, as warmup_posterior and warmup_sample_stats
  kernel_changes kernel = {};
  run_checkpoint* checkpoint = nullptr;  ///< where to go on, unless it is empty; becomes where the run ended
};

/// What the command `importance` asks for.
struct importance_settings {
  std::size_t particles = 10'000;
  std::size_t threads = 0;         ///< 0: all cores
  std::uint64_t seed = 1;
  bool summaries_only = false;     ///< keep no particles, only result::summaries, evidence and ess
};

/// What the command `simulate` asks for: draws from the prior and the data that they predict.
struct simulate_settings {
  std::size_t draws = 1000;
  std::size_t threads = 0;         ///< 0: all cores
  std::uint64_t seed = 1;
};

/// What the commands `optimize`, `laplace`, `pathfinder` and `variational` ask for: `method` says which of the options are looked at.
struct approximation_settings {
  enum class methods { optimize,
                       laplace,
                       pathfinder,
                       variational };

  methods method = methods::optimize;
  bool jacobian = false;           ///< optimize: the mode of the free numbers, not of the choices
  maximize_options optimize = {};
  laplace_options laplace = {};
  pathfinder_options pathfinder = {};
  advi_options variational = {};
  draws starts = {};               ///< where searches start, by name; none: at random
  std::uint64_t seed = 1;
};

/// What the commands `log_prob` and `diagnose` look at: points given by name (draws of a fit, say), or as free numbers [point][number].
struct point_settings {
  draws choices = {};
  std::vector<double> free = {};
  bool jacobian = true;            ///< the density of the free numbers; false: of the choices themselves
  gradient_test_options test = {};
  std::size_t threads = 0;
  std::uint64_t seed = 1;
};

}  // namespace starling
