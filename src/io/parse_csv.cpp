#include "parse_csv.hpp"

#include <starling/io/input_error.hpp>

#include <csv.h>
#include <fmt/format.h>

#include <charconv>
#include <memory>
#include <vector>

namespace starling {

using nlohmann::json;

namespace {

struct table {
  std::string origin;
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> row;
  std::string trouble;

  void end_row() {
    if (trouble.empty() && !rows.empty() && row.size() != rows[0].size())
      trouble = fmt::format("{}: row {} has {} cells; the first row, with the names, has {}.", origin, rows.size(), row.size(), rows[0].size());
    rows.push_back(std::move(row));
    row.clear();
  }
};

table read(std::string_view text, const std::string& origin) {
  table into{origin, {}, {}, {}};
  csv_parser parser;
  if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0) throw std::bad_alloc();
  const std::unique_ptr<csv_parser, void (*)(csv_parser*)> freed(&parser, csv_free);
  const auto cell = [](void* from, std::size_t n, void* to) { static_cast<table*>(to)->row.emplace_back(static_cast<const char*>(from), n); };
  const auto end = [](int, void* to) { static_cast<table*>(to)->end_row(); };
  const bool read = csv_parse(&parser, text.data(), text.size(), cell, end, &into) == text.size() && csv_fini(&parser, cell, end, &into) == 0;
  if (!read) throw input_error(fmt::format("{}: row {} has a quote that is not closed, or stands within a cell (write it twice: \"\").", origin, into.rows.size()));
  if (!into.trouble.empty()) throw input_error(into.trouble);
  return into;
}

bool is_missing(const std::string& cell) { return cell.empty() || cell == "NA"; }

// Null where the cell is no number; whole numbers stay whole.
json number_of(const std::string& cell) {
  const char *begin = cell.data() + (cell[0] == '+' ? 1 : 0), *end = cell.data() + cell.size();
  long whole = 0;
  if (const auto [to, error] = std::from_chars(begin, end, whole); error == std::errc() && to == end) return whole;
  double real = 0;
  if (const auto [to, error] = std::from_chars(begin, end, real); error == std::errc() && to == end) return real;
  return {};
}

json column_of(const table& t, std::size_t j) {
  json numbers = json::array(), texts = json::array();
  bool are_numbers = true;
  for (std::size_t i = 1; i < t.rows.size(); ++i) {
    const std::string& cell = t.rows[i][j];
    texts.push_back(is_missing(cell) ? json() : json(cell));
    if (are_numbers) numbers.push_back(is_missing(cell) ? json() : number_of(cell));
    are_numbers = are_numbers && (is_missing(cell) || !numbers.back().is_null());
  }
  return are_numbers ? numbers : texts;
}

}  // namespace

json parse_csv(std::string_view text, const std::string& origin) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // what some programs begin UTF-8 with
  const table t = read(text, origin);
  if (t.rows.empty()) throw input_error(fmt::format("{} is empty; its first row should have the names of the columns.", origin));
  json fields = json::object();
  for (std::size_t j = 0; j < t.rows[0].size(); ++j) {
    const std::string name = t.rows[0][j].empty() ? fmt::format("column_{}", j + 1) : t.rows[0][j];
    if (!fields.emplace(name, column_of(t, j)).second) throw input_error(fmt::format("{}: two columns are called \"{}\".", origin, name));
  }
  return fields;
}

}  // namespace starling
