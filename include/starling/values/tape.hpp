// The tape of reverse mode: what has to be done, from the last entry to the first, to carry derivatives from results to arguments.
//
// A number whose derivative is wanted has a *cell*: a place where the derivative with respect to it is gathered. An entry holds the
// cell of a result, and where and by what factors the result's derivative is passed on. Entries lie in a bump arena in the order in
// which they were made. Each thread has its own tape, one for each V (double or a pack).
//
// Masked lanes: a derivative of exactly 0 stays 0, whatever it is multiplied by (passed_on, differentiable.hpp). So a lane that a
// `where` did not take never meets the 0 · ∞ of the formula it did not use.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <type_traits>

#include <starling/values/arena.hpp>
#include <starling/values/differentiable.hpp>

namespace starling {

template <class V> class tape;
template <class V> class adjoint;

// An entry of any kind. `pull` passes the derivative on; null for the frequent entry with two arguments.
struct tape_entry {
  tape_entry* previous;
  void (*pull)(tape_entry*);
};

template <class V> struct two_arguments : tape_entry {
  V* first;
  V* second;
  V own, by_first, by_second;
};

template <class V> class tape {
 public:
  // The tape in use on this thread; null outside of every tape_scope.
  static inline constinit thread_local tape* current = nullptr;

  // An entry of type E (derived from tape_entry, trivially destructible), uninitialised but for its header; behind it are `more` bytes.
  template <class E> [[gnu::always_inline]] E* push(void (*pull)(tape_entry*), std::size_t more = 0) {
    static_assert(std::is_trivially_destructible_v<E>);
    E* const e = reinterpret_cast<E*>(memory_.take<std::byte>(sizeof(E) + more));
    e->previous = last_;
    e->pull = pull;
    last_ = e;
    return e;
  }
  // Whether the next entry of type E needs no new memory; makes it so.
  template <class E> bool has_room() const { return memory_.has_room(sizeof(E)); }
  template <class E> void make_room() { memory_.make_room(sizeof(E)); }
  // n cells, all 0.
  V* cells(std::size_t n) {
    V* const c = memory_.take<V>(n);
    for (std::size_t i = 0; i < n; ++i) c[i] = V(0);
    return c;
  }
  // n uninitialised objects that live as long as the entries made now.
  template <class T> T* take(std::size_t n) { return memory_.take<T>(n); }

  // How many scopes are open.
  std::size_t depth() const { return depth_; }

  tape() = default;
  tape(const tape&) = delete;
  tape& operator=(const tape&) = delete;

 private:
  template <class> friend class tape_scope;
  static tape& of_this_thread() {
    static thread_local tape instance;
    return instance;
  }

  arena memory_;
  tape_entry* last_ = nullptr;
  std::size_t depth_ = 0;
};

// The cell of a result with the derivative `by` with respect to each of two cells.
template <class V> [[gnu::always_inline]] inline V* join_cells(V* first, const V& by_first, V* second, const V& by_second) {
  auto* const e = tape<V>::current->template push<two_arguments<V>>(nullptr);
  e->first = first;
  e->second = second;
  e->own = V(0);
  e->by_first = by_first;
  e->by_second = by_second;
  return &e->own;
}

// Opens the thread's tape; what is recorded until it ends is forgotten then. Scopes nest: numbers of an outer scope are constants of
// an inner one only where they are passed as plain values (primal(x)).
template <class V> class tape_scope {
 public:
  tape_scope() : tape_scope(tape<V>::of_this_thread()) {}
  tape_scope(const tape_scope&) = delete;
  tape_scope& operator=(const tape_scope&) = delete;
  ~tape_scope() {
    tape_.last_ = start_;
    --tape_.depth_;
    tape<V>::current = outer_;
  }

  // An argument: a number with a cell of its own.
  adjoint<V> variable(const V& x);
  // Carries the derivatives of y (in lanes, each lane's) to the arguments it depends on. Once a scope.
  void differentiate(const adjoint<V>& y);

  // n cells for arguments.
  V* cells(std::size_t n) { return tape_.cells(n); }
  // n uninitialised objects that live as long as the scope.
  template <class T> T* take(std::size_t n) { return tape_.template take<T>(n); }

  // Carries the derivatives in the cells of results to the cells of arguments, through all entries of this scope. Once a scope.
  void sweep() {
    for (tape_entry* e = tape_.last_; e != start_; e = e->previous) {
      if (e->pull) {
        e->pull(e);
        continue;
      }
      const auto& two = static_cast<const two_arguments<V>&>(*e);
      const V own = two.own;
      if constexpr (std::is_arithmetic_v<V>)
        if (own == V(0)) continue;
      *two.first += passed_on(own, two.by_first);
      *two.second += passed_on(own, two.by_second);
    }
  }

 private:
  explicit tape_scope(tape<V>& t) : tape_(t), memory_(t.memory_), start_(t.last_), outer_(tape<V>::current) {
    ++t.depth_;
    tape<V>::current = &t;
  }

  tape<V>& tape_;
  arena_scope memory_;
  tape_entry* start_;
  tape<V>* outer_;
};

// What an operation on the tape asks for where none is open.
[[noreturn, gnu::cold, gnu::noinline]] inline void throw_no_tape() {
  throw std::logic_error("adjoint: a number with a derivative was made outside of every sl::tape_scope");
}

}  // namespace starling
