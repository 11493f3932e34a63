#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace starling {

// XXH3 of some bytes, 64 bits: what was damaged has another. Kept in files that are read back.
std::uint64_t checksum_of(const void* bytes, std::size_t size, std::uint64_t seed = 0);

// The same as 16 hexadecimal digits.
std::string checksum_text(std::string_view bytes);

}  // namespace starling
