#include <starling/io/data.hpp>
#include <starling/io/input_error.hpp>

#include "checksum.hpp"
#include "file_names.hpp"
#include "files.hpp"
#include "nearest_name.hpp"
#include "parse_csv.hpp"
#include "parse_json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <set>
#include <utility>

namespace starling {

using nlohmann::json;

struct data::contents {
  std::string origin;
  bool given = true;
  json fields = json::object();
  std::set<std::string, std::less<>> asked;

  const json& field(std::string_view name) {
    if (!given) throw input_error(fmt::format("This program needs data (the field \"{}\"): give it as data file=NAME.json.", name));
    const auto found = fields.find(name);
    if (found == fields.end()) {
      std::vector<std::string> names;
      for (const auto& item : fields.items()) names.push_back(item.key());
      std::string message = fmt::format("{} has no field \"{}\".", origin, name) + did_you_mean(name, names);
      message += names.empty() ? " It has no fields at all." : fmt::format(" It has \"{}\".", fmt::join(names, "\", \""));
      throw input_error(message);
    }
    asked.emplace(name);
    return *found;
  }

  [[noreturn]] void refuse(std::string_view what, std::string_view expected, std::string_view came) const {
    throw input_error(fmt::format("{}: \"{}\" should be {}, but is {}.", origin, what, expected, came));
  }
};

namespace {

std::string describe(const json& value) {
  switch (value.type()) {
    case json::value_t::null:
      return "null";
    case json::value_t::boolean:
      return value.get<bool>() ? "true" : "false";
    case json::value_t::string:
      return fmt::format("the text \"{}\"", value.get_ref<const std::string&>());
    case json::value_t::array:
      return fmt::format("a list of {}", value.size());
    case json::value_t::object:
      return "an object { … }";
    default:
      return value.dump();
  }
}

// The number that CmdStan writes as a text, or a signalling nothing.
bool names_no_finite_number(const json& value) {
  if (!value.is_string()) return false;
  std::string text = value.get<std::string>();
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) text.erase(0, 1);
  return text == "nan" || text == "inf" || text == "infinity";
}

std::string bounds(limits range) {
  if (std::isinf(range.upper)) return fmt::format("at least {}", range.lower);
  if (std::isinf(range.lower)) return fmt::format("at most {}", range.upper);
  return fmt::format("between {} and {}", range.lower, range.upper);
}

std::string counted(std::size_t n, std::string_view one) { return fmt::format("{} {}{}", n, one, n == 1 ? "" : "s"); }

// Reads numbers of one field. `what` is the field or an element of it, as messages name it.
template <class Contents>
struct reader {
  const Contents& contents;
  limits range;

  double real(const json& value, const std::string& what) const {
    if (names_no_finite_number(value)) contents.refuse(what, "a finite number", value.template get<std::string>());
    if (!value.is_number()) contents.refuse(what, "a number", describe(value));
    const auto number = value.template get<double>();
    if (!std::isfinite(number)) contents.refuse(what, "a finite number", value.dump());
    if (!(number >= range.lower && number <= range.upper)) contents.refuse(what, bounds(range), value.dump());
    return number;
  }

