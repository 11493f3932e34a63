#include <starling/inference/predictive_checks.hpp>
#include <starling/inference/result_checks.hpp>
#include <starling/io/report.hpp>

#include "report_parts.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>
#include <limits>

namespace starling {
namespace {

struct column {
  const char* name;
  double summary_row::*value;
  enum { real,
         error,
         count,
         ratio,
         share } format;
};

constexpr std::array columns = {
    column{"mean", &summary_row::mean, column::real},
    column{"sd", &summary_row::sd, column::real},
    column{"5%", &summary_row::q5, column::real},
    column{"50%", &summary_row::q50, column::real},
    column{"95%", &summary_row::q95, column::real},
    column{"mcse_mean", &summary_row::mcse_mean, column::error},
    column{"mcse_sd", &summary_row::mcse_sd, column::error},
    column{"ess_bulk", &summary_row::ess_bulk, column::count},
    column{"ess_tail", &summary_row::ess_tail, column::count},
    column{"r_hat", &summary_row::r_hat, column::ratio},
};
// Shown where some draws do not have some quantity.
constexpr column presence{"present", &summary_row::present, column::share};

// Four significant digits for estimates, two for their errors; no exponent where a person would not write one.
std::string significant(double x, int digits) {
  if (x == 0.0) return "0";
  const int magnitude = static_cast<int>(std::floor(std::log10(std::abs(x))));
  if (magnitude < -4 || magnitude > 7) return fmt::format("{:.{}e}", x, digits - 1);
  return fmt::format("{:.{}f}", x, std::max(0, digits - 1 - magnitude));
}

std::string cell(double x, const column& of) {
  if (std::isnan(x)) return "-";
  if (std::isinf(x)) return x > 0.0 ? "inf" : "-inf";
  switch (of.format) {
    case column::real:
      return significant(x, 4);
    case column::error:
      return significant(x, 2);
    case column::share:
      return fmt::format("{:.3f}", x);
    case column::count:
      return fmt::format("{:.0f}", x);
    default:
      return x < 100.0 ? fmt::format("{:.3f}", x) : fmt::format("{:.2e}", x);
  }
}

// The number of code points: what a terminal shows of UTF-8 letters.
std::size_t shown_width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::vector<std::size_t> widths_of(const std::vector<std::vector<std::string>>& lines) {
  std::vector<std::size_t> widths(lines[0].size());
  for (const auto& line : lines)
    for (std::size_t c = 0; c < line.size(); ++c) widths[c] = std::max(widths[c], shown_width(line[c]));
  return widths;
}

}  // namespace

std::vector<std::vector<std::string>> summary_cells(const std::vector<summary_row>& rows) {
  std::vector<column> shown(columns.begin(), columns.end());
  if (std::any_of(rows.begin(), rows.end(), [](const summary_row& r) { return r.present < 1.0; })) shown.insert(shown.begin(), presence);
  std::vector<std::vector<std::string>> lines(1, {""});
  for (const column& c : shown) lines[0].push_back(c.name);
  for (const summary_row& row : rows) {
    auto& line = lines.emplace_back(1, row.name);
    for (const column& c : shown) line.push_back(cell(row.*c.value, c));
  }
  return lines;
}

namespace {

std::string table_of(const std::vector<std::vector<std::string>>& lines) {
  const auto widths = widths_of(lines);
  std::string text;
  for (const auto& line : lines) {
    text += line[0] + std::string(widths[0] - shown_width(line[0]), ' ');
    for (std::size_t c = 1; c < line.size(); ++c) text += std::string(2 + widths[c] - shown_width(line[c]), ' ') + line[c];
    text += '\n';
  }
  return text;
}

// Without the columns that can be spared, as long as it is too wide.
std::string table_within(std::vector<std::vector<std::string>> lines, std::size_t width) {
  for (const char* spared : {"mcse_sd", "mcse_mean", "50%"}) {
    std::size_t total = 0;
    for (const std::size_t w : widths_of(lines)) total += w + (total == 0 ? 0 : 2);
    const auto found = std::find(lines[0].begin(), lines[0].end(), spared);
    if (total <= width || found == lines[0].end()) continue;
    const auto column = found - lines[0].begin();
    for (auto& line : lines) line.erase(line.begin() + column);
  }
  return table_of(lines);
}

// How far a row is from what is asked of it; above 1 there is a warning.
double trouble_of(const summary_row& r) {
  if (r.still > 0) return std::numeric_limits<double>::infinity();
  double trouble = 0;
  if (r.r_hat > 1) trouble = (r.r_hat - 1) / 0.01;
  for (const double ess : {r.ess_bulk, r.ess_tail})
    if (!std::isnan(ess)) trouble = std::max(trouble, 400 / ess);
  return trouble;
}

// The rows to be shown, and a sentence where they are not all.
std::string chosen_rows(const std::vector<summary_row>& all, const report_options& o) {
  auto rows = all;
  const bool too_many = rows.size() > o.rows;
  if (too_many || o.worst_first) std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return trouble_of(a) > trouble_of(b); });
  if (too_many) rows.resize(std::max<std::size_t>(1, o.rows / 2));
  std::string text = table_within(summary_cells(rows), o.width);
  if (too_many) text += fmt::format("The {} rows of {} with the most trouble (R-hat, effective draws). summary=FILE.json has all, rows={} shows them.\n", rows.size(), all.size(), all.size());
  return text;
}

