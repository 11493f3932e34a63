// Makes rows of the table of distributions made of others: combined::add("name", make, {.parameters = …}).
#pragma once

#include <cmath>

#include "distributions/combined_table.hpp"
#include "distributions/rows.hpp"

namespace combined {

struct add {
  template <class Make> add(const char* name, Make make, row of) { all_rows().push_back({std::make_unique<rows::entry_of<Make>>(name, make), std::move(of)}); }
};

// Closed forms, by the standard library.
inline double normal_density(double x, double m, double s) { return -0.5 * (x - m) * (x - m) / (s * s) - std::log(s) - 0.91893853320467274178; }
inline double normal_below(double x, double m = 0, double s = 1) { return 0.5 * std::erfc(-(x - m) / s / std::sqrt(2.0)); }
inline double geometric_density(double k, double p) { return std::log(p) + k * std::log1p(-p); }
inline double geometric_below(double k, double p) { return k < 0 ? 0 : 1 - std::pow(1 - p, std::floor(k) + 1); }

}  // namespace combined
