// How often this program has allocated: counted by the operator new of gradient_allocation_test.cpp.
#pragma once

#include <atomic>
#include <cstddef>

namespace allocation_counter {
extern std::atomic<std::size_t> made;
}
