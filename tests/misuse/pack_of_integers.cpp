// expect: a pack's lanes are float or double
#include <starling/values/pack.hpp>

starling::pack<int, 4, starling::isa::portable> x;
