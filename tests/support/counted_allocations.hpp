// Counts the allocations of a test program: for one file of it, since it replaces operator new.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

namespace {
std::size_t allocations = 0;

// The number of allocations of f, run ten times after three to warm up.
template <class F>
std::size_t counted(F&& f) {
  for (int i = 0; i < 3; ++i) f(static_cast<std::uint64_t>(i));
  const std::size_t before = allocations;
  for (int i = 3; i < 13; ++i) f(static_cast<std::uint64_t>(i));
  return allocations - before;
}
}  // namespace

// Out of line, or g++ sees malloc meet delete and warns.
[[gnu::noinline]] void* operator new(std::size_t n) {
  ++allocations;
  if (void* p = std::malloc(n)) return p;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* p) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept { std::free(p); }
