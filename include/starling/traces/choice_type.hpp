#pragma once
// What kind of value stands at an address: real, whole or boolean; a scalar, a vector or a matrix.
// Every choice is stored as reals (whole numbers exactly to 2^53 in double lanes, 2^24 in float lanes; booleans as 0 and 1).
#include <cstddef>
#include <cstdint>
#include <string>

namespace starling {

enum class value_kind : std::uint8_t { real,
                                       whole,
                                       boolean };

struct choice_type {
  value_kind kind = value_kind::real;
  std::uint8_t rank = 0;  // 0 scalar, 1 vector, 2 matrix
  std::uint32_t rows = 1, cols = 1;

  constexpr std::size_t size() const { return std::size_t{rows} * cols; }
  constexpr std::uint64_t code() const {
    return static_cast<std::uint64_t>(kind) | std::uint64_t{rank} << 4 | std::uint64_t{rows} << 8 | std::uint64_t{cols} << 36;
  }
  static constexpr choice_type from_code(std::uint64_t code) {
    return {static_cast<value_kind>(code & 15), static_cast<std::uint8_t>(code >> 4 & 15), static_cast<std::uint32_t>(code >> 8 & 0xfffffff),
            static_cast<std::uint32_t>(code >> 36)};
  }
  std::string str() const;  // "a real", "a vector of 3 whole numbers", …
  friend constexpr bool operator==(const choice_type& a, const choice_type& b) { return a.code() == b.code(); }
};

}  // namespace starling
