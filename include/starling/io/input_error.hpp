#pragma once

#include <stdexcept>

namespace starling {

/// What a user of a program gave is wrong: a file, a field, an argument. The message is a whole sentence that says what was
/// expected, what came and where. A program prints it and exits with 1.
class input_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace starling
