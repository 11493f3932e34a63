#include "checksum.hpp"

#include <fmt/format.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace starling {

std::uint64_t checksum_of(const void* bytes, std::size_t size, std::uint64_t seed) { return XXH3_64bits_withSeed(bytes, size, seed); }

std::string checksum_text(std::string_view bytes) { return fmt::format("{:016x}", checksum_of(bytes.data(), bytes.size())); }

}  // namespace starling
