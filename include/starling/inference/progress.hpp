#pragma once

#include <cstddef>

namespace starling {

/// How a long run tells where it is and learns that it should stop. The base class is silent and never stops.
/// Both functions may be called from any thread, at the end of a block of work: they must be cheap and must not throw.
class progress {
 public:
  progress() = default;
  progress(const progress&) = delete;
  progress& operator=(const progress&) = delete;
  virtual ~progress() = default;

  /// `done` of `total` units of the phase (a word a user reads, such as "warm-up" or "sampling", with static storage) are finished.
  virtual void update(const char* phase, std::size_t done, std::size_t total);

  /// True once the run should end as soon as it can, with the draws that it has.
  virtual bool stop_requested() const;
};

}  // namespace starling
