// Checkpoints (inference/run_checkpoint.hpp) as files, to go on with a run in another program or on another day.
//
//   run_checkpoint saved;
//   checkpoint_file meanwhile("fit.checkpoint");
//   saved.sink = &meanwhile;                                               // once a minute, so that an abrupt end costs no more
//   run(kernels::nuts(), post, options, key, {.checkpoint = &saved});      // may be interrupted
//   write_checkpoint(saved, "fit.checkpoint");
//   …  saved = read_checkpoint("fit.checkpoint");  run(kernels::nuts(), post, options, key, {.checkpoint = &saved});
#pragma once

#include <starling/inference/run_checkpoint.hpp>

#include <string>

namespace starling {

/// `of`: what the checkpoint belongs to beside the run itself (the model, its data); reading asks for the same. The file is there as a whole
/// or not at all, with the number of its format and a checksum. Bytes of this machine. Throw input_error, naming the file, where it cannot be written or
/// read, is no checkpoint, is of another format, is cut short or damaged, or belongs to something else.
void write_checkpoint(const run_checkpoint& state, const std::string& path, const std::string& of = "");
run_checkpoint read_checkpoint(const std::string& path, const std::string& of = "");

/// A file for run_checkpoint::sink. What cannot be written is kept as a sentence: a run goes on without its checkpoint.
class checkpoint_file final : public checkpoint_sink {
 public:
  explicit checkpoint_file(std::string path, std::string of = "");
  void write(const run_checkpoint& state) override;
  /// Of the last time; empty: it was written.
  const std::string& trouble() const { return trouble_; }

 private:
  std::string path_, of_, trouble_;
};

}  // namespace starling
