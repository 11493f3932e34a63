#pragma once

#include <starling/inference/progress.hpp>

#include <cstddef>
#include <memory>

namespace starling {

/// A line on the terminal that shows the phase, a bar, how much is done, the rate and the time left, at most ten times a second;
/// it wipes itself out at the end. Nothing at all where the descriptor is no terminal.
/// While one exists, Ctrl-C (SIGINT) and SIGTERM ask the run to stop (`stop_requested`); a second one ends the program.
class progress_line final : public progress {
 public:
  explicit progress_line(int descriptor = 2);
  ~progress_line() override;

  void update(const char* phase, std::size_t done, std::size_t total) override;
  bool stop_requested() const override;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace starling
