// The table of scalar distributions. A row is made once, in one of the files *_rows_test.cpp, and then stands behind an interface
// without templates: the laws over the table (density, gradient, sampler, probabilities) are compiled once, not once a distribution.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <starling/distributions/supports.hpp>
#include <starling/random/key.hpp>
#include <starling/values/adjoint.hpp>
#include <starling/values/vector.hpp>

namespace rows {

namespace sl = starling;
using json = nlohmann::json;
using doubles = sl::native_pack<double>;
using floats = sl::native_pack<float>;
using portable = sl::pack<double, 3, sl::isa::portable>;
using numbers_of = std::vector<double>;

inline double number(const json& x) { return x.is_string() ? std::stod(x.get<std::string>()) : x.get<double>(); }

inline numbers_of numbers(const json& xs) {
  numbers_of r;
  for (const json& x : xs) r.push_back(number(x));
  return r;
}

inline const json& table(const std::string& file) {
  static std::map<std::string, json> tables;
  if (!tables.count(file)) {
    std::ifstream in(std::string(STARLING_SOURCE_DIR) + "/tests/distributions/" + file);
    EXPECT_TRUE(in.good()) << file;
    tables[file] = json::parse(in);
  }
  return tables[file];
}

// The reference values of a distribution.
inline const json& row(const std::string& name) {
  for (const char* file : {"reference_values.json", "catalogue_values.json"})
    if (table(file).contains(name)) return table(file).at(name);
  return table("own_reference_values.json").at(name.substr(4));  // "own pareto"
}

// What a sampler draws in, and what holds its parameters.
enum class drawing { in_one_lane,
                     in_lanes,
                     with_parameters_in_lanes,
                     in_floats,
                     in_three_lanes };
enum class lanes_active { all,
                          last,
                          none };

// A draw and its derivatives with respect to the parameters, the random numbers held fixed.
struct following_draw {
  double x;
  numbers_of by;
};

// Parameters are given as doubles; `in_first_lane`, where not empty, are those of lane 0.
struct entry {
  std::string name;
  bool discrete = false, is_boolean = false;
  // What the distribution says of itself: has these functions, and how its draws follow its parameters (empty: it does not say).
  bool has_mean = false, has_variance = false, has_tails = false, has_quantile = false, is_enumerable = false;
  std::string draws_follow;
  bool can_follow = false;  // with parameters that all have derivatives

  virtual ~entry() = default;
  virtual double log_density(const numbers_of& p, double x) const = 0;
  // Of xs in lanes; the parameters are doubles.
  virtual doubles log_density_of_lanes(const numbers_of& p, const doubles& xs) const = 0;
  // The parameters in lanes too.
  virtual doubles log_density_in_lanes(const numbers_of& p, const numbers_of& in_first_lane, const doubles& xs) const = 0;
  virtual double log_density_in_floats(const numbers_of& p, double x) const = 0;
  virtual bool contains(const numbers_of& p, double x) const = 0;
  // The names of the parameters that are bad, in lane 0.
  virtual std::vector<std::string> bad_parameters(const numbers_of& p) const = 0;
  // n draws of lanes first, first + 1, … at visit `visit`; `no_value` is NaN.
  virtual numbers_of draws(drawing, const numbers_of& p, const numbers_of& in_first_lane, const sl::key&, std::uint64_t first, std::uint32_t visit,
                           int n, lanes_active = lanes_active::all) const = 0;
  // n draws of lanes 0, 1, … at visit 3, on adjoints of doubles or of packs.
  virtual std::vector<following_draw> following_draws(bool in_lanes, const numbers_of& p, const sl::key&, int n) const = 0;

  // Of all numbers: x, then the parameters. For a discrete distribution x is a constant.
  virtual double log_density_of(const sl::vector<double>& all) const = 0;
  virtual doubles log_density_of(const sl::vector<doubles>& all) const = 0;
  virtual sl::adjoint<double> log_density_of(const sl::vector<sl::adjoint<double>>& all) const = 0;
  virtual sl::adjoint<doubles> log_density_of(const sl::vector<sl::adjoint<doubles>>& all) const = 0;
  // The same with x a constant.
  virtual sl::adjoint<double> log_density_of_constant(double x, const sl::vector<sl::adjoint<double>>& p) const = 0;

  // Where the distribution has them: NaN elsewhere.
  virtual double mean(const numbers_of& p) const = 0;
  virtual double variance(const numbers_of& p) const = 0;
  virtual double log_cdf(const numbers_of& p, double x) const = 0;
  virtual double log_survival(const numbers_of& p, double x) const = 0;
  virtual double quantile(const numbers_of& p, double probability) const = 0;
  // The quantiles of probabilities exp(below) = 1 − exp(above).
  virtual double quantile_of_logs(const numbers_of& p, double below, double above) const = 0;
  virtual doubles quantile_in_lanes(const numbers_of& p, const doubles& probability) const = 0;
};

inline std::vector<std::unique_ptr<entry>>& all_entries() {
  static std::vector<std::unique_ptr<entry>> entries;
  return entries;
}

// Calls f(entry, its reference values).
template <class F> void for_each_distribution(F f) {
  ASSERT_GT(all_entries().size(), 10u) << "the files *_rows_test.cpp must be linked";
  for (const auto& e : all_entries()) f(*e, row(e->name));
}

}  // namespace rows
