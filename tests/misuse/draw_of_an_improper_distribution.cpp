// expect: this distribution is improper, it has a density and no draws
// at most: 4 errors
#include <starling/starling.hpp>

namespace sl = starling;

const auto x = sl::draw(sl::flat(sl::real_line(), {.start = 0.0}), sl::key(1), 10);
