// expect: these two value types have different lanes and cannot meet in one expression
// at most: 8 errors
#include <starling/values/math.hpp>

auto f(starling::pack<double, 3, starling::isa::portable> x, starling::pack<double, 4, starling::isa::portable> y) { return starling::pow(x, y); }
