#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace starling {

// A table of comma-separated values (RFC 4180) as an object of its columns, by the names in the first row: lists of numbers where all cells that are not
// missing ("", NA) are numbers, of texts otherwise; missing cells are null. A column without a name is column_1, … by its place. Throws input_error where
// the text is no table: two columns of one name, a row with another number of cells, no row at all. `origin` is the file's name.
nlohmann::json parse_csv(std::string_view text, const std::string& origin);

}  // namespace starling
