// expect: a model that calls a dynamic model must be dynamic itself
#include <starling/starling.hpp>

namespace sl = starling;

const auto inner = sl::gen(sl::dynamic, [](auto& trace) { return trace("x", sl::normal(0.0, 1.0)); });
const auto outer = sl::gen([](auto& trace) { return trace("inner", inner); });
const auto t = sl::simulate(outer, sl::args(), sl::key(1), sl::lanes(10));
