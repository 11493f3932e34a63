// Where a run was when it ended, to go on later.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <starling/inference/run_options.hpp>
#include <starling/random/key.hpp>

namespace starling {

// Where all chains of a run were when it ended, or was interrupted: their draws, tuning and places, warm-up included. A run that goes on from it
// gives, bit for bit, what a run without the interruption gives; one that asks for more draws extends it. Bytes of this machine.
struct run_checkpoint {
  std::string run;                             // what the run is; another one is refused
  std::vector<std::vector<std::byte>> chains;  // of each chain, or block of chains; empty: not begun

  // Marks a new checkpoint with what the run is, `of` so many parts; throws std::invalid_argument where an old one is of another run.
  void open(const std::string& of, std::size_t parts);
};

// What a run of a kernel is (kernels::mark_of), but for its model and data.
std::string mark_of_run(const std::string& kernel, std::size_t lanes, const run_options& o, const key& k);
// All digits of a number, for such marks.
std::string exactly(double x);

}  // namespace starling
