#include <starling/io/input_error.hpp>
#include <starling/io/netcdf.hpp>
#include <starling/io/version.hpp>

#include "axis_names.hpp"
#include "draws_checksum.hpp"
#include "file_names.hpp"
#include "files.hpp"
#include "trailer.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <netcdf.h>

#include <chrono>
#include <cmath>
#include <numeric>

namespace starling {
namespace {

// An open file under construction; the path is what messages name.
class writer {
 public:
  writer(const std::string& temporary, std::string path, axis_names names) : temporary_(temporary), path_(std::move(path)), names_(std::move(names)) {
    check(nc_create(temporary.c_str(), NC_NETCDF4 | NC_CLOBBER, &file_));
  }
  writer(const writer&) = delete;
  writer& operator=(const writer&) = delete;
  ~writer() {
    if (file_ >= 0) nc_close(file_);
  }

  void close() {
    const int file = file_;
    file_ = -1;
    check(nc_close(file));
  }

  int group(const char* name) const {
    int id = 0;
    check(nc_def_grp(file_, name, &id));
    return id;
  }

  void attribute(int group, const std::string& name, const std::string& text) const {
    check(nc_put_att_text(group, NC_GLOBAL, name.c_str(), text.size(), text.c_str()));
  }
  void attribute(int group, const char* name, double value) const { check(nc_put_att_double(group, NC_GLOBAL, name, NC_DOUBLE, 1, &value)); }

  // A dimension of a group with its coordinates: the names along it, or 0, 1, …
  int dimension(int group, const std::string& name, std::size_t length) const {
    int id = 0;
    int coordinate = 0;
    if (nc_inq_dimid(group, name.c_str(), &id) == NC_NOERR) return id;
    check(nc_def_dim(group, name.c_str(), length, &id));
    if (const auto* places = names_.along(name); places && places->size() == length) {
      std::vector<const char*> texts;
      for (const std::string& place : *places) texts.push_back(place.c_str());
      check(nc_def_var(group, name.c_str(), NC_STRING, 1, &id, &coordinate));
      if (length > 0) check(nc_put_var_string(group, coordinate, texts.data()));
      return id;
    }
    check(nc_def_var(group, name.c_str(), NC_INT64, 1, &id, &coordinate));
    std::vector<long long> values(length);
    std::iota(values.begin(), values.end(), 0);
    if (length > 0) check(nc_put_var_longlong(group, coordinate, values.data()));
    return id;
  }

  void variable_of(int group, const variable& v, const std::string& name, std::vector<int> dimensions) const {
    const auto axes = names_.of(v, name);
    for (std::size_t axis = 0; axis < v.shape.size(); ++axis) dimensions.push_back(dimension(group, axes[axis], v.shape[axis]));
    const nc_type type = v.kind == variable::kinds::real ? NC_DOUBLE : v.kind == variable::kinds::whole ? NC_INT64
                                                                                                        : NC_BYTE;
    int id = 0;
    check(nc_def_var(group, name.c_str(), type, static_cast<int>(dimensions.size()), dimensions.data(), &id));
    if (v.kind == variable::kinds::boolean) check(nc_put_att_text(group, id, "dtype", 4, "bool"));   // xarray's mark of a boolean
    if (!v.values.empty()) check(nc_put_var_double(group, id, v.values.data()));
  }

  void check(int status) const {
    if (status == NC_NOERR) return;
    // HDF5 keeps the system's reason to itself.
    const std::string reason = why_not_written(temporary_);
    throw input_error(fmt::format("{} cannot be written: {}.", path_, !reason.empty() ? reason : status == NC_EHDFERR ? "HDF5 failed, and the system has no reason to give"
                                                                                                                      : nc_strerror(status)));
  }

 private:
  std::string temporary_;
  std::string path_;
  axis_names names_;
  int file_ = -1;
};

void write_origin(const writer& file, int group) {
  const auto now = std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now());
  file.attribute(group, "created_at", fmt::format("{:%Y-%m-%dT%H:%M:%S}+00:00", fmt::gmtime(std::chrono::system_clock::to_time_t(now))));
  file.attribute(group, "inference_library", "starling");
  file.attribute(group, "inference_library_version", std::string(version));
}

int write_draws(const writer& file, const char* name, const draws& of) {
  const int group = file.group(name);
  const std::vector<int> dimensions = {file.dimension(group, "chain", of.chains), file.dimension(group, "draw", of.draws)};
  const auto names = file_names(of.variables);
  for (std::size_t i = 0; i < names.size(); ++i) file.variable_of(group, of.variables[i], names[i], dimensions);
  draws named = of;
  for (std::size_t i = 0; i < names.size(); ++i) {
    named.variables[i].name = names[i];
    // Whole numbers and booleans come back as the doubles that they are in the file.
    if (of.variables[i].kind != variable::kinds::real)
      for (double& x : named.variables[i].values) x = std::trunc(x);
  }
  file.attribute(group, "starling_checksum", draws_checksum(named));
  write_origin(file, group);
  return group;
}

void write_constants(const writer& file, const char* name, const std::vector<variable>& of) {
  const int group = file.group(name);
  const auto names = file_names(of);
  for (std::size_t i = 0; i < names.size(); ++i) file.variable_of(group, of[i], names[i], {});
  write_origin(file, group);
}

draws statistics_of(const result& fit) {
  draws statistics = fit.sample_stats;
  statistics.chains = fit.posterior.chains;
  statistics.draws = fit.posterior.draws;
  if (!fit.log_weights.empty()) statistics.variables.push_back({"log_weight", {}, fit.log_weights});
  return statistics;
}

}  // namespace

void write_netcdf(const result& fit, const std::string& path, const std::string& group) {
  check_writable(path);   // HDF5 calls every reason "permission denied"
  pending_files files;
  const std::string temporary = files.reserve(path);
  writer file(temporary, path, axis_names(fit));
  const int posterior = write_draws(file, group.c_str(), fit.posterior);
  for (const auto& [name, value] : fit.attributes) file.attribute(posterior, name, value);
  if (fit.log_evidence) file.attribute(posterior, "log_evidence", *fit.log_evidence);
  if (fit.ess) file.attribute(posterior, "ess", *fit.ess);
  if (fit.interrupted) file.attribute(posterior, "interrupted", "true");
  const std::string statistics = group == "posterior" ? "sample_stats" : "sample_stats_" + group;
  if (const draws held = statistics_of(fit); group == "posterior" || !held.empty()) write_draws(file, statistics.c_str(), held);
  if (!fit.warmup_posterior.empty()) {
    write_draws(file, "warmup_posterior", fit.warmup_posterior);
    write_draws(file, "warmup_sample_stats", fit.warmup_sample_stats);
  }
  if (!fit.prior_predictive.empty()) write_draws(file, "prior_predictive", fit.prior_predictive);
  if (!fit.posterior_predictive.empty()) write_draws(file, "posterior_predictive", fit.posterior_predictive);
  if (!fit.log_likelihood.empty()) write_draws(file, "log_likelihood", fit.log_likelihood);

  write_constants(file, "observed_data", fit.observed_data);
  if (!fit.constant_data.empty()) write_constants(file, "constant_data", fit.constant_data);
  file.close();
  add_trailer(temporary, path);
  files.commit();
}

}  // namespace starling
