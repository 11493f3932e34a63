#pragma once

#include <string_view>

namespace starling {

/// The version of the library, as in CMakeLists.txt.
inline constexpr std::string_view version = "0.1.0";

}  // namespace starling
