// The table of distributions of vectors and matrices. A row is made once, in one of the files structured_*_rows_test.cpp, and then stands behind an interface
// without templates: the laws (structured_laws_test.cpp) are compiled once. Values are written row by row, parameters as one list of numbers.
#pragma once

#include <optional>

#include "distributions/table.hpp"

namespace structured {

namespace sl = starling;
using rows::doubles;
using rows::floats;
using rows::numbers_of;

enum class drawing { in_one_lane,
                     in_lanes,
                     with_parameters_in_lanes,
                     in_floats };

// Parameters and values are given as doubles; `in_first_lane`, where not empty, are those of lane 0.
struct entry {
  std::string name;
  bool discrete = false, is_matrix = false, has_moments = false;

  virtual ~entry() = default;
  virtual std::size_t rows(const numbers_of& p) const = 0;
  virtual std::size_t cols(const numbers_of& p) const = 0;  // of a vector: 1
  virtual double log_density(const numbers_of& p, const numbers_of& x) const = 0;
  virtual doubles log_density_in_lanes(const numbers_of& p, const numbers_of& p_in_first_lane, const numbers_of& x, const numbers_of& x_in_first_lane) const = 0;
  virtual double log_density_in_floats(const numbers_of& p, const numbers_of& x) const = 0;
  // Of each element, row by row, where the distribution has them.
  virtual numbers_of mean(const numbers_of& p) const = 0;
  virtual numbers_of variance(const numbers_of& p) const = 0;
  virtual bool contains(const numbers_of& p, const numbers_of& x) const = 0;
  virtual std::vector<std::string> bad_parameters(const numbers_of& p) const = 0;
  // n draws of lanes first, first + 1, … at visit `visit`; `no_value` is NaN.
  virtual std::vector<numbers_of> draws(drawing, const numbers_of& p, const numbers_of& in_first_lane, const sl::key&, std::uint64_t first, std::uint32_t visit, int n,
                                        rows::lanes_active active = rows::lanes_active::all) const = 0;

  // How many free numbers a value has; values and free numbers.
  virtual std::size_t free_size(const numbers_of& p) const = 0;
  virtual numbers_of to_free(const numbers_of& p, const numbers_of& x) const = 0;
  virtual numbers_of from_free(const numbers_of& p, const numbers_of& u) const = 0;
  // The log density at free numbers u, the log Jacobian included, of all = u, then the parameters; `given`: the parameters as plain numbers, which tell
  // the shape. Of a discrete distribution at the value `given`, all = the parameters.
  virtual double log_density_of(const sl::vector<double>& all, const numbers_of& given) const = 0;
  virtual doubles log_density_of(const sl::vector<doubles>& all, const numbers_of& given) const = 0;
  virtual sl::adjoint<double> log_density_of(const sl::vector<sl::adjoint<double>>& all, const numbers_of& given) const = 0;
  virtual sl::adjoint<doubles> log_density_of(const sl::vector<sl::adjoint<doubles>>& all, const numbers_of& given) const = 0;
};

inline std::vector<std::unique_ptr<entry>>& all_entries() {
  static std::vector<std::unique_ptr<entry>> entries;
  return entries;
}
inline const rows::json& row(const std::string& name) { return rows::table("structured_values.json").at(name); }

// Calls f(entry, its reference values).
template <class F> void for_each(F f) {
  ASSERT_GT(all_entries().size(), 10u) << "the files structured_*_rows_test.cpp must be linked";
  for (const auto& e : all_entries()) f(*e, row(e->name));
}

}  // namespace structured
