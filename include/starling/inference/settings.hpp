#pragma once

#include <starling/inference/advi.hpp>
#include <starling/inference/kernels/gradient_kernel.hpp>
#include <starling/inference/laplace.hpp>
#include <starling/inference/maximize.hpp>
#include <starling/inference/pathfinder.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace starling {

struct run_checkpoint;  // run_checkpoint.hpp

/// What of a program's kernel that follows a gradient (nuts, hmc, mala, barker) the command line changes. What is not given stays as the program has it.
struct kernel_changes {
  std::optional<double> target_acceptance, step_size, initial_radius;
  std::optional<int> max_depth;
  std::optional<kernels::metric_kind> metric;

  bool any() const { return target_acceptance || step_size || initial_radius || max_depth || metric; }
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
  enum class methods { optimize, laplace, pathfinder, variational };

  methods method = methods::optimize;
  bool jacobian = false;           ///< optimize: the mode of the free numbers, not of the choices
  maximize_options optimize = {};
  laplace_options laplace = {};
  pathfinder_options pathfinder = {};
  advi_options variational = {};
  std::uint64_t seed = 1;
};

}  // namespace starling