  long whole(const json& value, const std::string& what) const {
    const double number = reader{contents, {}}.real(value, what);
    if (number != std::floor(number)) contents.refuse(what, "a whole number", value.dump());
    if (!(std::abs(number) < 9.2e18)) contents.refuse(what, "a whole number of at most 64 bits", value.dump());
    if (!(number >= range.lower && number <= range.upper)) contents.refuse(what, bounds(range), value.dump());
    return value.is_number_float() ? static_cast<long>(number) : value.template get<long>();
  }
};

void check_list(const auto& contents, const json& value, const std::string& what, const std::size_t* length, std::string_view of) {
  const std::string expected = length ? fmt::format("a list of {}", counted(*length, of)) : fmt::format("a list of {}s", of);
  if (!value.is_array()) contents.refuse(what, expected, describe(value));
  if (length && value.size() != *length) contents.refuse(what, expected, fmt::format("a list of {}", value.size()));
}

template <class Number>
std::vector<Number> read_list(const auto& contents, const json& value, const std::string& what, const std::size_t* length, limits range) {
  constexpr bool is_whole = std::is_same_v<Number, long>;
  check_list(contents, value, what, length, is_whole ? "whole number" : "number");
  const reader<std::remove_cvref_t<decltype(contents)>> read{contents, range};
  std::vector<Number> numbers;
  numbers.reserve(value.size());
  for (std::size_t i = 0; i < value.size(); ++i) {
    // The name of the element is only needed where something is wrong with it.
    const bool fine = value[i].is_number();
    const double x = fine ? value[i].template get<double>() : 0.0;
    if (!is_whole && fine && std::isfinite(x) && x >= range.lower && x <= range.upper) {
      numbers.push_back(static_cast<Number>(x));
      continue;
    }
    const std::string element = fmt::format("{}[{}]", what, i);
    if constexpr (is_whole)
      numbers.push_back(read.whole(value[i], element));
    else
      numbers.push_back(read.real(value[i], element));
  }
  return numbers;
}

data_matrix read_matrix(const auto& contents, const json& value, const std::string& what, const data_matrix* shape, limits range) {
  const std::string expected = shape ? fmt::format("a list of {}, each a list of {}", counted(shape->rows, "row"), counted(shape->columns, "number"))
                                     : "a list of rows, each a list of as many numbers";
  if (!value.is_array()) contents.refuse(what, expected, describe(value));
  data_matrix result;
  result.rows = value.size();
  if (shape && value.size() != shape->rows) contents.refuse(what, expected, fmt::format("a list of {}", value.size()));
  result.columns = shape ? shape->columns : value.empty() || !value[0].is_array() ? 0
                                                                                  : value[0].size();
  for (std::size_t i = 0; i < value.size(); ++i) {
    const std::string row = fmt::format("{}[{}]", what, i);
    if (!shape && i > 0 && value[i].is_array() && value[i].size() != result.columns)
      contents.refuse(row, fmt::format("a list of {}, as long as the first row", counted(result.columns, "number")), describe(value[i]));
    const auto numbers = read_list<double>(contents, value[i], row, shape || i > 0 ? &result.columns : nullptr, range);
    result.values.insert(result.values.end(), numbers.begin(), numbers.end());
  }
  return result;
}

}  // namespace

data::data() : contents_(std::make_unique<contents>()) { contents_->given = false; }
data::data(std::unique_ptr<contents> held) : contents_(std::move(held)) {}
data::data(data&&) noexcept = default;
data& data::operator=(data&&) noexcept = default;
data::~data() = default;

data data::from_text(std::string_view text, std::string origin) {
  auto held = std::make_unique<contents>();
  held->fields = parse_json(text, origin);
  held->origin = std::move(origin);
  if (!held->fields.is_object())
    throw input_error(fmt::format("{} should hold a JSON object, {{ \"name\": value, … }}, but holds {}.", held->origin, describe(held->fields)));
  return data(std::move(held));
}

data data::from_file(const std::string& path) { return ends_with_extension(path, ".csv") ? from_table(read_file(path), path) : from_text(read_file(path), path); }

data data::from_table(std::string_view csv, std::string origin) {
  auto held = std::make_unique<contents>();
  held->fields = parse_csv(csv, origin);
  held->origin = std::move(origin);
  return data(std::move(held));
}

bool data::has(std::string_view name) const {
  const bool there = contents_->fields.contains(name);
  if (there) contents_->asked.emplace(name);
  return there;
}

bool data::has_list(std::string_view name) const {
  const auto found = contents_->fields.find(name);
  return found != contents_->fields.end() && found->is_array() && has(name);
}

