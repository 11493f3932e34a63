#pragma once
// Running independent blocks of work on all cores. What a block computes must not depend on when or where it runs, so results are
// the same for any number of threads.
#include <cstddef>
#include <type_traits>

namespace starling {

namespace execution {
// Calls run(context, i) for i = 0 … n−1 on up to `threads` threads (0: all cores). The first exception is thrown again here.
void run_blocks(std::size_t n, std::size_t threads, void* context, void (*run)(void* context, std::size_t block));
// The same on all cores; when calls throw, the exception of the least i is thrown again.
void run_in_order_of_failure(std::size_t n, void* context, void (*run)(void* context, std::size_t block));
}  // namespace execution

// The number of cores that this program may use.
std::size_t available_threads();

// Calls f(i) for i = 0 … n−1, in any order, on up to `threads` threads (0: all cores). When calls throw, the exception of one of
// them is thrown here after the others have ended or been skipped.
template <class F>
void parallel_for(std::size_t n, F&& f, std::size_t threads = 0) {
  execution::run_blocks(
      n, threads, const_cast<void*>(static_cast<const void*>(&f)),
      [](void* context, std::size_t i) { (*static_cast<std::remove_reference_t<F>*>(context))(i); });
}

// The same on all cores. When calls throw, what is thrown here is the exception of the least i, as a loop would.
template <class F>
void parallel_for_first_failure(std::size_t n, F&& f) {
  execution::run_in_order_of_failure(
      n, const_cast<void*>(static_cast<const void*>(&f)),
      [](void* context, std::size_t i) { (*static_cast<std::remove_reference_t<F>*>(context))(i); });
}

}  // namespace starling
