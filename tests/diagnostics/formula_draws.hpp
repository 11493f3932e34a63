#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

// The draws of make_fixture.py, by the same formula; every operation is exact or rounded once.
class formula_generator {
 public:
  explicit formula_generator(std::uint64_t seed) : state_(seed) {}

  double uniform() {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return (static_cast<double>(state_ >> 32) + 0.5) / 4294967296.0;
  }

  double bell() {
    double total = 0.0;
    for (int i = 0; i < 12; ++i) total += uniform();
    return total - 6.0;
  }

 private:
  std::uint64_t state_;
};

inline std::vector<double> formula_draws(const std::string& kind, std::size_t chains, std::size_t length, std::uint64_t seed) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  formula_generator g(seed);
  std::vector<double> x;
  for (std::size_t c = 0; c < chains; ++c) {
    double state = 0.0;
    for (std::size_t i = 0; i < length; ++i) {
      const double e = g.bell();
      if (kind == "iid") state = e;
      else if (kind == "ar_half") state = state * 0.5 + e;
      else if (kind == "ar_strong") state = (state - state * 0.03125) + e;
      else if (kind == "antithetic") state = e - state * 0.5;
      else if (kind == "shifted") state = e + (c == 0 ? 1.0 : 0.0);
      else if (kind == "wide_chain") state = e * (c == 0 ? 4.0 : 1.0);
      else if (kind == "one_constant") state = c == 0 ? 0.25 : e;
      else if (kind == "constant") state = 3.5;
      else if (kind == "heavy_tails") state = e / (g.uniform() - 0.5);
      else if (kind == "ties") state = std::floor(e * 2.0);
      else if (kind == "binary") state = e > 0.5 ? 1.0 : 0.0;
      else if (kind == "far_away") state = e + 1048576.0;
      else if (kind == "one_nan") state = c == 1 && i == 7 ? std::numeric_limits<double>::quiet_NaN() : e;
      else if (kind == "one_infinite") state = c == 1 && i == 7 ? infinity : e;
      else if (kind == "half_infinite") state = e < 0.0 ? -infinity : e;
      else if (kind == "mostly_infinite") state = e < 0.5 ? infinity : e;
      else if (kind == "two_infinities") state = e > 1.0 ? infinity : e < -1.0 ? -infinity
                                                                               : e;
      else if (kind == "two_infinities_only") state = e > 0.0 ? infinity : -infinity;
      else if (kind == "all_infinite") state = infinity;
      else if (kind == "infinite_chain") state = c == 0 ? infinity : e;
      else if (kind == "all_nan") state = std::numeric_limits<double>::quiet_NaN();
      else throw std::invalid_argument("make_fixture.py draws " + kind + ", formula_draws.hpp does not.");
      x.push_back(state);
    }
  }
  return x;
}
