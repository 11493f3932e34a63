// The table of distributions made of others, whose oracles are closed forms written out in their rows (combined_*_rows_test.cpp): the laws (combined_laws_test.cpp) are
// compiled once.
#pragma once

#include <functional>

#include "distributions/table.hpp"

namespace combined {

using rows::numbers_of;

struct row {
  numbers_of parameters;
  std::function<double(double, const numbers_of&)> log_density;          // the oracle, inside the support
  std::function<double(double)> below;                                   // P(X ≤ x) for the parameters above
  numbers_of points, cuts, outside;                                      // values; where `below` is compared with draws
  std::vector<std::pair<std::string, numbers_of>> bad = {};              // the name of the parameter that is bad
  numbers_of wrong = {};                                                 // parameters whose draws must be found out
  std::vector<std::size_t> constants = {};                               // parameters without derivatives
};
struct named_row {
  std::unique_ptr<rows::entry> entry;
  row of;
};

inline std::vector<named_row>& all_rows() {
  static std::vector<named_row> rows;
  return rows;
}

}  // namespace combined
