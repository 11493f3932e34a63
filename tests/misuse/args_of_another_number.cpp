// expect: a body gets the trace and the arguments that were given
#include <starling/starling.hpp>

namespace sl = starling;

const auto model = sl::gen([](auto& trace, double mean) { return trace("x", sl::normal(mean, 1.0)); });
const auto t = sl::simulate(model, sl::args(1.0, 2.0), sl::key(1));
