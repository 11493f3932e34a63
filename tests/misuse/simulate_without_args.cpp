// expect: the arguments of a model are given together, as sl::args
#include <starling/starling.hpp>

namespace sl = starling;

const auto model = sl::gen([](auto& trace, double mean) { return trace("x", sl::normal(mean, 1.0)); });
const auto t = sl::simulate(model, 1.0, sl::key(1));
