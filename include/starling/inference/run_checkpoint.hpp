// Where a run was when it ended, to go on later.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <starling/inference/run_options.hpp>
#include <starling/random/key.hpp>

namespace starling {

struct run_checkpoint;

// Where a run puts its checkpoint while it goes on. Called from the threads of the run, one at a time; must not throw.
class checkpoint_sink {
 public:
  checkpoint_sink() = default;
  checkpoint_sink(const checkpoint_sink&) = delete;
  checkpoint_sink& operator=(const checkpoint_sink&) = delete;
  virtual ~checkpoint_sink() = default;
  virtual void write(const run_checkpoint& state) = 0;
};

// Where all chains of a run were when it ended, or was interrupted: their draws, tuning and places, warm-up included. A run that goes on from it
// gives, bit for bit, what a run without the interruption gives; one that asks for more draws extends it. Bytes of this machine.
// On going on the density at each saved place (and at some of the saved draws of gradient kernels) must be what was saved, to the last bit:
// another model or other data are refused.
struct run_checkpoint {
  std::string run = {};                             // what the run is; another one is refused
  std::vector<std::vector<std::byte>> chains = {};  // of each chain, or block of chains; empty: not begun
  std::string machine = {};                         // the instruction set that the program was compiled for; draws of another differ in their last bits
  checkpoint_sink* sink = nullptr;                  // where it goes every so often while the run goes on; null: nowhere
  double every = 60;                                // seconds; 0: never

  // Marks a new checkpoint with what the run is, `of` so many parts; throws std::invalid_argument where an old one is of another run, or of a
  // program for another machine.
  void open(const std::string& of, std::size_t parts, const std::string& on);
};

// Keeps the parts of a checkpoint up to date while their run goes on, from any thread.
class checkpoint_keeper {
 public:
  explicit checkpoint_keeper(run_checkpoint* checkpoint);  // null: keeps nothing
  ~checkpoint_keeper();
  bool keeps() const { return checkpoint_ != nullptr; }
  // What was saved of a part when the run began.
  const std::vector<std::byte>& saved(std::size_t part) const { return checkpoint_->chains[part]; }
  // Whether it is time to save a part that was saved at `last`, a time of now().
  bool is_due(double last) const;
  void put(std::size_t part, std::vector<std::byte> bytes);
  // Hands the checkpoint to its sink where it is time: a little after parts were due, so that all of them are new.
  void hand_over();
  static double now();  // seconds

 private:
  struct shared;
  run_checkpoint* checkpoint_;
  std::unique_ptr<shared> shared_;
};

// What a run of a kernel is (kernels::mark_of), but for its model and data.
std::string mark_of_run(const std::string& kernel, std::size_t lanes, const run_options& o, const key& k);
// All digits of a number, for such marks.
std::string exactly(double x);
[[noreturn]] void refuse_other_densities();

}  // namespace starling
