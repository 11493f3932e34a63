#include <starling/inference/pulse.hpp>

#include <algorithm>
#include <chrono>

namespace starling {

void pulse::set() {
  constexpr double wanted = 0.1;  // seconds
  const double now = std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  if (last_ > 0) {
    const double ratio = wanted / std::max(now - last_, 1e-9);
    stride_ = static_cast<std::uint32_t>(std::clamp(stride_ * std::min(ratio, 2.0), 1.0, 1e9));
  }
  last_ = now;
  left_ = stride_;
}

}  // namespace starling
