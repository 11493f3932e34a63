#include "plain_sentence.hpp"

#include <fmt/format.h>

#include <cstring>
#include <ios>
#include <new>
#include <stdexcept>
#include <string_view>
#include <system_error>

namespace starling {
namespace {

bool names_a_function(std::string_view text) {
  for (const char* part : {"std::", "vector::", "basic_", "[json.exception", "map::", "array::", "optional"})
    if (text.find(part) != std::string_view::npos) return true;
  for (const char* whole : {"stod", "stoi", "stol", "stoul", "stoull"})
    if (text == whole) return true;
  return false;
}

}  // namespace

std::string plain_sentence(const std::exception& error) {
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) return "There is not enough memory: ask for fewer chains or draws, or for summaries only (keep_draws=0).";
  const std::string text = error.what();
  if (!names_a_function(text)) return text;
  if (dynamic_cast<const std::length_error*>(&error) != nullptr) return "A list would be longer than any memory: ask for fewer chains or draws.";
  if (const auto* system = dynamic_cast<const std::system_error*>(&error); system != nullptr && system->code())
    return fmt::format("The system refused something: {}.", std::strerror(system->code().value()));
  return fmt::format("This is an error of the program or of starling, not of what you gave it ({}). Please report it.", text);
}

}  // namespace starling
