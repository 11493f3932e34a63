#include <starling/inference/run_gradient.hpp>
#include <starling/io/checkpoint.hpp>
#include <starling/io/input_error.hpp>
#include <starling/io/netcdf.hpp>
#include <starling/io/program.hpp>
#include <starling/io/progress_line.hpp>
#include <starling/io/report.hpp>
#include <starling/io/stan_csv.hpp>
#include <starling/io/version.hpp>

#include "arguments.hpp"
#include "axis_names.hpp"
#include "file_names.hpp"
#include "files.hpp"
#include "outputs.hpp"
#include "plain_sentence.hpp"
#include "point_files.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string_view>
#include <utility>

namespace starling {
namespace {

// What cannot be told on stdout is an error; on stderr there is no one left to tell.
void print(std::FILE* to, const std::string& text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), to) == text.size();
  if ((std::fflush(to) != 0 || !written) && to == stdout) throw input_error(fmt::format("The standard output cannot be written: {}.", std::strerror(errno)));
}

void add_attribute(result& fit, const std::string& name, const std::string& value) {
  if (!fit.attribute(name)) fit.attributes.emplace_back(name, value);
}

void describe(result& fit, const arguments& given, const program_description& description) {
  const std::string& command = given.command();
  if (command == "generate_quantities") return add_attribute(fit, "fitted_params", given.text("generate_quantities.fitted_params"));
  add_attribute(fit, "model", description.name);
  add_attribute(fit, "method", command);
  add_attribute(fit, "seed", given.text("random.seed"));
  if (given.given("id")) add_attribute(fit, "first_chain", given.text("id"));
  if (given.given("data.file")) add_attribute(fit, "data_file", given.text("data.file"));
  if (command == "sample")
    for (const char* name : {"num_chains", "num_samples", "num_warmup", "thin"}) add_attribute(fit, name, given.text(std::string("sample.") + name));
}

kernel_changes kernel_changes_of(const arguments& given) {
  kernel_changes c;
  if (given.given("adapt.delta")) c.target_acceptance = given.number("adapt.delta");
  if (given.given("sample.stepsize")) c.step_size = given.number("sample.stepsize");
  if (given.given("sample.stepsize_jitter")) c.jitter = given.number("sample.stepsize_jitter");
  if (given.given("sample.engine")) {
    if (given.text("sample.engine") == "static") c.integration_time = given.number("sample.int_time");
    else c.no_u_turn = true;
  }
  c.windows = {given.whole("adapt.init_buffer"), given.whole("adapt.window"), given.whole("adapt.term_buffer")};
  if (given.whole("adapt.engaged") == 0) {
    c.keeps_settings = true;
    if (!c.step_size) c.step_size = 1;
  }
  if (given.given("init")) {
    if (is_file_of_starts(given.text("init"))) c.starts = read_starts(given.text("init"), given.whole("sample.num_chains"));
    else c.initial_radius = given.number("init");
  }
  if (given.given("sample.metric_file")) c.inverse_metric = read_numbers(given.text("sample.metric_file"), "inv_metric");
  if (given.given("sample.max_depth")) c.max_depth = static_cast<int>(given.whole("sample.max_depth"));
  if (given.given("sample.metric")) c.metric = static_cast<kernels::metric_kind>(given.place("sample.metric"));
  return c;
}

// Runs with another id have other numbers.
std::uint64_t seed_of(const arguments& given) {
  const std::uint64_t seed = given.whole("random.seed"), id = given.whole("id");
  return id == 1 ? seed : seed + (id - 1) * 0x9e3779b97f4a7c15u;
}

approximation_settings approximation_of(const arguments& given, const program_description& description) {
  using methods = approximation_settings::methods;
  approximation_settings s = description.approximate;
  const std::string& command = given.command();
  s.method = command == "optimize" ? methods::optimize : command == "laplace"  ? methods::laplace
                                                     : command == "pathfinder" ? methods::pathfinder
                                                                               : methods::variational;
  s.jacobian = given.whole("optimize.jacobian") != 0;
  s.optimize.max_iterations = given.whole("optimize.iter");
  s.optimize.starts = given.whole("optimize.num_starts");
  s.laplace.draws = given.whole("laplace.draws");
  s.pathfinder.paths = given.whole("pathfinder.num_paths");
  s.pathfinder.draws = given.whole("pathfinder.num_psis_draws");
  s.pathfinder.draws_per_path = given.whole("pathfinder.num_draws");
  s.pathfinder.elbo_draws = given.whole("pathfinder.num_elbo_draws");
  s.pathfinder.max_iterations = given.whole("pathfinder.max_lbfgs_iters");
  s.pathfinder.history = given.whole("pathfinder.history_size");
  s.variational.guide = static_cast<guide_family>(given.place("variational.algorithm"));
  s.variational.draws = given.whole("variational.output_samples");
  s.variational.max_steps = given.whole("variational.iter");
  s.variational.draws_per_step = given.whole("variational.grad_samples");
  if (given.given("init") && is_file_of_starts(given.text("init"))) {
    if (s.method == methods::variational) throw input_error("init= as a file is for sample, optimize, laplace, pathfinder and diagnose; variational finds its own starts.");
    s.starts = read_starts(given.text("init"), s.method == methods::pathfinder ? s.pathfinder.paths : s.optimize.starts);
  } else if (given.given("init")) s.optimize.initial_radius = s.pathfinder.initial_radius = s.variational.initial_radius = given.number("init");
  s.optimize.threads = s.laplace.threads = s.pathfinder.threads = s.variational.threads = static_cast<std::size_t>(given.whole("num_threads"));
  s.seed = seed_of(given);
  return s;
}

