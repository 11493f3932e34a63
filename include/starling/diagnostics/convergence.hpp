#pragma once

#include <starling/diagnostics/summary.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace starling {

/// What a user should know before trusting the rows: whole sentences. R-hat above 1.01 and effective sample sizes below 400 name
/// the variables and what to do, quantities that never moved, infinite and NaN draws likewise. `chains`: where it is 1, that there is no R-hat.
std::vector<std::string> convergence_warnings(const std::vector<summary_row>& rows, std::size_t chains = 0);

/// The same of weighted draws: an effective sample size of the weights below 400.
std::vector<std::string> weight_warnings(double ess);

}  // namespace starling
