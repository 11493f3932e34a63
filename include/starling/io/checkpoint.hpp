// Checkpoints of gradient_start (inference/run_gradient.hpp) as files, to go on with a run in another program or on another day.
//
//   gradient_checkpoint saved;
//   run(kernels::nuts(), post, options, key, {.checkpoint = &saved});      // may be interrupted
//   write_checkpoint(saved, "fit.checkpoint");
//   …  saved = read_checkpoint("fit.checkpoint");  run(kernels::nuts(), post, options, key, {.checkpoint = &saved});
#pragma once

#include <starling/inference/run_gradient.hpp>

#include <string>

namespace starling {

/// `of`: what the checkpoint belongs to beside the run itself (the model, its data); reading asks for the same. The file is there as a whole
/// or not at all. Bytes of this machine. Throw input_error, naming the file, where it cannot be written or read, is no checkpoint, is cut short or
/// belongs to something else.
void write_checkpoint(const gradient_checkpoint& state, const std::string& path, const std::string& of = "");
gradient_checkpoint read_checkpoint(const std::string& path, const std::string& of = "");

}  // namespace starling
