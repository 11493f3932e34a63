// expect: functions of std:: know plain numbers only: write exp
// at most: 1 errors
// at most: 40 lines
#include <cmath>

#include <starling/starling.hpp>

namespace sl = starling;

constexpr auto model = sl::gen([](auto& trace) {
  const auto x = trace("x", sl::normal(0.0, 1.0));
  trace("y", sl::normal(std::exp(x), 1.0));
});
const auto r = sl::run(sl::kernels::nuts(), sl::posterior(model, sl::args(), {{"y", 0.5}}), {}, sl::key(1));
