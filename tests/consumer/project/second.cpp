#include <starling/random/stream.hpp>
#include <starling/values/math.hpp>

double in_second(double x) { return starling::exp(starling::log(x)); }
