// Memory for the vectors of a run: taken by moving a pointer, given back all at once.
#pragma once

#include <cstddef>
#include <new>
#include <type_traits>
#include <vector>

namespace starling {

// A bump allocator: what an arena_scope's body takes is given back when the scope ends. Blocks are kept, so the steady state allocates
// nothing. It is four words without constructor or destructor: a thread_local that needs either is slow to reach.
class arena_memory {
 public:
  static constexpr std::size_t alignment = 64;  // a cache line, and the widest register

  // Memory for n objects of T, uninitialised, aligned and rounded up to `alignment`; valid until the enclosing arena_scope ends.
  template <class T> T* take(std::size_t n) {
    static_assert(std::is_trivially_destructible_v<T>, "an arena holds plain values: nothing is destroyed in it");
    const std::size_t bytes = (n * sizeof(T) + alignment - 1) & ~(alignment - 1);
    if (bytes > static_cast<std::size_t>(end_ - next_)) [[unlikely]]
      grow(bytes);
    std::byte* const p = next_;
    next_ += bytes;
    return reinterpret_cast<T*>(p);
  }
  // Whether so many bytes can be taken without looking for another block; looks for one.
  bool has_room(std::size_t bytes) const { return ((bytes + alignment - 1) & ~(alignment - 1)) <= static_cast<std::size_t>(end_ - next_); }
  void make_room(std::size_t bytes) { grow(bytes + alignment); }

 protected:
  friend class arena_scope;
  struct block {
    std::byte* start;
    std::size_t size;
  };
  struct block_list : std::vector<block> {
    ~block_list() {
      for (const block& b : *this) ::operator delete(b.start, std::align_val_t(alignment));
    }
  };
  block_list* blocks_ = nullptr;  // null: this thread's, and not needed yet
  void begin_again() {
    entered_ = 0;
    next_ = end_ = nullptr;
    if (blocks_ && !blocks_->empty()) enter(blocks_->front());
  }

 private:
  static block_list& blocks_of_thread() {
    static thread_local block_list blocks;
    return blocks;
  }
  [[gnu::noinline, gnu::cold]] void grow(std::size_t bytes) {
    if (!blocks_) blocks_ = &blocks_of_thread();
    for (; entered_ < blocks_->size(); ++entered_)
      if ((*blocks_)[entered_].size >= bytes) return enter((*blocks_)[entered_]);
    const std::size_t last = blocks_->empty() ? 32 * 1024 : blocks_->back().size;
    const std::size_t size = bytes > 2 * last ? bytes : 2 * last;
    blocks_->push_back({static_cast<std::byte*>(::operator new(size, std::align_val_t(alignment))), size});
    enter(blocks_->back());
  }
  void enter(const block& b) {
    ++entered_;
    next_ = b.start;
    end_ = b.start + b.size;
  }

  std::byte* next_ = nullptr;
  std::byte* end_ = nullptr;
  std::size_t entered_ = 0;  // blocks before this one are in use or were too small
};

inline constinit thread_local arena_memory memory_of_thread{};

// An arena that someone owns; `current()` is the one that each thread has.
class arena : public arena_memory {
 public:
  static arena_memory& current() { return memory_of_thread; }

  arena() { blocks_ = &own_; }
  // All that was taken is free again.
  void clear() { begin_again(); }
  arena(const arena&) = delete;
  arena& operator=(const arena&) = delete;

 private:
  block_list own_;
};

// Everything taken from an arena, by default this thread's, between construction and destruction is given back at the end.
class arena_scope {
 public:
  arena_scope() : arena_scope(arena::current()) {}
  explicit arena_scope(arena_memory& a) : arena_(a), before_(a) {}
  arena_scope(const arena_scope&) = delete;
  arena_scope& operator=(const arena_scope&) = delete;
  ~arena_scope() {
    arena_ = before_;
    if (!before_.end_) [[unlikely]]
      arena_.grow(0);  // stay in the first block: the next scope need not find it again
  }

 private:
  arena_memory& arena_;
  arena_memory before_;
};

}  // namespace starling
