// Stan's warm-up schedule (Stan reference manual, Adaptation): 75 steps, windows of 25, 50, 100, … in which the metric is estimated, the last
// one stretched (the first too, where Stan would follow it by a window of a few draws), and 50 steps for the step size alone. Shorter warm-ups
// have 15 %, one window of 75 % and 10 %; below 20 steps none. These lengths are the defaults.
#pragma once

#include <cstddef>

#include <starling/inference/kernels/gradient_kernel.hpp>

namespace starling::adaptations {

class warmup_windows {
 public:
  explicit warmup_windows(std::size_t steps, const kernels::warmup_lengths& lengths = {}) {
    if (steps < 20) return;
    auto [before, first, after] = lengths;
    if (before + first + after > steps) {
      before = steps * 15 / 100;
      after = steps / 10;
      first = steps - before - after;
    }
    begin_ = before;
    end_ = steps - after;
    size_ = first;
    next_ = before + first;
    stretch();
  }

  // Whether the draw of step s (0, 1, …) counts towards the metric.
  bool collects(std::size_t s) const { return begin_ <= s && s < end_; }
  // Whether a window ends with step s, once for each s in order; the next one begins then.
  bool ends(std::size_t s) {
    if (end_ == 0 || s + 1 != next_) return false;
    if (next_ < end_) {
      size_ *= 2;
      next_ += size_;
      stretch();
    }
    return true;
  }

 private:
  // A window that leaves no room for its successor, of twice the size, lasts until the end.
  void stretch() {
    if (next_ < end_ && next_ + 2 * size_ > end_) next_ = end_;
  }

  std::size_t begin_ = 0, end_ = 0, size_ = 0, next_ = 0;
};

}  // namespace starling::adaptations
