// Checkpoints (inference/run_checkpoint.hpp) as files, to go on with a run in another program or on another day.
//
//   run_checkpoint saved;
//   run(kernels::nuts(), post, options, key, {.checkpoint = &saved});      // may be interrupted
//   write_checkpoint(saved, "fit.checkpoint");
//   …  saved = read_checkpoint("fit.checkpoint");  run(kernels::nuts(), post, options, key, {.checkpoint = &saved});
#pragma once

#include <starling/inference/run_checkpoint.hpp>

#include <string>

namespace starling {

/// `of`: what the checkpoint belongs to beside the run itself (the model, its data); reading asks for the same. The file is there as a whole
/// or not at all. Bytes of this machine. Throw input_error, naming the file, where it cannot be written or read, is no checkpoint, is cut short or
/// belongs to something else.
void write_checkpoint(const run_checkpoint& state, const std::string& path, const std::string& of = "");
run_checkpoint read_checkpoint(const std::string& path, const std::string& of = "");

}  // namespace starling
