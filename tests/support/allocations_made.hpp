// How often this program has allocated, where one of its files counts (counted_allocations.hpp).
#pragma once

#include <atomic>
#include <cstddef>

inline std::atomic<std::size_t> allocations_made = 0;
