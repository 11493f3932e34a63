// When to look up from work whose pieces take nanoseconds or minutes.
#pragma once

#include <cstdint>

namespace starling {

// True about ten times a second, and after every piece that takes longer: time to see whether the run should end or be saved. Asking costs a
// count: the clock is read only then.
class pulse {
 public:
  // One more piece is done.
  [[gnu::always_inline]] bool beat() {
    if (--left_ != 0) [[likely]]
      return false;
    set();
    return true;
  }

 private:
  void set();
  std::uint32_t left_ = 1, stride_ = 1;
  double last_ = 0;
};

}  // namespace starling