bool data::has_texts(std::string_view name) const {
  const auto found = contents_->fields.find(name);
  return found != contents_->fields.end() && found->is_array() && std::any_of(found->begin(), found->end(), [](const json& x) { return x.is_string(); }) && has(name);
}

std::size_t data::size(std::string_view name) const { return static_cast<std::size_t>(whole(name, {.lower = 0})); }

long data::whole(std::string_view name, limits range) const {
  return reader<contents>{*contents_, range}.whole(contents_->field(name), std::string(name));
}

double data::real(std::string_view name, limits range) const {
  return reader<contents>{*contents_, range}.real(contents_->field(name), std::string(name));
}

std::vector<double> data::vector(std::string_view name, limits range) const {
  return read_list<double>(*contents_, contents_->field(name), std::string(name), nullptr, range);
}

std::vector<double> data::vector(std::string_view name, std::size_t length, limits range) const {
  return read_list<double>(*contents_, contents_->field(name), std::string(name), &length, range);
}

std::vector<long> data::wholes(std::string_view name, limits range) const {
  return read_list<long>(*contents_, contents_->field(name), std::string(name), nullptr, range);
}

std::vector<long> data::wholes(std::string_view name, std::size_t length, limits range) const {
  return read_list<long>(*contents_, contents_->field(name), std::string(name), &length, range);
}

data_matrix data::matrix(std::string_view name, limits range) const {
  return read_matrix(*contents_, contents_->field(name), std::string(name), nullptr, range);
}

data_matrix data::matrix(std::string_view name, std::size_t rows, std::size_t columns, limits range) const {
  const data_matrix shape{rows, columns, {}};
  return read_matrix(*contents_, contents_->field(name), std::string(name), &shape, range);
}

std::vector<std::string> data::texts(std::string_view name) const {
  const json& list = contents_->field(name);
  check_list(*contents_, list, std::string(name), nullptr, "text");
  std::vector<std::string> all;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (!list[i].is_string() && !list[i].is_number()) contents_->refuse(fmt::format("{}[{}]", name, i), "a text", describe(list[i]));
    all.push_back(list[i].is_string() ? list[i].get<std::string>() : list[i].dump());
  }
  return all;
}

std::vector<std::string> data::texts(std::string_view name, std::size_t length) const {
  const json& list = contents_->field(name);
  check_list(*contents_, list, std::string(name), &length, "text");
  return texts(name);
}

namespace {
// Appends the numbers of a rectangle and finds its shape; false where it is none.
bool read_rectangle(const json& value, std::size_t axis, variable& v) {
  if (value.is_number()) {
    if (axis != v.shape.size()) return false;
    v.values.push_back(value.get<double>());
    if (value.is_number_float()) v.kind = variable::kinds::real;
    return true;
  }
  if (!value.is_array() || axis > 8) return false;
  if (v.values.empty() && axis == v.shape.size()) v.shape.push_back(value.size());
  if (axis >= v.shape.size() || v.shape[axis] != value.size()) return false;
  return std::all_of(value.begin(), value.end(), [&](const json& element) { return read_rectangle(element, axis + 1, v); });
}
}  // namespace

std::vector<variable> data::used() const {
  std::vector<variable> all;
  for (const auto& item : contents_->fields.items()) {
    variable v{item.key(), {}, {}, variable::kinds::whole};
    if (contents_->asked.contains(item.key()) && read_rectangle(item.value(), 0, v) && !v.values.empty()) all.push_back(std::move(v));
  }
  return all;
}

std::vector<std::string> data::unused() const {
  std::vector<std::string> names;
  for (const auto& item : contents_->fields.items())
    if (!contents_->asked.contains(item.key())) names.push_back(item.key());
  return names;
}

std::string data::fingerprint() const { return checksum_text(contents_->fields.dump(-1, ' ', false, json::error_handler_t::replace)); }

const std::string& data::origin() const { return contents_->origin; }

}  // namespace starling
