// Documents show code of compiled examples.
#pragma once

#include <gtest/gtest.h>

#include <string>

// Expects each block of C++ in a document to be in the example; returns how many there are.
inline int expect_shown_code(const std::string& document, const std::string& example) {
  int parts = 0;
  for (std::size_t at = 0; (at = document.find("```cpp\n", at)) != std::string::npos; ++parts) {
    at += 7;
    const std::size_t end = document.find("```", at);
    EXPECT_NE(example.find(document.substr(at, end - at)), std::string::npos) << document.substr(at, 80);
    at = end + 3;
  }
  return parts;
}
