// expect: sl::draw\(d, key, n\) draws from a distribution
// at most: 4 errors
#include <starling/starling.hpp>

namespace sl = starling;

const auto x = sl::draw(1.0, sl::key(1), 10);
