// Indexing by a random integer.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <type_traits>

#include <starling/values/where.hpp>

namespace starling {

[[noreturn, gnu::cold]] inline void throw_index_outside() { throw std::out_of_range("pick: an index is outside the values"); }

// values[z] with one index for all lanes: any indexable sequence. Throws std::out_of_range.
template <class Sequence, std::integral Integer>
inline auto pick(const Sequence& values, Integer z) {
  if (z < 0 || static_cast<std::size_t>(z) >= std::size(values)) throw_index_outside();
  return values[static_cast<std::size_t>(z)];
}

// values[z] lane by lane: of values that are in lanes themselves lane i takes its own lane, of plain numbers that number.
// A lane whose index lies outside (an inactive one may hold anything) gets NaN, or 0 as an integer, false as a boolean.
template <class Sequence, class T, int N, class Isa> inline auto pick(const Sequence& values, whole<T, N, Isa> z) {
  using element = std::remove_cvref_t<decltype(values[0])>;
  const pack<T, N, Isa> index = to_real(z);
  if constexpr (std::is_arithmetic_v<element>) {
    pack<T, N, Isa> r;
    const std::size_t n = std::size(values);
    for (int i = 0; i < N; ++i) {
      const bool inside = index[i] >= T(0) && index[i] < static_cast<T>(n);
      constexpr T nothing = std::floating_point<element> ? static_cast<T>(__builtin_nan("")) : T(0);
      r.set(i, inside ? static_cast<T>(values[static_cast<std::size_t>(index[i])]) : nothing);
    }
    if constexpr (std::same_as<element, bool>) return r != pack<T, N, Isa>(0);
    else if constexpr (std::integral<element>) return whole<T, N, Isa>::checked(r);
    else return r;
  } else {
    element r = [] {
      if constexpr (value_traits<element>::is_real) return element(__builtin_nan(""));
      else if constexpr (value_traits<element>::is_integer) return element(0);
      else return element(false);
    }();
    for (std::size_t k = 0; k < std::size(values); ++k) r = where(index == pack<T, N, Isa>(static_cast<T>(k)), values[k], r);
    return r;
  }
}

// data[z], an index per lane into data that all lanes share.
template <class T, class Z> inline auto gather(std::span<T> data, Z z) { return pick(data, z); }
template <class Sequence, class Z> inline auto gather(const Sequence& data, Z z) { return pick(data, z); }

}  // namespace starling
