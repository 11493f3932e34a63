#include <atomic>
#include <exception>
#include <mutex>

#include <starling/execution/executor.hpp>

namespace starling::execution {

void run_in_order_of_failure(std::size_t n, void* context, void (*run)(void*, std::size_t)) {
  std::atomic<std::size_t> first{n};
  std::exception_ptr failure;
  std::mutex guard;
  parallel_for(n, [&](std::size_t i) {
    if (i > first.load()) return;
    try {
      run(context, i);
    } catch (...) {
      const std::lock_guard lock(guard);
      if (i > first.load()) return;
      first.store(i);
      failure = std::current_exception();
    }
  });
  if (failure) std::rethrow_exception(failure);
}

}  // namespace starling::execution
