#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace starling {

// The JSON of a text. Throws input_error with the place where it is none, where an object has a key twice and where a number is too large; `origin`
// is the file's name.
nlohmann::json parse_json(std::string_view text, const std::string& origin);

}  // namespace starling
