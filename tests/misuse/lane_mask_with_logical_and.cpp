// expect: a lane_mask holds one boolean per lane and cannot decide an `if`
#include <starling/values/where.hpp>

bool f(starling::native_pack<double> x) { return x < 0.0 && x > -1.0; }
