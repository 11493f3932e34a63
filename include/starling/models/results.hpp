// What the instances of a map, unfold or scan returned: a view, so that a body that has one costs nothing per instance.
#pragma once

#include <cstddef>
#include <memory>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include <starling/models/persist.hpp>
#include <starling/values/arena.hpp>
#include <starling/values/blend.hpp>

namespace starling {

template <class R>
struct result_cell {
  R value;
};

// Which part of a result is looked at.
struct whole_result {
  template <class R>
  const R& operator()(const R& r) const {
    return r;
  }
};
struct second_of_result {
  template <class R>
  const auto& operator()(const R& r) const {
    return r.second;
  }
};

// The results of n instances. In a trace it refers to what the trace keeps, and is valid while the trace lives and is not updated.
template <class R, class Part = whole_result>
class results {
 public:
  using value_type = std::decay_t<decltype(Part()(std::declval<const R&>()))>;
  results() = default;
  template <class Other>
    requires(!std::is_same_v<Other, Part>)
  explicit results(const results<R, Other>& other) : cells_(other.cells()), size_(other.size()), kept_(other.is_kept()) {}
  // `kept`: by the trace, not in the run's arena.
  results(const result_cell<R>* const* cells, std::size_t n, bool kept = false) : cells_(cells), size_(n), kept_(kept) {}

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const value_type& operator[](std::size_t i) const { return Part()((*cells_)[i].value); }
  const value_type& front() const { return (*this)[0]; }
  const value_type& back() const { return (*this)[size_ - 1]; }
  const result_cell<R>* const* cells() const { return cells_; }
  bool is_kept() const { return kept_; }

  class iterator {
   public:
    using value_type = results::value_type;
    using difference_type = std::ptrdiff_t;
    iterator() = default;
    explicit iterator(const result_cell<R>* at) : at_(at) {}
    const value_type& operator*() const { return Part()(at_->value); }
    iterator& operator++() { return ++at_, *this; }
    iterator operator++(int) { return iterator(at_++); }
    friend bool operator==(const iterator&, const iterator&) = default;

   private:
    const result_cell<R>* at_ = nullptr;
  };
  iterator begin() const { return iterator(cells_ ? *cells_ : nullptr); }
  iterator end() const { return iterator(cells_ ? *cells_ + size_ : nullptr); }

  // All of them as a vector in the run's arena, for arithmetic.
  vector<value_type> all() const {
    vector<value_type> v(size_);
    for (std::size_t i = 0; i < size_; ++i) ::new (static_cast<void*>(v.data() + i)) value_type((*this)[i]);
    return v;
  }

  template <class Other>
    requires requires(const Other& o) { o.size(); o[0]; }
  friend bool operator==(const results& a, const Other& b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
      if (!(persist(a[i]) == persist(b[i]))) return false;
    return true;
  }

  // After what it refers to was copied: where from → where to.
  void rebind(const std::unordered_map<const void*, const void*>& copies) {
    if (const auto it = copies.find(cells_); it != copies.end()) cells_ = static_cast<const result_cell<R>* const*>(it->second);
  }

 private:
  const result_cell<R>* const* cells_ = nullptr;
  std::size_t size_ = 0;
  bool kept_ = false;
};

template <class R, class Part>
auto persist(const results<R, Part>& x) {
  std::vector<std::remove_const_t<decltype(persist(x[0]))>> r;
  r.reserve(x.size());
  for (const auto& e : x) r.push_back(persist(e));
  return r;
}
template <class F, class R, class Part>
results<R, Part> map_parts(F&& f, const results<R, Part>& a, const results<R, Part>& b) {
  if (a.size() != b.size())
    throw std::invalid_argument("branches that run in different lanes gave results of " + std::to_string(a.size()) + " and of " +
                                std::to_string(b.size()) + " instances");
  auto* const cells = arena::current().take<result_cell<R>>(a.size());
  auto* const cell = arena::current().take<const result_cell<R>*>(1);
  *cell = cells;
  for (std::size_t i = 0; i < a.size(); ++i) ::new (static_cast<void*>(cells + i)) result_cell<R>{map_leaves(f, (*a.cells())[i].value, (*b.cells())[i].value)};
  return {cell, a.size()};
}
template <class R, class Part>
auto sum(const results<R, Part>& x) {
  typename results<R, Part>::value_type total = 0;
  for (const auto& a : x) total = total + a;
  return total;
}

// The same as a value of a trace: a view of what the trace keeps, or, where that keeps none, results of its own. Elements are given
// with vectors as std::vector.
template <class R, class Part>
class trace_results {
 public:
  using value_type = decltype(persist(std::declval<const typename results<R, Part>::value_type&>()));
  trace_results() = default;
  explicit trace_results(const results<R, Part>& view) : view_(view) {}
  trace_results(std::vector<value_type> own) : own_(std::move(own)), owns_(true) {}

