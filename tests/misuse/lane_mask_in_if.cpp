// expect: a lane_mask holds one boolean per lane and cannot decide an `if`
#include <starling/values/where.hpp>

double f(starling::native_pack<double> x) {
  if (x < 0.0) return 1;
  return 2;
}
