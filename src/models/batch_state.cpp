#include <starling/models/batch_state.hpp>

#include <new>

#include <cstdlib>
#ifdef __linux__
#include <sys/mman.h>
#endif

namespace starling {

namespace {
constexpr std::size_t line = 64, large_page = std::size_t{1} << 21, large = 2 * large_page;
}  // namespace

void* take_lane_memory(std::size_t bytes) {
  const std::size_t alignment = bytes < large ? line : large_page;
  void* const memory = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
  if (!memory && bytes > 0) throw std::bad_alloc();
#ifdef MADV_HUGEPAGE
  if (bytes >= large) madvise(memory, bytes / large_page * large_page, MADV_HUGEPAGE);
#endif
  return memory;
}

void give_lane_memory(void* memory) { std::free(memory); }

}  // namespace starling