point_settings points_of(const arguments& given) {
  point_settings s;
  s.threads = static_cast<std::size_t>(given.whole("num_threads"));
  s.seed = seed_of(given);
  if (given.command() == "log_prob") {
    s.jacobian = given.whole("log_prob.jacobian") != 0;
    if (given.given("log_prob.constrained_params")) s.choices = read_points(given.text("log_prob.constrained_params"));
    else s.free = read_numbers(given.text("log_prob.unconstrained_params"), "params_r");
    return s;
  }
  s.test.epsilon = given.number("diagnose.epsilon");
  s.test.error = given.number("diagnose.error");
  if (given.given("init")) {
    if (is_file_of_starts(given.text("init"))) s.choices = read_starts(given.text("init"), 1);
    else s.test.initial_radius = given.number("init");
  }
  return s;
}

// What it was run with, its data but for the draws.
result quantities_of(const arguments& given, program_model& model) {
  result fit = read_fit(given.text("generate_quantities.fitted_params"));
  model.predict(fit, true, seed_of(given));
  return fit;
}

result run_command(const arguments& given, const program_description& description, program_model& model, run_checkpoint* checkpoint, progress& watch) {
  const std::uint64_t seed = seed_of(given);
  const auto threads = static_cast<std::size_t>(given.whole("num_threads"));
  const bool summaries_only = given.whole("output.keep_draws") == 0;
  if (given.command() == "sample") {
    sample_settings s = description.sample;
    s.chains = given.whole("sample.num_chains");
    s.draws = given.whole("sample.num_samples");
    s.warmup = given.whole("sample.num_warmup");
    s.thin = given.whole("sample.thin");
    s.threads = threads;
    s.seed = seed;
    s.summaries_only = summaries_only;
    s.save_warmup = given.whole("sample.save_warmup") != 0;
    s.kernel = kernel_changes_of(given);
    s.checkpoint = checkpoint;
    return model.sample(s, watch);
  }
  if (given.command() == "importance") {
    importance_settings s = description.importance;
    s.particles = given.whole("importance.num_particles");
    s.threads = threads;
    s.seed = seed;
    s.summaries_only = summaries_only;
    return model.importance(s, watch);
  }
  if (given.command() == "generate_quantities") return quantities_of(given, model);
  if (given.command() == "log_prob") return model.log_prob(points_of(given));
  if (given.command() != "simulate") return model.approximate(approximation_of(given, description), watch);
  simulate_settings s = description.simulate;
  s.draws = given.whole("simulate.num_samples");
  s.threads = threads;
  s.seed = seed;
  return model.simulate(s, watch);
}

// Throws where what is asked for needs more memory than the machine has, which asking for it need not tell: the system may end the program instead.
// Counted is the very least: of a chain its state, of a draw one latent, and of a chain's draw lp and more.
void require_memory(const arguments& given) {
  const double has = static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGE_SIZE));
  const auto& command = given.command();
  const bool keeps = given.whole("output.keep_draws") != 0;
  std::string asked;
  double needs = 0;
  if (command == "sample") {
    const double kept = keeps ? static_cast<double>(given.whole("sample.num_samples") / given.whole("sample.thin")) : 0;
    asked = fmt::format("num_chains={} with num_samples={} need", given.text("sample.num_chains"), given.text("sample.num_samples"));
    needs = static_cast<double>(given.whole("sample.num_chains")) * (1000 + 4 * sizeof(double) * kept);
  } else {
    for (const char* key : {"importance.num_particles", "simulate.num_samples", "laplace.draws", "pathfinder.num_psis_draws", "variational.output_samples"}) {
      const std::string_view all = key;
      if (all.substr(0, all.find('.')) != command) continue;
      asked = fmt::format("{}={} needs", all.substr(all.find('.') + 1), given.text(key));
      needs = keeps || command != "importance" ? sizeof(double) * static_cast<double>(given.whole(key)) : 0;
    }
  }
  if (needs > has && has > 0)
    throw input_error(fmt::format("{} at least {:.3g} GB of memory, and this machine has {:.3g}: ask for fewer{}.", asked, needs / 1e9, has / 1e9,
                                  keeps && (command == "sample" || command == "importance") ? ", or for summaries only (keep_draws=0)" : ""));
}