  std::size_t size() const { return owns_ ? own_.size() : view_.size(); }
  bool empty() const { return size() == 0; }
  value_type operator[](std::size_t i) const { return owns_ ? own_[i] : persist(view_[i]); }
  value_type front() const { return (*this)[0]; }
  value_type back() const { return (*this)[size() - 1]; }
  operator std::vector<value_type>() const { return owns_ ? own_ : persist(view_); }
  void rebind(const std::unordered_map<const void*, const void*>& copies) { view_.rebind(copies); }

  friend bool operator==(const trace_results& a, const trace_results& b) { return a == std::vector<value_type>(b); }
  friend bool operator==(const trace_results& a, const std::vector<value_type>& b) { return std::vector<value_type>(a) == b; }

 private:
  results<R, Part> view_;
  std::vector<value_type> own_;
  bool owns_ = false;
};
template <class R, class Part>
auto persist(const trace_results<R, Part>& x) {
  return std::vector<typename trace_results<R, Part>::value_type>(x);
}

// What a trace keeps of a body's value: results stay views where the trace keeps them (`views`), all else is copied out of the arena.
template <class X>
inline constexpr bool holds_view = false;
template <class R, class Part>
inline constexpr bool holds_view<results<R, Part>> = true;
template <class A, class B>
inline constexpr bool holds_view<std::pair<A, B>> = holds_view<A> || holds_view<B>;
template <class... A>
inline constexpr bool holds_view<std::tuple<A...>> = (holds_view<A> || ...);

template <class R, class Part>
auto keep_results(const results<R, Part>& x, bool views) {
  return views && x.is_kept() ? trace_results<R, Part>(x) : trace_results<R, Part>(persist(x));
}
template <class X>
auto keep_value(const X& x, bool views) {
  if constexpr (!holds_view<X>) return persist(x);
  else if constexpr (is_tuple<X>) {
    return std::apply([&](const auto&... a) {
      if constexpr (requires { x.first; }) return std::pair(keep_value(a, views)...);
      else return std::tuple(keep_value(a, views)...);
    }, x);
  } else {
    return keep_results(x, views);
  }
}
template <class X>
void rebind_views(X& x, const std::unordered_map<const void*, const void*>& copies) {
  if constexpr (requires { x.rebind(copies); }) x.rebind(copies);
  else if constexpr (is_tuple<X>) std::apply([&](auto&... a) { (rebind_views(a, copies), ...); }, x);
}

// Whether X has parts in the arena, and a copy of it whose parts lie from `at` on (moved past them).
template <class X>
inline constexpr bool holds_arena = is_list<X> || is_matrix<X>;
template <class E, std::size_t N>
inline constexpr bool holds_arena<std::array<E, N>> = holds_arena<E>;
template <class A, class B>
inline constexpr bool holds_arena<std::pair<A, B>> = holds_arena<A> || holds_arena<B>;
template <class... A>
inline constexpr bool holds_arena<std::tuple<A...>> = (holds_arena<A> || ...);
template <template <class> class S, class E>
  requires is_lifted_template<S<E>>
inline constexpr bool holds_arena<S<E>> = true;
template <class R, class Part>
inline constexpr bool holds_arena<results<R, Part>> = true;  // where they are not kept
template <class X>
inline constexpr bool is_results = false;
template <class R, class Part>
inline constexpr bool is_results<results<R, Part>> = true;

template <class X>
std::size_t arena_bytes(const X& x) {
  constexpr auto rounded = [](std::size_t n) { return (n + 63) & ~std::size_t{63}; };
  if constexpr (!holds_arena<X>) return 0;
  else if constexpr (is_results<X>) {
    if (x.is_kept()) return 0;
    std::size_t n = 64 + rounded(x.size() * sizeof((*x.cells())[0]));
    for (std::size_t i = 0; i < x.size(); ++i) n += arena_bytes((*x.cells())[i].value);
    return n;
  }
  else if constexpr (is_list<X> || is_matrix<X>) {
    std::size_t n = rounded(x.size() * sizeof(*x.data()));
    for (std::size_t i = 0; i < x.size(); ++i) n += arena_bytes(x.data()[i]);
    return n;
  } else if constexpr (is_array<X>) {
    std::size_t n = 0;
    for (const auto& e : x) n += arena_bytes(e);
    return n;
  } else if constexpr (is_tuple<X>) {
    return std::apply([](const auto&... a) { return (arena_bytes(a) + ... + 0); }, x);
  } else {
    return std::apply([](const auto&... a) { return (arena_bytes(a) + ... + 0); }, members(x));
  }
}
template <class X>
X moved_to(const X& x, std::byte*& at) {
  if constexpr (!holds_arena<X>) return x;
  else if constexpr (is_results<X>) {
    if (x.is_kept()) return x;
    using cell = std::decay_t<decltype((*x.cells())[0])>;
    auto* const first = reinterpret_cast<const cell**>(at);
    at += 64;
    auto* const to = reinterpret_cast<cell*>(at);
    at += (x.size() * sizeof(cell) + 63) & ~std::size_t{63};
    for (std::size_t i = 0; i < x.size(); ++i) ::new (static_cast<void*>(to + i)) cell{moved_to((*x.cells())[i].value, at)};
    ::new (static_cast<void*>(first)) const cell*(to);
    return X(first, x.size());
  }
  else if constexpr (is_list<X> || is_matrix<X>) {
    using E = std::remove_const_t<std::decay_t<decltype(*x.data())>>;
    E* const to = reinterpret_cast<E*>(at);
    at += (x.size() * sizeof(E) + 63) & ~std::size_t{63};
    for (std::size_t i = 0; i < x.size(); ++i) ::new (static_cast<void*>(to + i)) E(moved_to(x.data()[i], at));
    if constexpr (is_matrix<X>) return X(to, x.rows(), x.cols());
    else return X(to, x.size());
  } else if constexpr (is_array<X>) {
    X r = x;
    for (auto& e : r) e = moved_to(e, at);
    return r;
  } else if constexpr (is_tuple<X>) {
    return std::apply([&](const auto&... a) { return X{moved_to(a, at)...}; }, x);
  } else {
    return std::apply([&](const auto&... a) { return X{moved_to(a, at)...}; }, members(x));
  }
}

// Whether two values are the same, leaf by leaf, NaN being the same as NaN; false where that cannot be told.
template <class X>
bool same_values(const X& a, const X& b) {
  if constexpr (value<X>) {
    if constexpr (lanes_of<X> > 1) return false;
    else return a == b || (a != a && b != b);
  } else if constexpr (is_list<X> || is_matrix<X> || is_array<X> || requires { a.size(); a[0]; }) {
    if (a.size() != b.size()) return false;
    if constexpr (is_matrix<X>) {
      if (a.rows() != b.rows()) return false;
      for (std::size_t i = 0; i < a.size(); ++i)
        if (!same_values(a.data()[i], b.data()[i])) return false;
    } else {
      for (std::size_t i = 0; i < a.size(); ++i)
        if (!same_values<std::decay_t<decltype(a[i])>>(a[i], b[i])) return false;
    }
    return true;
  } else if constexpr (is_tuple<X>) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return (same_values(std::get<I>(a), std::get<I>(b)) && ...);
    }(std::make_index_sequence<std::tuple_size_v<X>>());
  } else if constexpr (is_lifted_template<X>) {
    return same_values(members(a), members(b));
  } else if constexpr (requires { { a == b } -> std::convertible_to<bool>; }) {
    return a == b;
  } else {
    return false;
  }
}

}  // namespace starling
