// A choice between two numbers without a branch, in one lane too.
#pragma once

#include <cstdint>

#include <starling/values/where.hpp>

namespace starling {

// Like `where`, for conditions that nobody can foresee, as whether a proposal is accepted. The empty statement keeps compilers from making loops over this
// wider: a wide load of what was just stored in parts waits until the stores are done.
template <class V> [[gnu::always_inline]] inline V chosen(const mask_of<V>& m, const V& a, const V& b) {
  if constexpr (lanes_of<V> == 1) {
    std::uint64_t bits = -std::uint64_t{m};
    __asm__(""
            : "+r"(bits));
    return __builtin_bit_cast(V, (__builtin_bit_cast(std::uint64_t, a) & bits) | (__builtin_bit_cast(std::uint64_t, b) & ~bits));
  } else {
    return where(m, a, b);
  }
}

}  // namespace starling
