// The table made by make_references.py.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <limits>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace values_tests {

struct reference {
  double x, y;     // the arguments; y only for pow
  double high;     // the value's nearest double
  double rest;     // value − high, in units of high's last place
};

inline double double_of(const std::string& hexadecimal) { return std::bit_cast<double>(static_cast<std::uint64_t>(std::stoull(hexadecimal, nullptr, 16))); }

// The rows of each function. Throws if the table is missing.
inline const std::map<std::string, std::vector<reference>>& references() {
  static const auto table = [] {
    std::map<std::string, std::vector<reference>> rows;
    std::ifstream file(STARLING_SOURCE_DIR "/tests/values/references.txt");
    if (!file) throw std::runtime_error("tests/values/references.txt is missing");
    std::string line, name;
    while (std::getline(file, line)) {
      std::istringstream words(line);
      std::vector<std::string> w;
      for (std::string word; words >> word;) w.push_back(word);
      if (w.size() == 1) name = w[0];
      else if (w.size() == 3) rows[name].push_back({double_of(w[0]), 0, double_of(w[1]), std::stod(w[2]) / 1000});
      else rows[name].push_back({double_of(w[0]), double_of(w[1]), double_of(w[2]), std::stod(w[3]) / 1000});
    }
    return rows;
  }();
  return table;
}

// The distance between neighbours of T at the magnitude of x.
template <class T> double last_place(double x) {
  using limits = std::numeric_limits<T>;
  const double a = std::fabs(x);
  if (a < static_cast<double>(limits::min())) return static_cast<double>(limits::denorm_min());
  int e;
  std::frexp(a, &e);
  return std::ldexp(1.0, e - limits::digits);
}

// How far `got` is from the reference, in last places of T; infinite where one is NaN or infinite and the other is not. A value
// that rounds to infinity may also be given as the largest number.
template <class T> double error_in_last_places(T got, const reference& r) {
  using limits = std::numeric_limits<T>;
  const double inf = std::numeric_limits<double>::infinity();
  if (std::isnan(got)) return inf;
  const double largest = static_cast<double>(limits::max());
  if (std::fabs(r.high) > largest) {
    const bool right = std::signbit(got) == std::signbit(r.high) && (std::isinf(got) || static_cast<double>(std::fabs(got)) == largest);
    return right ? 0 : inf;
  }
  if (std::isinf(got)) return std::fabs(r.high) >= largest * (1 - 1e-7 * (sizeof(T) == 4)) && std::fabs(r.high) > largest / 2 && sizeof(T) == 4 ? 0 : inf;
  const double unit = last_place<T>(r.high);
  // The high parts subtract exactly where the result is near the reference.
  return std::fabs((static_cast<double>(got) - r.high) / unit - r.rest * (last_place<double>(r.high) / unit));
}

}  // namespace values_tests
