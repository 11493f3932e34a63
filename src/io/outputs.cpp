#include "outputs.hpp"

#include <starling/io/input_error.hpp>
#include <starling/io/netcdf.hpp>
#include <starling/io/report.hpp>
#include <starling/io/stan_csv.hpp>

#include "file_names.hpp"
#include "files.hpp"

#include <fmt/format.h>

#include <utility>

namespace starling {

outputs::outputs(const arguments& given) {
  keep_draws_ = given.whole("output.keep_draws") != 0;
  draws_ = given.text("output.file");
  if (given.given("output.summary")) summary_ = given.text("output.summary");
  if (given.given("output.report")) report_ = given.text("output.report");
  if (!report_.empty() && !ends_with_extension(report_, ".html")) throw input_error(fmt::format("report={} should end in .html.", report_));
  if (given.given("output.checkpoint")) checkpoint_ = given.text("output.checkpoint");
  if (given.given("output.diagnostic_file")) diagnostics_ = given.text("output.diagnostic_file");
  if (given.given("output.sig_figs")) csv_.digits = static_cast<int>(given.whole("output.sig_figs"));
  csv_.first_chain = given.whole("id");
  if (!keep_draws_ && (wants_diagnostics() || given.whole("output.predictions") != 0))
    throw input_error("diagnostic_file= and predictions=1 are of draws: they do not go with keep_draws=0.");
  if (wants_diagnostics() && !ends_with_extension(diagnostics_, ".csv") && !ends_with_extension(diagnostics_, ".nc"))
    throw input_error(fmt::format("diagnostic_file={} should end in .csv or .nc.", diagnostics_));
  if (given.given("data.file")) data_ = given.text("data.file");
  if (!checkpoint_.empty() && given.command() != "sample") throw input_error("checkpoint= is for sample: other commands start anew.");
  if (checkpoint_.empty() && given.given("output.checkpoint_every")) throw input_error("checkpoint_every= goes with checkpoint=, the name of the file.");
  if (!keep_draws_ && given.given("output.file"))
    throw input_error("output file= and keep_draws=0 contradict each other: without draws there is nothing to write there.");
  if (!ends_with_extension(draws_, ".nc") && !ends_with_extension(draws_, ".csv"))
    throw input_error(fmt::format("output file={} should end in .nc (NetCDF) or .csv (Stan CSV).", draws_));
}

bool outputs::has_file_a_chain() const { return ends_with_extension(draws_, ".csv"); }

void outputs::check(std::size_t chains) const {
  constexpr std::size_t most_files = 100'000;
  if (keep_draws_ && has_file_a_chain() && chains > most_files)
    throw input_error(fmt::format("Stan CSV has one file a chain, which would be {} files: say output file=….nc.", chains));
  std::vector<std::pair<const char*, std::string>> others;
  if (!data_.empty()) others.emplace_back("data file=", data_);
  for (const auto& [role, path] : {std::pair("summary=", summary_), std::pair("report=", report_), std::pair("checkpoint=", checkpoint_), std::pair("diagnostic_file=", diagnostics_)}) {
    if (path.empty()) continue;
    for (const auto& [other, there] : others)
      if (same_file(path, there)) throw input_error(fmt::format("{} and {} are the same file, {}.", other, role, path));
    others.emplace_back(role, path);
  }
  if (keep_draws_)
    for (std::size_t c = 1; c <= (has_file_a_chain() ? chains : 1); ++c) {
      const std::string path = has_file_a_chain() ? chain_path(draws_, c + csv_.first_chain - 1, chains) : draws_;
      for (const auto& [other, there] : others)
        if (same_file(path, there)) throw input_error(fmt::format("{} and output file= are the same file, {}.", other, path));
      // The folder is the same for all; only what is there can differ.
      if (c == 1 || file_exists(path)) check_writable(path);
    }
  if (!summary_.empty()) check_writable(summary_);
  if (!report_.empty()) check_writable(report_);
  if (!diagnostics_.empty()) check_writable(diagnostics_);
  if (!checkpoint_.empty()) check_writable(checkpoint_);
}

std::vector<std::string> outputs::write_draws(const result& fit, const std::string& group) const {
  if (!keep_draws_) return {};
  return write(fit, draws_, group);
}

std::vector<std::string> outputs::write(const result& of, const std::string& path, const std::string& group) const {
  if (ends_with_extension(path, ".csv")) return write_stan_csv(of, path, csv_);
  write_netcdf(of, path, group);
  return {path};
}

std::vector<std::string> outputs::write_diagnostics(const result& densities) const { return write(densities, diagnostics_, "posterior"); }

std::vector<std::string> outputs::write_summary(const result& fit) const {
  std::vector<std::string> written;
  pending_files files;
  if (!summary_.empty()) {
    files.write(summary_, summary_json(fit));
    written.push_back(summary_);
  }
  if (!report_.empty()) {
    files.write(report_, html_report(fit));
    written.push_back(report_);
  }
  files.commit();
  return written;
}

}  // namespace starling
