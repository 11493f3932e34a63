#include <starling/diagnostics/ess.hpp>
#include <starling/io/input_error.hpp>
#include <starling/io/netcdf.hpp>

#include "files.hpp"

#include <fmt/format.h>
#include <netcdf.h>

#include <string_view>
#include <utility>

namespace starling {
namespace {

class reader {
 public:
  explicit reader(std::string path) : path_(std::move(path)) {
    check(nc_open(path_.c_str(), NC_NOWRITE, &file_));
  }
  reader(const reader&) = delete;
  reader& operator=(const reader&) = delete;
  ~reader() { nc_close(file_); }

  bool group(const char* name, int& id) const { return nc_inq_ncid(file_, name, &id) == NC_NOERR; }

  draws read_draws(int group) const {
    draws result;
    result.chains = length(group, "chain");
    result.draws = length(group, "draw");
    int count = 0;
    check(nc_inq_nvars(group, &count));
    for (int id = 0; id < count; ++id)
      if (variable v; read_variable(group, id, result.chains * result.draws, v)) result.variables.push_back(std::move(v));
    return result;
  }

  std::vector<std::pair<std::string, std::string>> attributes(int group) const {
    std::vector<std::pair<std::string, std::string>> result;
    int count = 0;
    check(nc_inq_natts(group, &count));
    for (int i = 0; i < count; ++i) {
      char name[NC_MAX_NAME + 1];
      nc_type type = NC_NAT;
      std::size_t size = 0;
      check(nc_inq_attname(group, NC_GLOBAL, i, name));
      check(nc_inq_att(group, NC_GLOBAL, name, &type, &size));
      if (type == NC_CHAR) {
        std::string text(size, '\0');
        check(nc_get_att_text(group, NC_GLOBAL, name, text.data()));
        result.emplace_back(name, text);
      } else if (size == 1 && type != NC_STRING) {
        double value = 0.0;
        check(nc_get_att_double(group, NC_GLOBAL, name, &value));
        result.emplace_back(name, fmt::format("{}", value));
      }
    }
    return result;
  }

 private:
  std::size_t length(int group, const char* name) const {
    int id = 0;
    std::size_t size = 0;
    if (nc_inq_dimid(group, name, &id) != NC_NOERR)
      throw input_error(fmt::format("{} is no InferenceData: a group of draws has no dimension \"{}\".", path_, name));
    check(nc_inq_dimlen(group, id, &size));
    return size;
  }

  // False for what is no number for each draw, such as coordinates.
  bool read_variable(int group, int id, std::size_t draws, variable& v) const {
    char name[NC_MAX_NAME + 1];
    nc_type type = NC_NAT;
    int rank = 0;
    int dimensions[NC_MAX_VAR_DIMS];
    check(nc_inq_var(group, id, name, &type, &rank, dimensions, nullptr));
    if (rank < 2 || type == NC_STRING || type == NC_CHAR || type > NC_STRING) return false;
    v.name = name;
    for (int axis = 0; axis < rank; ++axis) {
      char dimension[NC_MAX_NAME + 1];
      std::size_t size = 0;
      check(nc_inq_dim(group, dimensions[axis], dimension, &size));
      if (axis < 2 && std::string_view(dimension) != (axis == 0 ? "chain" : "draw")) return false;
      if (axis >= 2) v.shape.push_back(size);
    }
    v.kind = type == NC_FLOAT || type == NC_DOUBLE ? variable::kinds::real : type == NC_BYTE ? variable::kinds::boolean : variable::kinds::whole;
    v.values.resize(draws * v.elements());
    if (!v.values.empty()) check(nc_get_var_double(group, id, v.values.data()));
    return true;
  }

  void check(int status) const {
    if (status != NC_NOERR) throw input_error(fmt::format("{} cannot be read: {}.", path_, nc_strerror(status)));
  }

  std::string path_;
  int file_ = -1;
};

double attribute_number(const result& fit, const char* name) { return std::stod(*fit.attribute(name)); }

}  // namespace

result read_netcdf(const std::string& path) {
  check_readable(path);
  const reader file(path);
  int group = 0;
  if (!file.group("posterior", group) && !file.group("prior", group))
    throw input_error(fmt::format("{} is no InferenceData: it has no group \"posterior\".", path));
  result fit;
  fit.posterior = file.read_draws(group);
  fit.attributes = file.attributes(group);
  if (file.group("sample_stats", group)) fit.sample_stats = file.read_draws(group);
  if (const variable* weights = fit.sample_stats.find("log_weight")) {
    fit.log_weights = weights->values;
    std::erase_if(fit.sample_stats.variables, [](const variable& v) { return v.name == "log_weight"; });
    fit.ess = weighted_ess(fit.log_weights);
  }
  if (fit.attribute("log_evidence")) fit.log_evidence = attribute_number(fit, "log_evidence");
  fit.interrupted = fit.attribute("interrupted") != nullptr;
  return fit;
}

}  // namespace starling
