#pragma once

#include <starling/inference/result.hpp>

#include <string>
#include <vector>

namespace starling {

// What the reports for terminals and for browsers share.

// A line of names, the first one empty, and a line for each row, as they are shown.
std::vector<std::vector<std::string>> summary_cells(const std::vector<summary_row>& rows);

// fit.warnings, and of a fit that was not checked what check_convergence would add.
std::vector<std::string> all_warnings(const result& fit, const std::vector<summary_row>& rows);

// How a page for a browser begins: its title and its style, up to the first heading.
std::string page_head(const std::string& title);

}  // namespace starling
