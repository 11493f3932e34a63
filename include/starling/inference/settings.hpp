#pragma once

#include <cstddef>
#include <cstdint>

namespace starling {

struct run_checkpoint;  // run_checkpoint.hpp

/// What the command `sample` asks of a kernel. The defaults are CmdStan's.
struct sample_settings {
  std::size_t chains = 4;
  std::size_t draws = 1000;        ///< kept in each chain, before thinning, as CmdStan counts num_samples
  std::size_t warmup = 1000;
  std::size_t thin = 1;            ///< every thin-th draw is kept
  std::size_t threads = 0;         ///< 0: all cores
  std::uint64_t seed = 1;          ///< the same seed, the same draws
  bool summaries_only = false;     ///< keep no draws, only result::summaries
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

}  // namespace starling
