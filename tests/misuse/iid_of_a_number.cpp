// expect: sl::iid\(d, n\) repeats a scalar distribution
#include <starling/starling.hpp>

namespace sl = starling;

const auto d = sl::iid(1.0, 3);
