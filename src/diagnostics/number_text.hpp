// Numbers in sentences.
#pragma once

#include <cstdio>
#include <string>

namespace starling {

inline std::string number_text(double x, const char* format = "%.4g") {
  char text[64];
  std::snprintf(text, sizeof text, format, x);
  return text;
}

}  // namespace starling
