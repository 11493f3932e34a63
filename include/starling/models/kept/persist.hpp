#pragma once
// What a body returns may lie in the run's arena; what a trace keeps must not. `persist` copies it out of the arena; values are compared
// here too, whatever holds them.
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include <starling/values/lift.hpp>

namespace starling {

// The return value of a body that returns nothing.
struct nothing {
  friend bool operator==(nothing, nothing) { return true; }
};

// Whether X has parts in the arena.
template <class X>
inline constexpr bool lies_in_arena = false;
template <class E>
inline constexpr bool lies_in_arena<vector<E>> = true;
template <class E>
inline constexpr bool lies_in_arena<matrix<E>> = true;
template <class X>
inline constexpr bool holds_arena = lies_in_arena<X> || some_part<X>([]<class P>(std::type_identity<P>) { return holds_arena<P>; });

// How many bytes its parts in the arena take, and a copy of it whose parts lie from `at` on (moved past them).
inline std::size_t rounded_to_line(std::size_t bytes) { return (bytes + 63) & ~std::size_t{63}; }
template <class X>
std::size_t arena_bytes(const X& x) {
  std::size_t n = 0;
  if constexpr (requires { parts_of<X>::bytes(x); }) {
    n = parts_of<X>::bytes(x);
  } else if constexpr (holds_arena<X>) {
    const auto add = [&](const auto& part) { n += arena_bytes(part); };
    if constexpr (!lies_in_arena<X>) {
      for_each_part(add, x);
    } else {
      n = rounded_to_line(x.size() * sizeof(typename parts_of<X>::element));
      if constexpr (holds_arena<typename parts_of<X>::element>) for_each_part(add, x);
    }
  }
  return n;
}
template <class X>
X moved_to(const X& x, std::byte*& at) {
  if constexpr (!holds_arena<X>) {
    return x;
  } else if constexpr (requires { parts_of<X>::moved(x, at); }) {
    return parts_of<X>::moved(x, at);
  } else if constexpr (lies_in_arena<X>) {
    using E = typename parts_of<X>::element;
    E* const to = reinterpret_cast<E*>(at);
    at += rounded_to_line(x.size() * sizeof(E));
    for (std::size_t i = 0; i < x.size(); ++i) ::new (static_cast<void*>(to + i)) E(moved_to<E>(x.data()[i], at));
    return parts_of<X>::placed(x, to);
  } else {
    return rebuilt<X>([&](const auto& part) { return moved_to(part, at); }, x);
  }
}
// Memory of somebody's own for what lies in the arena.
struct own_memory {
  std::unique_ptr<std::byte[]> bytes = nullptr;
  std::size_t room = 0;
};
template <class X>
X moved_into(own_memory& memory, const X& x) {
  const std::size_t n = arena_bytes(x);
  if (n > memory.room) memory.bytes.reset(new std::byte[(memory.room = n) + 64]);
  std::byte* at = memory.bytes.get();
  if (at) at += 64 - reinterpret_cast<std::uintptr_t>(at) % 64;
  return moved_to(x, at);
}

// A value and the memory that its parts lie in: what a class that holds vectors or matrices is as the value of a trace.
template <class X>
class owned_value {
 public:
  owned_value() = default;
  owned_value(const X& x) { set(x); }
  owned_value(const owned_value& other) { *this = other; }
  owned_value& operator=(const owned_value& other) {
    if (this == &other) return *this;
    if (other.value_) set(*other.value_);
    else value_.reset();
    return *this;
  }
  owned_value(owned_value&&) noexcept = default;
  owned_value& operator=(owned_value&&) noexcept = default;

  void set(const X& x) {
    if constexpr (holds_arena<X>) value_.emplace(moved_into(memory_, x));
    else value_.emplace(x);
  }
  const X& get() const { return *value_; }
  X& get() { return *value_; }
  operator const X&() const { return *value_; }
  const X* operator->() const { return &*value_; }
  friend bool operator==(const owned_value& a, const owned_value& b) { return same_values(a.get(), b.get()); }

 private:
  struct no_memory {};
  std::optional<X> value_;
  [[no_unique_address]] std::conditional_t<holds_arena<X>, own_memory, no_memory> memory_;
};
template <class X>
auto lane_of(const owned_value<X>& x, int k) {
  const arena_scope scope;
  return owned_value<lane_type<X>>(lane_of(x.get(), k));
}

// What x is outside of the arena: std::vector, owned_matrix, owned_value of a class that holds such, and what is made of them.
template <class X>
auto persist(const X& x);
template <class X>
using persistent_t = std::remove_const_t<decltype(persist(std::declval<const X&>()))>;
template <class X>
auto persist(const X& x) {
  if constexpr (parts_kind<X> == made::whole) {
    return x;
  } else if constexpr (has_elements<X>) {
    using R = typename parts_of<X>::template owned<persistent_t<typename parts_of<X>::element>>;
    if constexpr (std::same_as<R, X>) return x;
    else return rebuilt<R>([](const auto& part) { return persist(part); }, x);
  } else if constexpr (takes_any<X>) {
    return rebuilt<typename parts_of<X>::template with<persistent_t>>([](const auto& part) { return persist(part); }, x);
  } else if constexpr (holds_arena<X>) {
    return owned_value<X>(x);
  } else {
    return x;
  }
}

// Whether X refers to what may change unseen: pointers, std::ref, std::span, views of data, and what is made of them.
template <class X>
inline constexpr bool refers_elsewhere = std::is_pointer_v<X> || requires(const X& x) { { x.get() } -> std::same_as<typename X::type&>; } ||
                                         requires(const X& x) { x.get(); x.use_count(); } || some_part<X>([]<class P>(std::type_identity<P>) { return refers_elsewhere<P>; });
template <class T, std::size_t N>
inline constexpr bool refers_elsewhere<std::span<T, N>> = true;
template <class T>
inline constexpr bool refers_elsewhere<matrix<const T>> = true;

// Whether two values are the same, leaf by leaf and bit by bit, so that NaN is the same as NaN; one may be the persistent form of the
// other. False where that cannot be told.
template <class X, class Y>
bool same_values(const X& a, const Y& b) {
  if constexpr (requires { requires std::same_as<X, owned_value<Y>>; }) {
    return same_values(a.get(), b);
  } else if constexpr (value<X>) {
    if constexpr (lanes_of<X> > 1) return std::memcmp(&a, &b, sizeof(X)) == 0;
    else if constexpr (std::same_as<X, double>) return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
    else return a == b || (a != a && b != b);
  } else if constexpr (refers_elsewhere<X> || refers_elsewhere<Y>) {
    return false;
  } else if constexpr (parts_kind<X> != made::whole) {
    return are_alike(a, b) && all_parts([](const auto& x, const auto& y) { return same_values(x, y); }, a, b);
  } else if constexpr (requires { { a == b } -> std::convertible_to<bool>; }) {
    return a == b;
  } else {
    return false;
  }
}

}  // namespace starling
