#pragma once

#include <exception>
#include <string>

namespace starling {

// What an error says to a user: its own sentence, or one in place of what the standard library and other libraries write for programmers.
std::string plain_sentence(const std::exception& error);

}  // namespace starling
