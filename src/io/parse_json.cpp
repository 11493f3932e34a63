#include "parse_json.hpp"

#include <starling/io/input_error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <vector>

namespace starling {

using nlohmann::json;

namespace {

// Where a byte of the text is, as file:line:column.
std::string place(std::string_view text, std::size_t byte, const std::string& origin) {
  const std::string_view before = text.substr(0, std::min(byte > 0 ? byte - 1 : 0, text.size()));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t start = before.rfind('\n');
  return fmt::format("{}:{}:{}", origin, line, before.size() - (start == std::string_view::npos ? 0 : start + 1) + 1);
}

}  // namespace

json parse_json(std::string_view text, const std::string& origin) {
  std::vector<std::set<std::string>> seen;  // of the objects around
  const auto note_keys = [&](int, json::parse_event_t event, json& value) {
    if (event == json::parse_event_t::object_start) seen.emplace_back();
    if (event == json::parse_event_t::object_end) seen.pop_back();
    if (event == json::parse_event_t::key && !seen.back().insert(value.get<std::string>()).second)
      throw input_error(fmt::format("{}: the field \"{}\" stands there twice.", origin, value.get<std::string>()));
    return true;
  };
  try {
    return json::parse(text, note_keys);
  } catch (const json::parse_error& error) {
    // nlohmann's words are "[identifier] parse error at its position: what it did - the matter; last read: …; expected …".
    std::string_view reason = error.what();
    if (const auto dash = reason.find(" - "); dash != std::string_view::npos) reason.remove_prefix(dash + 3);
    reason = reason.substr(0, reason.find("; "));
    const std::size_t word = error.byte > 0 ? std::min(error.byte - 1, text.size()) : 0;
    const std::string_view around = text.substr(word < 8 ? 0 : word - 8, 16);
    const bool bare = around.find("NaN") != std::string_view::npos || around.find("Inf") != std::string_view::npos ||
                      around.find("NA") != std::string_view::npos;
    throw input_error(fmt::format("{}: this is not JSON: {}.{}", place(text, error.byte, origin), reason,
                                  bare ? " JSON has no NaN, NA or Infinity, and data must be finite." : ""));
  } catch (const json::out_of_range& error) {
    // "[identifier] number overflow parsing '1e999'"
    const std::string_view reason = error.what();
    const auto quote = reason.find('\'');
    throw input_error(fmt::format("{}: a number is too large for a double{}.", origin, quote == std::string_view::npos ? "" : fmt::format(" ({})", reason.substr(quote))));
  }
}

}  // namespace starling
