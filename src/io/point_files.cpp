#include "point_files.hpp"

#include <starling/io/data.hpp>
#include <starling/io/input_error.hpp>
#include <starling/io/netcdf.hpp>
#include <starling/io/stan_csv.hpp>

#include "file_names.hpp"
#include "files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace starling {
namespace {

// name.json, or name_1.json, name_2.json, … where that is not there: of at most `most`.
std::vector<std::string> numbered(const std::string& path, std::size_t most) {
  if (file_exists(path) || !file_exists(chain_path(path, 1, 2))) return {path};
  std::vector<std::string> all;
  for (std::size_t c = 1; c <= most && file_exists(chain_path(path, c, 2)); ++c) all.push_back(chain_path(path, c, 2));
  return all;
}

draws point_of_json(const std::string& path) {
  const data from = data::from_file(path);
  for (const auto& name : from.unused()) static_cast<void>(from.has(name));
  auto values = from.used();
  if (values.empty()) throw input_error(fmt::format("{} has no numbers: a point is {{ \"mu\": 1.5, \"theta\": [1, 2] }}.", path));
  return {1, 1, std::move(values)};
}

// Draws at these places, as those of one chain.
draws chosen(const draws& of, const std::vector<std::size_t>& places) {
  draws some{1, places.size(), {}};
  for (const variable& v : of.variables) {
    variable w{v.name, v.shape, {}, v.kind, v.optional};
    const std::size_t n = v.elements();
    for (const std::size_t p : places) w.values.insert(w.values.end(), v.values.begin() + static_cast<std::ptrdiff_t>(p * n), v.values.begin() + static_cast<std::ptrdiff_t>((p + 1) * n));
    some.variables.push_back(std::move(w));
  }
  return some;
}

}  // namespace

result read_fit(const std::string& path) {
  if (ends_with_extension(path, ".nc")) return read_netcdf(path);
  if (ends_with_extension(path, ".csv")) return read_stan_csv(numbered(path, 100'000));
  throw input_error(fmt::format("{} should end in .nc (NetCDF) or .csv (Stan CSV).", path));
}

draws read_points(const std::string& path) {
  if (ends_with_extension(path, ".json")) return point_of_json(path);
  return read_fit(path).posterior;
}

draws read_starts(const std::string& path, std::size_t count) {
  if (!ends_with_extension(path, ".json")) {
    const draws all = read_points(path);
    const std::size_t n = all.chains * all.draws;
    if (n == 0) throw input_error(fmt::format("{} has no draws to start from.", path));
    std::vector<std::size_t> places;
    for (std::size_t c = 0; c < count; ++c) places.push_back(c * n / count);
    return chosen(all, places);
  }
  const auto files = numbered(path, count);
  draws starts = point_of_json(files[0]);
  if (files.size() > 1 && files.size() < count) throw input_error(fmt::format("There are {} files like {} for {} chains: give one a chain, or one for all.", files.size(), files[0], count));
  for (std::size_t f = 1; f < files.size(); ++f) {
    const draws next = point_of_json(files[f]);
    for (variable& v : starts.variables) {
      const variable* other = next.find(v.name);
      if (other == nullptr || other->shape != v.shape || next.variables.size() != starts.variables.size())
        throw input_error(fmt::format("{} and {} should have the same names and shapes.", files[0], files[f]));
      v.values.insert(v.values.end(), other->values.begin(), other->values.end());
    }
    ++starts.draws;
  }
  return starts;
}

std::vector<double> read_numbers(const std::string& path, const char* field) {
  const data from = data::from_file(path);
  if (!from.has(field)) throw input_error(fmt::format("{} has no field \"{}\".", path, field));
  const auto values = from.used();
  if (values.size() != 1 || values[0].shape.empty() || values[0].shape.size() > 2)
    throw input_error(fmt::format("{}: \"{}\" should be a list of numbers, or a list of lists of as many numbers.", path, field));
  return values[0].values;
}

}  // namespace starling
