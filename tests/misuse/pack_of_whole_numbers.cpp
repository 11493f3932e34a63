// expect: pack.s lanes are float or double
// at most: 4 errors
#include <starling/starling.hpp>

namespace sl = starling;

sl::pack<int, 4> x;