report_options report_options_of(const arguments& given) {
  return {.rows = static_cast<std::size_t>(given.whole("output.rows")), .worst_first = given.place("output.sort") == 1};
}

void warn_of_unused(const data& given) {
  const auto unused = given.unused();
  if (unused.empty()) return;
  print(stderr, fmt::format("warning: {} has {} that the program does not use: \"{}\".\n", given.origin(), unused.size() == 1 ? "a field" : "fields",
                            fmt::join(unused, "\", \"")));
}

int run_summary(const arguments& given) {
  const auto& files = given.files();
  const bool netcdf = ends_with_extension(files[0], ".nc");
  for (const std::string& file : files) {
    if (!ends_with_extension(file, ".nc") && !ends_with_extension(file, ".csv"))
      throw input_error(fmt::format("{} should end in .nc (NetCDF) or .csv (Stan CSV).", file));
    if (netcdf && files.size() > 1) throw input_error("summary takes one .nc file, or the .csv files of all chains.");
    for (const std::string& other : files) {
      if (&other == &file) break;
      if (same_file(file, other)) throw input_error(fmt::format("summary: {} and {} are one file: its chain would count twice.", other, file));
    }
  }
  print(stdout, report(netcdf ? read_netcdf(files[0]) : read_stan_csv(files)));
  return 0;
}

// The description with the names along axes that are lists of the data.
program_description with_names_of_data(program_description d, const data& from) {
  for (const auto& [name, axes] : d.dims)
    for (const std::string& axis : axes) {
      const bool known = std::any_of(d.coords.begin(), d.coords.end(), [&](const auto& c) { return c.first == axis; });
      if (!known && from.has_list(axis)) d.coords.emplace_back(axis, from.texts(axis));
    }
  return d;
}

// Names of axes, and what was given beside what is observed.
void name_parts(result& fit, const program_description& description, const data& from) {
  fit.dims = description.dims;
  fit.coords = description.coords;
  for (variable& v : from.used()) {
    const bool observed = std::any_of(fit.observed_data.begin(), fit.observed_data.end(), [&](const variable& o) { return o.name == v.name; });
    if (!observed) fit.constant_data.push_back(std::move(v));
  }
  const axis_names axes(fit);
  for (const std::string& problem : axes.problems()) fit.warnings.push_back(problem);
}

// One point: its derivatives; several: how many.
std::string told_densities(const result& r) {
  const auto& lp = r.sample_stats["lp"].values;
  if (lp.size() != 1) return fmt::format("log densities of {} points, from {:.6g} to {:.6g}\n", lp.size(), *std::min_element(lp.begin(), lp.end()), *std::max_element(lp.begin(), lp.end()));
  std::string text = fmt::format("log density {}\n", lp[0]);
  for (const variable& v : r.posterior.variables)
    for (std::size_t e = 0; e < v.elements(); ++e) text += fmt::format("{} {}\n", v.element_name(e), v.values[e]);
  return text;
}

int run_diagnose(const arguments& given, program_model& model) {
  const gradient_test test = model.diagnose(points_of(given));
  std::size_t width = 8, wrong = 0;
  for (const auto& row : test.rows) width = std::max(width, row.name.size());
  std::string text = fmt::format("log density {}\n\n{:<{}}  {:>12}  {:>14}  {:>14}  {:>10}\n", test.log_density, "", width, "value", "derivative", "difference", "error");
  for (const auto& row : test.rows) {
    text += fmt::format("{:<{}}  {:>12.6g}  {:>14.8g}  {:>14.8g}  {:>10.2g}{}\n", row.name, width, row.value, row.derivative, row.difference, row.derivative - row.difference,
                        row.agrees ? "" : "  wrong");
    wrong += !row.agrees;
  }
  text += wrong == 0 ? "\nAll derivatives agree with finite differences.\n" : fmt::format("\n{} of {} derivatives disagree with finite differences.\n", wrong, test.rows.size());
  print(stdout, text);
  return wrong == 0 ? 0 : 1;
}

// What a run gives, and where it was left.
struct finished_run {
  result fit;
  std::vector<std::string> written;
  std::string trouble;  // in writing; empty: none
};

