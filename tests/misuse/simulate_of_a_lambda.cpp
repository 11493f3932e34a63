// expect: the first argument is no generative function: wrap the callable
#include <starling/starling.hpp>

namespace sl = starling;

const auto t = sl::simulate([](auto& trace) { return trace("x", sl::normal(0.0, 1.0)); }, sl::args(), sl::key(1));
