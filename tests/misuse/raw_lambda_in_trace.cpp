// expect: f is neither a distribution nor a generative function; wrap a callable in sl::gen
#include <starling/starling.hpp>

namespace sl = starling;

const auto model = sl::gen([](auto& trace) { return trace("inner", [] { return 1.0; }); });
const auto t = sl::simulate(model, sl::args(), sl::key(1));
