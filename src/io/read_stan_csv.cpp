#include <starling/diagnostics/ess.hpp>
#include <starling/io/input_error.hpp>
#include <starling/io/stan_csv.hpp>

#include "checksum.hpp"
#include "files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <string_view>
#include <utility>

namespace starling {
namespace {

// One file as it stands: comments, column names, rows.
struct sheet {
  std::string path;
  std::map<std::string, std::string> settings;
  std::vector<std::string> columns;
  std::vector<double> values;
  std::size_t rows = 0;
};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

template <class Visit>
void split(std::string_view text, char separator, Visit visit) {
  for (;;) {
    const std::size_t end = text.find(separator);
    visit(text.substr(0, end));
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

double number(std::string_view text, const std::string& path, std::size_t line) {
  text = trimmed(text);
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty())
    throw input_error(fmt::format("{}:{}: \"{}\" is not a number.", path, line, text));
  return value;
}

void read_comment(std::string_view text, sheet& into) {
  text = trimmed(text.substr(1));
  if (text.ends_with("(Default)")) text = trimmed(text.substr(0, text.size() - 9));
  const std::size_t equals = text.find('=');
  if (equals != std::string_view::npos)
    into.settings.emplace(trimmed(text.substr(0, equals)), trimmed(text.substr(equals + 1)));
}

// Files of ours say which format they have and end with the checksum of what stands before (stan_csv.cpp); those of others do not.
void check_format(std::string_view text, const std::string& path) {
  constexpr std::string_view format = "\n# starling_format = ", sum = "\n# starling_checksum = ";
  if (const auto at = text.find(format); at != std::string_view::npos && !text.substr(at + format.size()).starts_with("1\n"))
    throw input_error(fmt::format("{} has another format than 1, of another version of starling.", path));
  else if (at == std::string_view::npos)
    return;
  const auto at = text.rfind(sum);
  if (at == std::string_view::npos) {
    if (text.find("\n# starling_edited") != std::string_view::npos) return;
    throw input_error(fmt::format("{} is cut short: it has no checksum at its end. If you changed it yourself, add the line \"# starling_edited\".", path));
  }
  if (text.substr(at + sum.size()) != checksum_text(text.substr(0, at + 1)) + "\n")
    throw input_error(fmt::format("{} is damaged: its checksum does not agree with its text. If you changed it yourself, put the line \"# starling_edited\" in the place of its last.", path));
}

sheet read_sheet(const std::string& path) {
  sheet result;
  result.path = path;
  std::size_t line = 0;
  const std::string text = read_file(path);
  check_format(text, path);
  split(text, '\n', [&](std::string_view row) {
    ++line;
    row = trimmed(row);
    if (row.empty()) return;
    if (row.front() == '#') return read_comment(row, result);
    if (result.columns.empty()) return split(row, ',', [&](std::string_view name) { result.columns.emplace_back(trimmed(name)); });
    std::size_t count = 0;
    split(row, ',', [&](std::string_view field) {
      result.values.push_back(number(field, path, line));
      ++count;
    });
    if (count != result.columns.size())
      throw input_error(fmt::format("{}:{}: this row has {} numbers, the header names {} columns.", path, line, count, result.columns.size()));
    ++result.rows;
  });
  if (result.columns.empty()) throw input_error(fmt::format("{} is not a Stan CSV file: it has no line of column names.", path));
  return result;
}

std::size_t whole_setting(const sheet& s, const char* name, std::size_t otherwise) {
  const auto found = s.settings.find(name);
  if (found == s.settings.end()) return otherwise;
  if (found->second == "true") return 1;
  std::size_t value = otherwise;
  std::from_chars(found->second.data(), found->second.data() + found->second.size(), value);
  return value;
}

// The columns of one variable, in the file's order, with their indices.
struct group {
  std::string name;
  std::vector<std::size_t> columns;
  std::vector<std::vector<std::size_t>> indices;
};

std::vector<group> groups_of(const sheet& s, bool statistics) {
  std::vector<group> groups;
  std::map<std::string, std::size_t> position;
  for (std::size_t c = 0; c < s.columns.size(); ++c) {
    std::string column = s.columns[c];
    if (column.ends_with("__") != statistics) continue;
    if (statistics) column.resize(column.size() - 2);
    std::string name;
    std::vector<std::size_t> at;
    split(column, '.', [&](std::string_view part) {
      std::size_t index = 0;
      if (name.empty()) {
        name = part;
      } else if (std::from_chars(part.data(), part.data() + part.size(), index).ptr == part.data() + part.size() && index > 0) {
        at.push_back(index - 1);
      } else {
        throw input_error(fmt::format("{}: the column \"{}\" is not a name with indices, like theta.1.", s.path, s.columns[c]));
      }
    });
    if (name.empty()) throw input_error(fmt::format("{}: a column has no name.", s.path));
    const auto [found, fresh] = position.emplace(name, groups.size());
    if (fresh) groups.push_back({name, {}, {}});
    groups[found->second].columns.push_back(c);
    groups[found->second].indices.push_back(at);
  }
  return groups;
}

// The shape that the indices of a variable's columns span, each element once.
std::vector<std::size_t> shape_of(const group& from, const sheet& s) {
  std::vector<std::size_t> shape(from.indices[0].size(), 0);
  for (std::size_t k = 0; k < from.columns.size(); ++k) {
    const auto& at = from.indices[k];
    if (at.size() != shape.size())
      throw input_error(fmt::format("{}: the columns \"{}\" and \"{}\" of one variable have different numbers of indices.", s.path, s.columns[from.columns[0]],
                                    s.columns[from.columns[k]]));
    for (std::size_t axis = 0; axis < shape.size(); ++axis) shape[axis] = std::max(shape[axis], at[axis] + 1);
  }
  std::size_t elements = 1;
  bool fits = true;
  for (const std::size_t n : shape) fits = fits && !__builtin_mul_overflow(elements, n, &elements);
  if (!fits || elements != from.columns.size())
    throw input_error(fmt::format("{}: the columns of \"{}\" do not fill its shape: there are {}, not {}.", s.path, from.name, from.columns.size(),
                                  fits ? std::to_string(elements) : fmt::format("{}", fmt::join(shape, " × "))));
  return shape;
}

std::vector<std::size_t> elements_of(const group& from, const std::vector<std::size_t>& shape, const sheet& s) {
  std::vector<std::size_t> elements;
  std::vector<bool> seen(from.columns.size());
  for (std::size_t k = 0; k < from.columns.size(); ++k) {
    std::size_t element = 0;
    for (std::size_t axis = 0; axis < shape.size(); ++axis) element = element * shape[axis] + from.indices[k][axis];
    if (seen[element]) throw input_error(fmt::format("{}: the column \"{}\" stands there twice.", s.path, s.columns[from.columns[k]]));
    seen[element] = true;
    elements.push_back(element);
  }
  return elements;
}

variable gather(const group& from, const std::vector<sheet>& sheets, std::size_t skip) {
  variable v;
  v.name = from.name;
  v.shape = shape_of(from, sheets[0]);
  const std::size_t elements = from.columns.size();
  const auto places = elements_of(from, v.shape, sheets[0]);
  const std::size_t draws = sheets[0].rows - skip;
  v.values.resize(sheets.size() * draws * elements);
  for (std::size_t k = 0; k < from.columns.size(); ++k) {
    const std::size_t element = places[k];
    for (std::size_t c = 0; c < sheets.size(); ++c)
      for (std::size_t d = 0; d < draws; ++d)
        v.values[(c * draws + d) * elements + element] = sheets[c].values[(d + skip) * sheets[c].columns.size() + from.columns[k]];
  }
  return v;
}

std::string statistic_name(const std::string& stan) {
  if (stan == "accept_stat") return "acceptance_rate";
  if (stan == "stepsize") return "step_size";
  if (stan == "treedepth") return "tree_depth";
  if (stan == "n_leapfrog") return "n_steps";
  if (stan == "divergent") return "diverging";
  return stan;
}

}  // namespace

result read_stan_csv(const std::vector<std::string>& paths) {
  std::vector<sheet> sheets;
  for (const std::string& path : paths) {
    sheets.push_back(read_sheet(path));
    const sheet& first = sheets.front();
    const sheet& last = sheets.back();
    if (last.columns != first.columns) throw input_error(fmt::format("{} has other columns than {}.", last.path, first.path));
    if (last.rows != first.rows)
      throw input_error(fmt::format("{} has {} draws, {} has {}.", last.path, last.rows, first.path, first.rows));
  }
  if (sheets.empty()) throw input_error("There is no file to read.");
  std::size_t skip = 0;
  if (whole_setting(sheets[0], "save_warmup", 0) != 0)
    skip = std::min(sheets[0].rows, whole_setting(sheets[0], "num_warmup", 1000) / std::max<std::size_t>(1, whole_setting(sheets[0], "thin", 1)));
  result fit;
  fit.posterior.chains = fit.sample_stats.chains = sheets.size();
  fit.posterior.draws = fit.sample_stats.draws = sheets[0].rows - skip;
  for (const group& g : groups_of(sheets[0], true)) {
    variable v = gather(g, sheets, skip);
    v.name = statistic_name(v.name);
    if (v.name == "log_weight") fit.log_weights = v.values;
    else fit.sample_stats.variables.push_back(std::move(v));
  }
  for (const group& g : groups_of(sheets[0], false)) fit.posterior.variables.push_back(gather(g, sheets, skip));
  for (const auto& [name, value] : sheets[0].settings) fit.attributes.emplace_back(name, value);
  if (const std::string* evidence = fit.attribute("log_evidence")) fit.log_evidence = number(*evidence, sheets[0].path, 1);
  if (!fit.log_weights.empty()) fit.ess = weighted_ess(fit.log_weights);
  fit.interrupted = sheets[0].settings.contains("interrupted");
  return fit;
}

}  // namespace starling
