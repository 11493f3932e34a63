#pragma once

#include <starling/inference/result.hpp>

#include <string>
#include <vector>

namespace starling {

// The names of variables in files: letters that NetCDF or Stan CSV cannot have ('/', '.', ',', space, …) become '_', and a name
// that is then taken gets one more '_'.
std::vector<std::string> file_names(const std::vector<variable>& variables);

// chain_path("out/fit.csv", 2, 4) is out/fit_2.csv; with one chain the path stays as it is, as CmdStan does.
std::string chain_path(const std::string& path, std::size_t chain, std::size_t chains);

bool ends_with_extension(const std::string& path, const char* extension);

}  // namespace starling
