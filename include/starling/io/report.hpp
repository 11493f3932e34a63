#pragma once

#include <starling/diagnostics/convergence.hpp>
#include <starling/inference/result.hpp>

#include <string>
#include <vector>

namespace starling {

/// The summary as a table of fixed width for a terminal: a line of names, a line for each row. Numbers that are not known are `-`.
/// Where some draws do not have some quantity, a column `present` has the share of those that do; all else is of these.
std::string summary_table(const std::vector<summary_row>& rows);

struct report_options {
  std::size_t width = 80;     ///< of the terminal: columns that have no room are left out, mcse_sd, mcse_mean and 50% in this order
  std::size_t rows = 60;      ///< of more rows the worst half as many are shown: of the highest R-hat or the fewest effective draws
  bool worst_first = false;   ///< rows in the order of their trouble
};

/// The whole report of a fit, to be printed: how it was drawn, the table, log evidence and effective sample size of weighted
/// draws, predictive checks (p-values) where the fit has predictions, and the warnings: fit.warnings, and of a fit that was not checked (read from a file, say)
/// what check_convergence would add.
std::string report(const result& fit, const report_options& o = {});

/// The same as one page for a browser, with nothing to load: the table, the warnings, and plots of the numbers that are most in doubt (traces, ranks,
/// densities by chain), energy, divergences in pairs, and predictions beside what was observed where the fit has them.
std::string html_report(const result& fit);

struct fit_result;
struct training_result;
/// The page of sl::fit: the objective over its steps, how many latents of items the guide uses and which have collapsed to the prior, the warnings.
std::string training_report(const fit_result& fit);
/// The page of sl::train: losses by epoch, of the minibatches and of the rows held out, when it was best, and what was not finite.
std::string training_report(const training_result& fit);

/// The same for machines, as JSON: {"attributes": {…}, "chains", "draws", "interrupted", "log_evidence", "ess", "warnings": […],
/// "predictive_checks": [{"name", "statistic", "observed", "predicted", "p"}, …],
/// "variables": [{"name", "mean", "sd", "mcse_mean", "mcse_sd", "q5", "q50", "q95", "ess_bulk", "ess_tail", "r_hat", "present"}, …]}.
/// What is not known or not finite is null.
std::string summary_json(const result& fit);

}  // namespace starling
