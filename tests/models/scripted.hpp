// Distributions whose draws a test writes down beforehand: what is drawn is the next number of the script, while there is one.
#pragma once

#include <cmath>
#include <vector>

#include <starling/distributions/normal.hpp>

namespace scripted {

namespace sl = starling;

struct script {
  std::vector<double> draws;
  std::size_t next = 0;
};
inline script& current() {
  static script s;
  return s;
}
inline void write(std::vector<double> draws) { current() = {std::move(draws), 0}; }
inline std::size_t used() { return current().next; }
inline bool has_next() { return current().next < current().draws.size(); }
inline double take() { return current().draws[current().next++]; }

struct coin : sl::distribution {
  static constexpr std::string_view name = "coin";
  template <class V>
  using value = bool;
  double p;
  explicit coin(double probability) : p(probability) {}
  template <class Rng>
  bool sample(Rng& rng) const {
    return has_next() ? take() != 0 : rng.uniform() < p;
  }
  double log_density(bool x) const { return std::log(x ? p : 1 - p); }
};

struct bell : sl::distribution {
  static constexpr std::string_view name = "bell";
  double location, scale;
  bell(double m, double s) : location(m), scale(s) {}
  template <class Rng>
  double sample(Rng& rng) const {
    return has_next() ? take() : location + scale * rng.normal();
  }
  double log_density(double x) const { return sl::normal(location, scale).log_density(x); }
};

}  // namespace scripted
