#pragma once

#include <starling/inference/result.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace starling {

// The draws of a file: .nc, or .csv, whose chains may be name_1.csv, name_2.csv, …
result read_fit(const std::string& path);

// Points by the names of their choices: a JSON object is one, draws of a fit are as many. Throws input_error.
draws read_points(const std::string& path);

// Starts of `count` chains or searches: one for all, or one each. Of JSON files there may be one each, name_1.json, name_2.json, …; draws of a fit are taken at
// even distances.
draws read_starts(const std::string& path, std::size_t count);

// {"params_r": [1, 2]} or a list of such lists, one after the other; {"inv_metric": …} likewise.
std::vector<double> read_numbers(const std::string& path, const char* field);

}  // namespace starling
