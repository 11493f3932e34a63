// Parameter stores as JSON files: { "scale": [1.5], "w": [0.3, 0.8] }, numbers with all their digits.
#pragma once

#include <string>

#include <starling/models/parameters.hpp>

namespace starling {

// What is saved has a format, a checksum and what optimisers know of the parameters; a plain object as above is read, too. Throw input_error, naming the
// file, where it cannot be written or read, is damaged, or holds anything but lists of finite numbers, each name once; NaN is not saved.
void save_parameters(const parameter_store& store, const std::string& path);
parameter_store load_parameters(const std::string& path);

}  // namespace starling
