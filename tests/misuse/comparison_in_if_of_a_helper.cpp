// expect: a lane_mask holds one boolean per lane and cannot decide an `if`.*sl::where
// at most: 1 errors
// at most: 40 lines
#include <starling/starling.hpp>

namespace sl = starling;

template <class R>
R hinge(const R& x) {
  if (x > 0.0) return x;
  return R(0.0);
}
constexpr auto model = sl::gen([](auto& trace) {
  const auto x = trace("x", sl::normal(0.0, 1.0));
  trace("y", sl::normal(hinge(x), 1.0));
});
const auto r = sl::run(sl::kernels::nuts(), sl::posterior(model, sl::args(), {{"y", 0.5}}), {}, sl::key(1));
