// expect: sl::log_density\(d, xs\) scores values under a distribution
#include <starling/starling.hpp>

namespace sl = starling;

const auto lp = sl::log_density(1.0, std::vector<double>{1.0});
