// How often this program has allocated, where one of its files counts (counted_allocations.hpp).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

inline std::atomic<std::size_t> allocations_made = 0;

// The number of allocations of f, run ten times after three to warm up.
template <class F>
std::size_t counted(F&& f) {
  for (int i = 0; i < 3; ++i) f(static_cast<std::uint64_t>(i));
  const std::size_t before = allocations_made;
  for (int i = 3; i < 13; ++i) f(static_cast<std::uint64_t>(i));
  return allocations_made - before;
}
