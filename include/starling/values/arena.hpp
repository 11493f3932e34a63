// Memory for the vectors of a run: taken by moving a pointer, given back all at once.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <vector>

namespace starling {

// A bump allocator. Each thread has one; what an arena_scope's body takes is given back when the scope ends.
// Blocks are kept, so the steady state allocates nothing.
class arena {
 public:
  static arena& current() {
    static thread_local arena instance;
    return instance;
  }

  // Memory for n objects of T, uninitialised, aligned to a cache line; valid until the enclosing arena_scope ends.
  template <class T> T* take(std::size_t n) {
    static_assert(std::is_trivially_destructible_v<T>, "an arena holds plain values: nothing is destroyed in it");
    const std::size_t bytes = (n * sizeof(T) + alignment - 1) & ~(alignment - 1);
    if (bytes > static_cast<std::size_t>(end_ - next_)) [[unlikely]] grow(bytes);
    std::byte* const p = next_;
    next_ += bytes;
    return reinterpret_cast<T*>(p);
  }

  arena() = default;
  arena(const arena&) = delete;
  arena& operator=(const arena&) = delete;
  ~arena() {
    for (const block& b : blocks_) ::operator delete(b.start, std::align_val_t(alignment));
  }

 private:
  friend class arena_scope;
  static constexpr std::size_t alignment = 64;
  struct block {
    std::byte* start;
    std::size_t size;
  };

  [[gnu::noinline, gnu::cold]] void grow(std::size_t bytes) {
    while (++block_ < blocks_.size())
      if (blocks_[block_].size >= bytes) return enter(blocks_[block_]);
    const std::size_t last = blocks_.empty() ? 32 * 1024 : blocks_.back().size;
    const std::size_t size = bytes > 2 * last ? bytes : 2 * last;
    blocks_.push_back({static_cast<std::byte*>(::operator new(size, std::align_val_t(alignment))), size});
    block_ = blocks_.size() - 1;
    enter(blocks_[block_]);
  }
  void enter(const block& b) {
    next_ = b.start;
    end_ = b.start + b.size;
  }

  std::vector<block> blocks_;
  std::size_t block_ = static_cast<std::size_t>(-1);
  std::byte* next_ = nullptr;
  std::byte* end_ = nullptr;
};

// Everything taken from this thread's arena between construction and destruction is given back at the end.
class arena_scope {
 public:
  arena_scope() : arena_scope(arena::current()) {}
  explicit arena_scope(arena& a) : arena_(a), block_(a.block_), next_(a.next_), end_(a.end_) {}
  arena_scope(const arena_scope&) = delete;
  arena_scope& operator=(const arena_scope&) = delete;
  ~arena_scope() {
    arena_.block_ = block_;
    arena_.next_ = next_;
    arena_.end_ = end_;
  }

 private:
  arena& arena_;
  std::size_t block_;
  std::byte* next_;
  std::byte* end_;
};

}  // namespace starling
