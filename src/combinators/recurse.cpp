#include <starling/combinators/recurse.hpp>

#include <pthread.h>

#include <cstdint>
#include <string>

namespace starling {

namespace {

// The lowest address that this thread's stack may use, with room for what a call may need.
std::uintptr_t stack_limit() {
  static thread_local const std::uintptr_t limit = [] {
    constexpr std::size_t reserve = 256 * 1024;
    pthread_attr_t attributes;
    void* lowest = nullptr;
    std::size_t size = 0;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0) return std::uintptr_t{0};
    pthread_attr_getstack(&attributes, &lowest, &size);
    pthread_attr_destroy(&attributes);
    return reinterpret_cast<std::uintptr_t>(lowest) + (size > 2 * reserve ? reserve : size / 2);
  }();
  return limit;
}

}  // namespace

void require_depth(std::size_t depth, std::size_t max_depth, path (*here)(const void*), const void* trace) {
  const bool too_deep = depth > max_depth;
  if (!too_deep && reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)) > stack_limit()) return;
  const path whole = here(trace);
  path beginning;
  const auto parts = whole.parts();
  for (std::size_t k = 0; k < parts.size() && k < 8; ++k) beginning.append(parts[k]);
  throw std::length_error("recurse: " + std::to_string(depth) + " nested calls are " +
                          (too_deep ? "more than max_depth, " + std::to_string(max_depth) : "more than the stack of this thread holds") +
                          "; the address begins " + beginning.str());
}

std::size_t count_call(std::size_t& calls) { return ++calls; }

void refuse_node(std::size_t lane, std::size_t max_nodes, const path& here) {
  throw std::length_error("recurse at " + here.str() + ": lane " + std::to_string(lane) + " outgrew max_nodes, " + std::to_string(max_nodes) +
                          "; the calls that fit are laid out level by level: give more, or bound the recursion in the body");
}

void refuse_call(std::size_t calls, const path& here) {
  throw std::length_error("recurse at " + here.str() + ": a call makes more calls of itself than the outermost one, which makes " +
                          std::to_string(calls) + "; with max_nodes none may make more");
}

}  // namespace starling
