#pragma once

#include <cstddef>

namespace starling {

// How chains are laid out: W in the lanes of one pack, or one by one (SIMD inside vector-valued choices only).
// automatic: lanes, but a single chain runs alone.
enum class chain_layout { automatic,
                          lanes,
                          single };

struct run_options {
  std::size_t chains = 4;
  std::size_t draws = 1000;   // kept, in each chain
  std::size_t warmup = 1000;  // steps before, in which kernels adapt
  std::size_t thin = 1;       // steps a kept draw
  std::size_t threads = 0;    // 0: all cores
  bool summaries_only = false;  // keep moments, no draws
  bool notes = true;            // record notes too
  bool save_warmup = false;     // keep the steps of the warm-up too, beside the draws, unthinned (kernels that follow a gradient)
  chain_layout layout = chain_layout::automatic;

  // Whether chains run one by one.
  bool is_single() const { return layout == chain_layout::single || (layout == chain_layout::automatic && chains == 1); }
};

}  // namespace starling