std::string told_checks(const std::vector<predictive_check>& checks) {
  if (checks.empty()) return "";
  std::vector<std::vector<std::string>> lines = {{"predictive checks", "observed", "predicted", "p"}};
  for (const auto& c : checks) lines.push_back({c.name + " " + c.statistic, significant(c.observed, 4), significant(c.predicted, 4), fmt::format("{:.3f}", c.p)});
  return "\n" + table_of(lines);
}

}  // namespace

std::string summary_table(const std::vector<summary_row>& rows) { return table_of(summary_cells(rows)); }

std::vector<std::string> all_warnings(const result& fit, const std::vector<summary_row>& rows) {
  std::vector<std::string> warnings = fit.warnings;
  if (!fit.checked)
    for (std::string& warning : convergence_warnings(fit, rows)) warnings.push_back(std::move(warning));
  return warnings;
}

std::string report(const result& fit, const report_options& o) {
  const auto rows = summarise(fit);
  std::string text;
  if (fit.interrupted) text += fmt::format("Interrupted: {} draws of each chain are kept.\n", fit.posterior.draws);
  if (!fit.posterior.empty())
    text += !fit.log_weights.empty() ? fmt::format("{} weighted draws\n\n", fit.posterior.draws * fit.posterior.chains)
                                     : fmt::format("{} chain{} of {} draws\n\n", fit.posterior.chains, fit.posterior.chains == 1 ? "" : "s", fit.posterior.draws);
  text += chosen_rows(rows, o);
  if (fit.log_evidence) text += fmt::format("\nlog evidence {}\n", significant(*fit.log_evidence, 6));
  if (fit.ess) text += fmt::format("effective sample size of the weights {:.1f}\n", *fit.ess);
  text += told_checks(predictive_checks(fit));
  for (const std::string& warning : all_warnings(fit, rows)) text += fmt::format("\nwarning: {}\n", warning);
  return text;
}

std::string summary_json(const result& fit) {
  using json = nlohmann::ordered_json;
  const auto number = [](double x) { return std::isfinite(x) ? json(x) : json(nullptr); };
  const auto maybe = [&](const std::optional<double>& x) { return x ? number(*x) : json(nullptr); };
  const auto rows = summarise(fit);
  json top;
  top["attributes"] = json::object();
  for (const auto& [name, value] : fit.attributes) top["attributes"][name] = value;
  top["chains"] = fit.posterior.chains;
  top["draws"] = fit.posterior.draws;
  top["interrupted"] = fit.interrupted;
  top["log_evidence"] = maybe(fit.log_evidence);
  top["ess"] = maybe(fit.ess);
  top["warnings"] = all_warnings(fit, rows);
  top["predictive_checks"] = json::array();
  for (const auto& c : predictive_checks(fit))
    top["predictive_checks"].push_back({{"name", c.name}, {"statistic", c.statistic}, {"observed", number(c.observed)}, {"predicted", number(c.predicted)}, {"p", number(c.p)}});
  top["variables"] = json::array();
  for (const summary_row& row : rows)
    top["variables"].push_back({{"name", row.name}, {"mean", number(row.mean)}, {"sd", number(row.sd)}, {"mcse_mean", number(row.mcse_mean)}, {"mcse_sd", number(row.mcse_sd)}, {"q5", number(row.q5)}, {"q50", number(row.q50)}, {"q95", number(row.q95)}, {"ess_bulk", number(row.ess_bulk)}, {"ess_tail", number(row.ess_tail)}, {"r_hat", number(row.r_hat)}, {"present", number(row.present)}});
  return top.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace starling