// Runs, and writes draws and checkpoint while Ctrl-C is still heard, so that nothing that comes afterwards can lose them. If one cannot be
// written the other still is.
finished_run run_and_keep(const arguments& given, const program_description& description, program_model& model, const data& from, const outputs& out, run_checkpoint* state, const std::string& of) {
  finished_run done;
  progress_line watch(given.given("output.refresh") && given.whole("output.refresh") == 0 ? -1 : 2);
  done.fit = run_command(given, description, model, state, watch);
  describe(done.fit, given, description);
  if (given.command() == "sample" && given.whole("output.predictions") != 0 && !done.fit.posterior.empty()) model.predict(done.fit, false, seed_of(given));
  name_parts(done.fit, description, from);
  const auto attempt = [&](auto&& write) {
    try {
      write();
      return true;
    } catch (const input_error& error) {
      done.trouble += (done.trouble.empty() ? "" : " ") + std::string(error.what());
    }
    return false;
  };
  const bool has_draws = !(done.fit.interrupted && done.fit.posterior.draws == 0);
  const bool kept = !has_draws || attempt([&] { done.written = out.write_draws(done.fit, given.command() == "simulate" ? "prior" : "posterior"); });
  if (out.wants_diagnostics() && has_draws) attempt([&] {
    result densities = model.log_prob({.choices = done.fit.posterior, .threads = static_cast<std::size_t>(given.whole("num_threads"))});
    for (draws* group : {&densities.posterior, &densities.sample_stats}) *group = {done.fit.posterior.chains, done.fit.posterior.draws, std::move(group->variables)};
    for (const auto& path : out.write_diagnostics(densities)) done.written.push_back(path);
  });
  if (state != nullptr && attempt([&] { write_checkpoint(*state, out.checkpoint(), of); })) {
    done.written.push_back(out.checkpoint());
    if (!kept) done.trouble += fmt::format(" The run itself is in {}: the same words with another output file= write it.", out.checkpoint());
  }
  return done;
}

int run_model(const arguments& given, const program_description& program, const program_source& source) {
  const outputs out(given);
  const std::string& file = given.given("data.file") ? given.text("data.file") : "";
  const data from = file.empty() ? data() : data::from_file(file);
  const auto model = source.make(from);
  const program_description description = with_names_of_data(program, from);
  warn_of_unused(from);
  if (given.command() == "diagnose") return run_diagnose(given, *model);
  out.check(given.command() == "sample" ? given.whole("sample.num_chains") : 1);
  require_memory(given);

  // A checkpoint belongs to one program and its data.
  const bool goes_on = !out.checkpoint().empty();
  const std::string of = goes_on ? fmt::format("{}, starling {}, data {}", description.name, version, from.fingerprint()) : "";
  run_checkpoint state;
  if (goes_on && is_regular_file(out.checkpoint())) state = read_checkpoint(out.checkpoint(), of);
  checkpoint_file meanwhile(out.checkpoint(), of);
  state.sink = &meanwhile;
  state.every = static_cast<double>(given.whole("output.checkpoint_every"));
  finished_run done = run_and_keep(given, description, *model, from, out, goes_on ? &state : nullptr, of);
  const result& fit = done.fit;
  if (!done.trouble.empty()) print(stderr, fmt::format("{}: {}\n", description.name, done.trouble));
  if (fit.interrupted && out.keeps_draws() && fit.posterior.draws == 0)
    throw input_error(goes_on ? "Interrupted before the first draw: no draws are written." : "Interrupted before the first draw: nothing is written.");
  print(stdout, given.command() == "log_prob" ? told_densities(fit) : report(fit, report_options_of(given)));
  for (const auto& path : out.write_summary(fit)) done.written.push_back(path);
  if (done.written.size() > 3) done.written = {done.written.front(), "…", done.written.back()};
  if (!done.written.empty()) print(stdout, fmt::format("\nwritten: {}\n", fmt::join(done.written, ", ")));
  return !done.trouble.empty() ? 1 : fit.interrupted ? 130
                                                     : 0;
}

}  // namespace

int run_program(int argc, char** argv, const program_description& description, const program_source& source) {
  program_description named = description;
  if (named.name.empty()) {
    const std::string path = argc > 0 ? argv[0] : "program";
    named.name = path.substr(path.rfind('/') + 1);
  }
  try {
    const arguments given(std::vector<std::string>(argv + std::min(argc, 1), argv + argc), named);
    if (given.wants_version()) {
      print(stdout, fmt::format("{}, with starling {}\n", named.name, version));
      return 0;
    }
    if (given.wants_help()) {
      print(stdout, arguments::help(given.command(), named));
      return 0;
    }
    return given.command() == "summary" ? run_summary(given) : run_model(given, named, source);
  } catch (const std::exception& error) {
    print(stderr, fmt::format("{}: {}\n", named.name, plain_sentence(error)));
    return 1;
  }
}

}  // namespace starling
