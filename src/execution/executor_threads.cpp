// Plain threads: for the thread sanitizer, which cannot see into Debian's uninstrumented oneTBB.
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include <starling/execution/executor.hpp>

namespace starling {

std::size_t available_threads() {
  const unsigned n = std::thread::hardware_concurrency();
  return n == 0 ? 1 : n;
}

namespace execution {

void run_blocks(std::size_t n, std::size_t threads, void* context, void (*run)(void*, std::size_t)) {
  if (threads == 0) threads = available_threads();
  if (threads > n) threads = n;
  if (threads <= 1) {
    for (std::size_t i = 0; i < n; ++i) run(context, i);
    return;
  }
  std::atomic<std::size_t> next{0};
  std::exception_ptr failure;
  std::mutex guard;
  const auto work = [&] {
    for (std::size_t i; (i = next.fetch_add(1)) < n;) {
      try {
        run(context, i);
      } catch (...) {
        const std::lock_guard lock(guard);
        if (!failure) failure = std::current_exception();
        next.store(n);
      }
    }
  };
  std::vector<std::jthread> others;
  for (std::size_t t = 1; t < threads; ++t) others.emplace_back(work);
  work();
  others.clear();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace execution
}  // namespace starling
