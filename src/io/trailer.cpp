#include "trailer.hpp"

#include <starling/io/input_error.hpp>

#include "checksum.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>
#include <vector>

namespace starling {
namespace {

constexpr std::string_view beginning = "\nstarling checksum of file, format 1: ";
constexpr std::size_t trailer_size = beginning.size() + 16 + 1;

// Of the first `size` bytes, a piece after the other.
std::string sum_of(std::ifstream& file, std::uintmax_t size) {
  std::vector<char> piece(static_cast<std::size_t>(std::min<std::uintmax_t>(size, 1 << 20)));
  std::uint64_t sum = 0;
  file.seekg(0);
  while (size > 0) {
    const auto n = static_cast<std::size_t>(std::min<std::uintmax_t>(size, piece.size()));
    file.read(piece.data(), static_cast<std::streamsize>(n));
    sum = checksum_of(piece.data(), static_cast<std::size_t>(file.gcount()), sum);
    if (!file) break;
    size -= n;
  }
  return fmt::format("{:016x}", sum);
}

std::uintmax_t size_of(const std::string& path) {
  std::error_code trouble;
  const auto size = std::filesystem::file_size(path, trouble);
  return trouble ? 0 : size;
}

}  // namespace

void add_trailer(const std::string& file, const std::string& path) {
  std::ifstream written(file, std::ios::binary);
  const std::string line = fmt::format("{}{}\n", beginning, sum_of(written, size_of(file)));
  std::ofstream to(file, std::ios::binary | std::ios::app);
  to << line << std::flush;
  if (!written || !to) throw input_error(fmt::format("{} cannot be written: it cannot be read again for its checksum, or the disk is full.", path));
}

bool check_trailer(const std::string& path) {
  const std::uintmax_t size = size_of(path);
  if (size < trailer_size) return false;
  std::ifstream file(path, std::ios::binary);
  std::string line(trailer_size, '\0');
  file.seekg(static_cast<std::streamoff>(size - trailer_size));
  file.read(line.data(), static_cast<std::streamsize>(trailer_size));
  if (!file || !line.starts_with(beginning)) return false;
  if (line.substr(beginning.size(), 16) != sum_of(file, size - trailer_size))
    throw input_error(fmt::format("{} is damaged: the checksum at its end does not agree with its bytes. Take an earlier copy, or run again.", path));
  return true;
}

}  // namespace starling
