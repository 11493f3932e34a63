#include <starling/diagnostics/ess.hpp>
#include <starling/inference/archive.hpp>
#include <starling/io/input_error.hpp>
#include <starling/io/netcdf.hpp>

#include "draws_checksum.hpp"
#include "files.hpp"
#include "in_child.hpp"
#include "trailer.hpp"

#include <fmt/format.h>
#include <netcdf.h>

#include <charconv>
#include <exception>
#include <string_view>
#include <system_error>
#include <utility>

namespace starling {
namespace {

class reader {
 public:
  explicit reader(std::string path) : path_(std::move(path)), bytes_(size_of_file(path_)) {
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
    std::size_t all = 0;
    if (__builtin_mul_overflow(result.chains, result.draws, &all)) refuse_size(result.chains, result.draws);
    int count = 0;
    check(nc_inq_nvars(group, &count));
    for (int id = 0; id < count; ++id)
      if (variable v; read_variable(group, id, result.chains, result.draws, v)) result.variables.push_back(std::move(v));
    check_checksum(group, result);
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
        if (size > bytes_) refuse_size(size, 1);
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
  bool read_variable(int group, int id, std::size_t chains, std::size_t draws, variable& v) const {
    char name[NC_MAX_NAME + 1];
    nc_type type = NC_NAT;
    int rank = 0;
    int dimensions[NC_MAX_VAR_DIMS];
    check(nc_inq_var(group, id, name, &type, &rank, dimensions, nullptr));
    if (rank < 2 || type == NC_STRING || type == NC_CHAR || type > NC_STRING) return false;
    v.name = name;
    std::size_t numbers = 1;
    for (int axis = 0; axis < rank; ++axis) {
      char dimension[NC_MAX_NAME + 1];
      std::size_t size = 0;
      check(nc_inq_dim(group, dimensions[axis], dimension, &size));
      if (axis < 2 && std::string_view(dimension) != (axis == 0 ? "chain" : "draw")) return false;
      if (axis < 2 && size != (axis == 0 ? chains : draws))
        throw input_error(fmt::format("{} is damaged: \"{}\" has {} {}s, its group has {}.", path_, name, size, dimension, axis == 0 ? chains : draws));
      if (axis >= 2) v.shape.push_back(size);
      if (__builtin_mul_overflow(numbers, size, &numbers)) refuse_size(numbers, size);
    }
    // Numbers that were never written take no room in a file, however many it claims; those that were can hardly be packed tighter.
    constexpr std::size_t tightest = 1200;
    if (numbers / tightest > bytes_) refuse_size(numbers, 1);
    v.kind = type == NC_FLOAT || type == NC_DOUBLE ? variable::kinds::real : type == NC_BYTE ? variable::kinds::boolean
                                                                                             : variable::kinds::whole;
    v.values.resize(numbers);
    if (!v.values.empty()) check(nc_get_var_double(group, id, v.values.data()));
    return true;
  }

  [[noreturn]] void refuse_size(std::size_t a, std::size_t b) const {
    throw input_error(fmt::format("{} is damaged: it claims {}{} numbers, more than a file of {} bytes can hold.", path_, a, b == 1 ? "" : fmt::format(" × {}", b), bytes_));
  }

  // Files of ours have the checksum of a group's draws and how many there were; with another shape somebody chose among them.
  void check_checksum(int group, const draws& of) const {
    std::size_t size = 0;
    nc_type type = NC_NAT;
    if (nc_inq_att(group, NC_GLOBAL, "starling_checksum", &type, &size) != NC_NOERR || type != NC_CHAR || size > 1000) return;
    std::string text(size, '\0');
    check(nc_get_att_text(group, NC_GLOBAL, "starling_checksum", text.data()));
    const std::string expected = draws_checksum(of);
    if (text.substr(0, text.find(',')) != expected.substr(0, expected.find(','))) return;
    if (text != expected)
      throw input_error(fmt::format("{} is damaged: the checksum of its draws does not agree. If you changed them yourself, remove the attribute starling_checksum of the group.", path_));
  }

  void check(int status) const {
    if (status == NC_NOERR) return;
    if (status == NC_EHDFERR || status == NC_ENOTNC)
      throw input_error(fmt::format("{} cannot be read: its {} bytes are no whole NetCDF file; it is damaged, cut short or something else.", path_, bytes_));
    throw input_error(fmt::format("{} cannot be read: {}.", path_, nc_strerror(status)));
  }

  std::string path_;
  std::size_t bytes_;
  int file_ = -1;
};

// The draws, their statistics and their attributes.
result read_with_library(const std::string& path) {
  const reader file(path);
  int group = 0;
  if (!file.group("posterior", group) && !file.group("prior", group))
    throw input_error(fmt::format("{} is no InferenceData: it has no group \"posterior\".", path));
  result fit;
  fit.posterior = file.read_draws(group);
  fit.attributes = file.attributes(group);
  if (file.group("sample_stats", group)) fit.sample_stats = file.read_draws(group);
  return fit;
}

// From one process to the other, in both directions.
template <class Archive>
void archive_text(Archive& a, std::string& text) {
  std::vector<char> letters(text.begin(), text.end());
  a.of_any_size(letters);
  text.assign(letters.begin(), letters.end());
}
template <class Archive, class T, class F>
void archive_list(Archive& a, std::vector<T>& list, F each) {
  std::size_t n = list.size();
  a(n);
  list.resize(n);
  for (T& x : list) each(x);
}
template <class Archive>
void archive_draws(Archive& a, draws& d) {
  a(d.chains, d.draws);
  archive_list(a, d.variables, [&](variable& v) {
    archive_text(a, v.name);
    a.of_any_size(v.shape, v.values);
    a(v.kind);
    a.require(v.kind >= variable::kinds::real && v.kind <= variable::kinds::boolean);
  });
}
template <class Archive>
void archive_result(Archive& a, result& fit) {
  archive_draws(a, fit.posterior);
  archive_draws(a, fit.sample_stats);
  archive_list(a, fit.attributes, [&](auto& attribute) {
    archive_text(a, attribute.first);
    archive_text(a, attribute.second);
  });
}
std::vector<std::byte> packed(result fit) {
  std::vector<std::byte> bytes;
  archive_writer to(bytes);
  archive_result(to, fit);
  return bytes;
}

}  // namespace

result read_netcdf(const std::string& path) {
  check_readable(path);
  result fit;
  // HDF5 can die of a wrong bit. Of a file of ours the checksum has just told that there is none.
  if (check_trailer(path)) {
    fit = read_with_library(path);
  } else {
    const std::vector<std::byte> bytes = done_in_child(path, [&] { return packed(read_with_library(path)); });
    archive_reader from(bytes);
    try {
      archive_result(from, fit);
      from.end();
    } catch (const std::exception&) {
      throw input_error(fmt::format("{} is damaged: the library that reads it got lost in its contents. Take another copy of it.", path));
    }
  }
  if (!fit.sample_stats.empty() && (fit.sample_stats.chains != fit.posterior.chains || fit.sample_stats.draws != fit.posterior.draws))
    throw input_error(fmt::format("{} is damaged: sample_stats has {} × {} draws, the posterior {} × {}.", path, fit.sample_stats.chains, fit.sample_stats.draws,
                                  fit.posterior.chains, fit.posterior.draws));
  if (const variable* weights = fit.sample_stats.find("log_weight")) {
    if (weights->elements() != 1) throw input_error(fmt::format("{} is damaged: log_weight should be one number a draw.", path));
    fit.log_weights = weights->values;
    std::erase_if(fit.sample_stats.variables, [](const variable& v) { return v.name == "log_weight"; });
    fit.ess = weighted_ess(fit.log_weights);
  }
  if (const std::string* evidence = fit.attribute("log_evidence")) {
    double value = 0;
    const auto [end, error] = std::from_chars(evidence->data(), evidence->data() + evidence->size(), value);
    if (error != std::errc() || end != evidence->data() + evidence->size())
      throw input_error(fmt::format("{}: the attribute log_evidence should be a number, but is \"{}\".", path, *evidence));
    fit.log_evidence = value;
  }
  fit.interrupted = fit.attribute("interrupted") != nullptr;
  return fit;
}

}  // namespace starling
