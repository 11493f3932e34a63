// The works of the speed table. Each runs once and returns a check: a number that a wrong program would miss.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace bench {

struct settings {
  bool f32 = false;
  std::size_t threads = 1;
  std::size_t particles = 1'000'000;
  bool summaries = false;
};

struct work {
  const char* name;
  std::string (*run)(const settings&);  // returns the check
  double operations = 1;                // a run does so many of what seconds are told for
};

const std::vector<work>& lane_works();      // importance sampling and MCMC through the library
const std::vector<work>& loop_works();      // the same by hand, over packs and streams only
const std::vector<work>& one_lane_works();  // update, generate, simulate on one trace, and plain loops beside them

// The linear regression of the peers: 20 points on [-2, 2].
inline const std::vector<double>& line_xs() {
  static const auto xs = [] {
    std::vector<double> v(20);
    for (int i = 0; i < 20; ++i) v[static_cast<std::size_t>(i)] = -2.0 + 4.0 * i / 19;
    return v;
  }();
  return xs;
}
const std::vector<double>& line_ys();
std::string number(double x);

}  // namespace bench
