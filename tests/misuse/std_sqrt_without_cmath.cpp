// expect: of plain numbers they need <cmath>
// at most: 1 errors
// at most: 40 lines
#include <starling/starling.hpp>

namespace sl = starling;

constexpr auto model = sl::gen([](auto& trace, double variance) { trace("x", sl::normal(0.0, std::sqrt(variance))); });
const auto t = sl::simulate(model, sl::args(2.0), sl::key(1));
