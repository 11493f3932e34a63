#pragma once

#include <starling/inference/result.hpp>

#include <string>
#include <vector>

namespace starling {

/// The summary as a table of fixed width for a terminal: a line of names, a line for each row. Numbers that are not known are `-`.
std::string summary_table(const std::vector<summary_row>& rows);

/// What a user should know before trusting the rows: whole sentences. R-hat above 1.01 and effective sample sizes below 400 name
/// the variables and what to do, quantities that never moved and NaN draws likewise.
std::vector<std::string> convergence_warnings(const std::vector<summary_row>& rows);

/// The whole report of a fit, to be printed: how it was drawn, the table, log evidence and effective sample size of weighted
/// draws, warnings (its own first).
std::string report(const result& fit);

/// The same for machines, as JSON: {"attributes": {…}, "chains", "draws", "interrupted", "log_evidence", "ess", "warnings": […],
/// "variables": [{"name", "mean", "sd", "mcse_mean", "mcse_sd", "q5", "q50", "q95", "ess_bulk", "ess_tail", "r_hat"}, …]}.
/// What is not known or not finite is null.
std::string summary_json(const result& fit);

}  // namespace starling
