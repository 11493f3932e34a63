#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace starling {

// The name that the misspelled one most likely stands for, or "" where none is near: at most a third of its letters, and at
// least one, may be wrong, missing, too many or swapped with their neighbour. Upper and lower case are the same.
std::string nearest_name(std::string_view misspelled, const std::vector<std::string>& names);

// ` Did you mean "name"?`, or nothing.
std::string did_you_mean(std::string_view misspelled, const std::vector<std::string>& names);

}  // namespace starling
