#pragma once
// Sizes and counts that a user gives. Each is checked once, where it arrives: one that nothing can hold, or that came from a negative number, is
// an error that says so, and sums and products of those that pass do not overflow.
#include <cstddef>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <string_view>

namespace starling {

inline constexpr std::size_t largest_size = 0x7fffffff;                  // elements of a choice, instances of a call
inline constexpr std::size_t largest_rows = 46340;                       // of a square matrix
inline constexpr std::size_t largest_lanes = 0xffffffff;                 // lanes, particles, chains
inline constexpr std::size_t largest_count = std::size_t{1} << 40;       // draws, steps
inline constexpr std::size_t largest_total = std::size_t{1} << 60;       // steps of all chains together

[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_count(std::string_view where, std::string_view what, std::size_t n, std::size_t least, std::size_t most) {
  throw std::invalid_argument(std::string(where) + ": " + std::string(what) + " must be from " + std::to_string(least) + " to " + std::to_string(most) + ", got " +
                              std::to_string(n));
}
// Throws std::invalid_argument unless least ≤ n ≤ most: "importance: the number of particles must be from 1 to 4294967295, got 0".
constexpr void require_count(std::string_view where, std::string_view what, std::size_t n, std::size_t least, std::size_t most) {
  if (n < least || n > most) [[unlikely]]
    refuse_count(where, what, n, least, most);
}
// The same for a · b.
inline void require_product(std::string_view where, std::string_view what, std::size_t a, std::size_t b, std::size_t most = largest_total) {
  if (b != 0 && a > most / b) [[unlikely]]
    throw std::invalid_argument(std::string(where) + ": " + std::string(what) + " must be at most " + std::to_string(most) + ", got " + std::to_string(a) + " x " + std::to_string(b));
}
// Numbers that a user gives, of what is measured (steps, scales, radii): beyond these a step moves nothing, or leaves the range of numbers at once.
inline constexpr double least_number = 1e-150, largest_number = 1e150;
[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_number(std::string_view where, std::string_view what, double x, std::string_view range) {
  char number[32];
  std::snprintf(number, sizeof number, "%.6g", x);
  throw std::invalid_argument(std::string(where) + ": " + std::string(what) + " must be " + std::string(range) + ", got " + number);
}
// Throws std::invalid_argument unless x is in the range, or, where 0 has a meaning of its own, 0: "nuts: step_size must be from 1e-150 to 1e150, or 0 to
// have it found, got 1e-320".
inline void require_number(std::string_view where, std::string_view what, double x) {
  if (!(x >= least_number && x <= largest_number)) [[unlikely]]
    refuse_number(where, what, x, "from 1e-150 to 1e150");
}
inline void require_number_or_0(std::string_view where, std::string_view what, double x, std::string_view meaning_of_0) {
  if (x != 0 && !(x >= least_number && x <= largest_number)) [[unlikely]]
    refuse_number(where, what, x, "from 1e-150 to 1e150, or 0 " + std::string(meaning_of_0));
}
// Unless least ≤ x ≤ most; the range in words.
inline void require_between(std::string_view where, std::string_view what, double x, double least, double most, std::string_view range) {
  if (!(x >= least && x <= most)) [[unlikely]]
    refuse_number(where, what, x, range);
}
// The counts of a run of chains.
inline void require_chain_counts(std::string_view where, std::size_t chains, std::size_t warmup, std::size_t draws, std::size_t thin) {
  require_count(where, "chains", chains, 1, largest_lanes);
  require_count(where, "draws", draws, 1, largest_count);
  require_count(where, "warmup", warmup, 0, largest_count);
  require_count(where, "thin", thin, 1, largest_count);
  require_product(where, "draws x thin", draws, thin);
  require_product(where, "chains x steps", chains, warmup + draws * thin);
}

}  // namespace starling
