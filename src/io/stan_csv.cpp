#include <starling/io/input_error.hpp>
#include <starling/io/stan_csv.hpp>
#include <starling/io/version.hpp>

#include "checksum.hpp"
#include "file_names.hpp"
#include "files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

namespace starling {
namespace {

// One column: a scalar of a variable. Matrices go columns first in Stan CSV, rows first in memory.
struct column {
  const double* values;
  std::size_t stride;
  std::string name;
};

std::string statistic_name(const std::string& name) {
  if (name == "acceptance_rate") return "accept_stat";
  if (name == "step_size") return "stepsize";
  if (name == "tree_depth") return "treedepth";
  if (name == "n_steps") return "n_leapfrog";
  if (name == "diverging") return "divergent";
  return name;
}

void add_columns(std::vector<column>& columns, const variable& v, const std::string& name, const char* suffix) {
  const std::size_t elements = v.elements();
  for (std::size_t k = 0; k < elements; ++k) {
    // k counts with the first index fastest; the row-major position follows from the indices.
    std::vector<std::size_t> indices;
    for (std::size_t axis = 0, rest = k; axis < v.shape.size(); rest /= v.shape[axis], ++axis) indices.push_back(rest % v.shape[axis]);
    std::string full = name;
    std::size_t element = 0;
    for (std::size_t axis = 0; axis < indices.size(); ++axis) {
      full += fmt::format(".{}", indices[axis] + 1);
      element = element * v.shape[axis] + indices[axis];
    }
    columns.push_back({v.values.data() + element, elements, full + suffix});
  }
}

std::vector<column> columns_of(const result& fit) {
  std::vector<column> columns;
  const auto& statistics = fit.sample_stats.variables;
  const auto names = file_names(statistics);
  for (const bool first : {true, false})   // lp__ leads, as in CmdStan
    for (std::size_t i = 0; i < statistics.size(); ++i)
      if ((names[i] == "lp") == first) add_columns(columns, statistics[i], statistic_name(names[i]), "__");
  if (!fit.log_weights.empty()) columns.push_back({fit.log_weights.data(), 1, "log_weight__"});
  for (const draws* held : {&fit.posterior, &fit.prior_predictive}) {
    const auto held_names = file_names(held->variables);
    for (std::size_t i = 0; i < held_names.size(); ++i) add_columns(columns, held->variables[i], held_names[i], "");
  }
  return columns;
}

std::string header(const result& fit, std::size_t chain) {
  std::string text = fmt::format("# starling_version = {}\n# starling_format = 1\n", version);
  for (const auto& [name, value] : fit.attributes) {
    std::string line = value;
    std::replace(line.begin(), line.end(), '\n', ' ');
    text += fmt::format("# {} = {}\n", name, line);
  }
  // What readers of CmdStan's files look for, in its words.
  text += fmt::format("# num_samples = {}\n# save_warmup = 0\n# id = {}\n", fit.posterior.draws, chain + 1);
  if (fit.log_evidence) text += fmt::format("# log_evidence = {}\n", *fit.log_evidence);
  if (fit.interrupted) text += "# interrupted = true\n";
  return text;
}

}  // namespace

std::vector<std::string> write_stan_csv(const result& fit, const std::string& path) {
  const std::size_t chains = fit.posterior.chains;
  const std::size_t draws = fit.posterior.draws;
  const auto columns = columns_of(fit);
  pending_files files;
  std::vector<std::string> paths;
  for (std::size_t c = 0; c < chains; ++c) {
    std::string text = header(fit, c);
    for (const column& col : columns) text += (&col == columns.data() ? "" : ",") + col.name;
    text += '\n';
    for (std::size_t d = 0; d < draws; ++d) {
      for (const column& col : columns)
        fmt::format_to(std::back_inserter(text), "{}{}", &col == columns.data() ? "" : ",", col.values[(c * draws + d) * col.stride]);
      text += '\n';
    }
    text += fmt::format("# starling_checksum = {}\n", checksum_text(text));
    paths.push_back(chain_path(path, c + 1, chains));
    files.write(paths.back(), text);
  }
  files.commit();
  return paths;
}

}  // namespace starling
