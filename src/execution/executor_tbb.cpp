#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include <starling/execution/executor.hpp>

namespace starling {

std::size_t available_threads() { return static_cast<std::size_t>(tbb::info::default_concurrency()); }

namespace execution {

void run_blocks(std::size_t n, std::size_t threads, void* context, void (*run)(void*, std::size_t)) {
  if (n == 0) return;
  if (threads == 0 || threads > available_threads()) threads = available_threads();
  if (n == 1 || threads == 1) {
    for (std::size_t i = 0; i < n; ++i) run(context, i);
    return;
  }
  const auto all = [&] {
    tbb::parallel_for(std::size_t{0}, n, [&](std::size_t i) { run(context, i); });
  };
  tbb::task_arena(static_cast<int>(threads)).execute(all);
}

}  // namespace execution
}  // namespace starling
