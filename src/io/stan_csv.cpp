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

void add_statistics(std::vector<column>& columns, const std::vector<variable>& statistics) {
  const auto names = file_names(statistics);
  for (const bool first : {true, false})   // lp__ leads, as in CmdStan
    for (std::size_t i = 0; i < statistics.size(); ++i)
      if ((names[i] == "lp") == first) add_columns(columns, statistics[i], statistic_name(names[i]), "__");
}

std::vector<column> columns_of(const result& fit) {
  std::vector<column> columns;
  add_statistics(columns, fit.sample_stats.variables);
  if (!fit.log_weights.empty()) columns.push_back({fit.log_weights.data(), 1, "log_weight__"});
  for (const draws* held : {&fit.posterior, &fit.prior_predictive}) {
    const auto held_names = file_names(held->variables);
    for (std::size_t i = 0; i < held_names.size(); ++i) add_columns(columns, held->variables[i], held_names[i], "");
  }
  const auto add_observed = [&](const draws& held, const char* before, const char* after) {
    const auto names = file_names(held.variables);
    for (std::size_t i = 0; i < names.size(); ++i) add_columns(columns, held.variables[i], before + names[i] + after, "");
  };
  add_observed(fit.posterior_predictive, "", "_rep");
  add_observed(fit.log_likelihood, "log_lik_", "");
  return columns;
}

// Of the warm-up there are statistics and latents; what columns_of has beyond them is NaN.
std::vector<column> warmup_columns_of(const result& fit) {
  std::vector<column> columns;
  add_statistics(columns, fit.warmup_sample_stats.variables);
  const auto names = file_names(fit.warmup_posterior.variables);
  for (std::size_t i = 0; i < names.size(); ++i) add_columns(columns, fit.warmup_posterior.variables[i], names[i], "");
  return columns;
}

void add_rows(std::string& text, const std::vector<column>& columns, std::size_t width, std::size_t first, std::size_t draws, int digits) {
  for (std::size_t d = 0; d < draws; ++d) {
    for (std::size_t c = 0; c < width; ++c) {
      if (c > 0) text += ',';
      if (c >= columns.size()) text += "nan";
      else if (digits > 0) fmt::format_to(std::back_inserter(text), "{:.{}g}", columns[c].values[(first + d) * columns[c].stride], digits);
      else fmt::format_to(std::back_inserter(text), "{}", columns[c].values[(first + d) * columns[c].stride]);
    }
    text += '\n';
  }
}

std::string header(const result& fit, std::size_t chain) {
  std::string text = fmt::format("# starling_version = {}\n# starling_format = 1\n", version);
  for (const auto& [name, value] : fit.attributes) {
    std::string line = value;
    std::replace(line.begin(), line.end(), '\n', ' ');
    text += fmt::format("# {} = {}\n", name, line);
  }
  // What readers of CmdStan's files look for, in its words.
  text += fmt::format("# num_samples = {}\n# save_warmup = {}\n# id = {}\n", fit.posterior.draws, fit.warmup_posterior.empty() ? 0 : 1, chain);
  if (fit.log_evidence) text += fmt::format("# log_evidence = {}\n", *fit.log_evidence);
  if (fit.interrupted) text += "# interrupted = true\n";
  return text;
}

}  // namespace

std::vector<std::string> write_stan_csv(const result& fit, const std::string& path, const stan_csv_options& o) {
  const std::size_t chains = fit.posterior.chains;
  const std::size_t draws = fit.posterior.draws;
  const auto columns = columns_of(fit), before = warmup_columns_of(fit);
  pending_files files;
  std::vector<std::string> paths;
  for (std::size_t c = 0; c < chains; ++c) {
    std::string text = header(fit, c + o.first_chain);
    for (const column& col : columns) text += (&col == columns.data() ? "" : ",") + col.name;
    text += '\n';
    const std::size_t warmup = fit.warmup_posterior.draws;
    add_rows(text, before, columns.size(), c * warmup, warmup, o.digits);
    add_rows(text, columns, columns.size(), c * draws, draws, o.digits);
    text += fmt::format("# starling_checksum = {}\n", checksum_text(text));
    paths.push_back(chain_path(path, c + o.first_chain, chains));
    files.write(paths.back(), text);
  }
  files.commit();
  return paths;
}

}  // namespace starling
