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
#include "file_names.hpp"
#include "files.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <exception>

namespace starling {
namespace {

void print(std::FILE* to, const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), to);
  std::fflush(to);
}

// Where the results go, checked before any work is done.
struct outputs {
  std::string draws, summary, checkpoint;
  bool keep_draws = true;

  explicit outputs(const arguments& given) {
    keep_draws = given.whole("output.keep_draws") != 0;
    draws = given.text("output.file");
    summary = given.given("output.summary") ? given.text("output.summary") : "";
    checkpoint = given.given("output.checkpoint") ? given.text("output.checkpoint") : "";
    if (!checkpoint.empty() && given.command() != "sample") throw input_error("checkpoint= is for sample: other commands start anew.");
    if (!checkpoint.empty() && (checkpoint == draws || checkpoint == summary)) throw input_error("checkpoint= is the file of another output.");
    if (!keep_draws && given.given("output.file"))
      throw input_error("output file= and keep_draws=0 contradict each other: without draws there is nothing to write there.");
    if (!ends_with_extension(draws, ".nc") && !ends_with_extension(draws, ".csv"))
      throw input_error(fmt::format("output file={} should end in .nc (NetCDF) or .csv (Stan CSV).", draws));
    if (!summary.empty() && summary == draws) throw input_error("output file= and summary= are the same file.");
  }

  void check(std::size_t chains) const {
    if (keep_draws)
      for (std::size_t c = 1; c <= (ends_with_extension(draws, ".csv") ? chains : 1); ++c)
        check_writable(ends_with_extension(draws, ".csv") ? chain_path(draws, c, chains) : draws);
    if (!summary.empty()) check_writable(summary);
    if (!checkpoint.empty()) check_writable(checkpoint);
  }

  void write(const result& fit, const std::string& group) const {
    std::vector<std::string> written;
    if (keep_draws && ends_with_extension(draws, ".nc")) {
      write_netcdf(fit, draws, group);
      written = {draws};
    } else if (keep_draws) {
      written = write_stan_csv(fit, draws);
    }
    if (!summary.empty()) {
      pending_files files;
      files.write(summary, summary_json(fit));
      files.commit();
      written.push_back(summary);
    }
    if (!checkpoint.empty()) written.push_back(checkpoint);
    if (written.size() > 3) written = {written.front(), "…", written.back()};
    if (!written.empty()) print(stdout, fmt::format("\nwritten: {}\n", fmt::join(written, ", ")));
  }
};

void add_attribute(result& fit, const std::string& name, const std::string& value) {
  if (!fit.attribute(name)) fit.attributes.emplace_back(name, value);
}

void describe(result& fit, const arguments& given, const program_description& description) {
  const std::string& command = given.command();
  add_attribute(fit, "model", description.name);
  add_attribute(fit, "method", command);
  add_attribute(fit, "seed", given.text("random.seed"));
  if (given.given("data.file")) add_attribute(fit, "data_file", given.text("data.file"));
  if (command == "sample")
    for (const char* name : {"num_chains", "num_samples", "num_warmup", "thin"}) add_attribute(fit, name, given.text(std::string("sample.") + name));
}

result run_command(const arguments& given, const program_description& description, program_model& model, run_checkpoint* checkpoint) {
  const std::uint64_t seed = given.whole("random.seed");
  const auto threads = static_cast<std::size_t>(given.whole("num_threads"));
  const bool summaries_only = given.whole("output.keep_draws") == 0;
  progress_line watch;
  if (given.command() == "sample") {
    sample_settings s = description.sample;
    s.chains = given.whole("sample.num_chains");
    s.draws = given.whole("sample.num_samples");
    s.warmup = given.whole("sample.num_warmup");
    s.thin = given.whole("sample.thin");
    s.threads = threads;
    s.seed = seed;
    s.summaries_only = summaries_only;
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
  simulate_settings s = description.simulate;
  s.draws = given.whole("simulate.num_samples");
  s.threads = threads;
  s.seed = seed;
  return model.simulate(s, watch);
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
  }
  print(stdout, report(netcdf ? read_netcdf(files[0]) : read_stan_csv(files)));
  return 0;
}

int run_model(const arguments& given, const program_description& description, const program_source& source) {
  const outputs out(given);
  const std::string& file = given.given("data.file") ? given.text("data.file") : "";
  const data from = file.empty() ? data() : data::from_file(file);
  const auto model = source.make(from);
  warn_of_unused(from);
  out.check(given.command() == "sample" ? given.whole("sample.num_chains") : 1);

  // A checkpoint belongs to one program and its data.
  const bool goes_on = !out.checkpoint.empty();
  const std::string of = goes_on ? fmt::format("{}, starling {}, data {:016x}", description.name, version, file.empty() ? 0 : hash_text(read_file(file))) : "";
  run_checkpoint state;
  if (goes_on && file_exists(out.checkpoint)) state = read_checkpoint(out.checkpoint, of);
  result fit = run_command(given, description, *model, goes_on ? &state : nullptr);
  if (goes_on) write_checkpoint(state, out.checkpoint, of);
  if (fit.interrupted && out.keep_draws && fit.posterior.draws == 0)
    throw input_error("Interrupted before the first draw: nothing is written.");
  describe(fit, given, description);
  print(stdout, report(fit));
  out.write(fit, given.command() == "simulate" ? "prior" : "posterior");
  return fit.interrupted ? 130 : 0;
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
    print(stderr, fmt::format("{}: {}\n", named.name, error.what()));
    return 1;
  }
}

}  // namespace starling
