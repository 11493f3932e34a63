// What the instances of a map, unfold or scan returned: a view, so that a body that has one costs nothing per instance.
#pragma once

#include <cstddef>
#include <memory>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include <starling/models/kept/persist.hpp>
#include <starling/values/arena.hpp>
#include <starling/values/blend.hpp>

namespace starling {

template <class R>
struct result_cell {
  R value;
};

// Results that do not lie in one piece: those that a batch keeps (lane_instances.hpp).
class result_source {
 public:
  virtual const void* at(std::size_t i) const = 0;
  virtual std::shared_ptr<const result_source> persistent() const = 0;  // what outlives the run

 protected:
  ~result_source() = default;
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
  explicit results(const results<R, Other>& other) : cells_(other.cells()), source_(other.source()), size_(other.size()), kept_(other.is_kept()) {}
  results(const result_source* source, std::size_t n) : source_(source), size_(n) {}
  // `kept`: by the trace, not in the run's arena.
  results(const result_cell<R>* const* cells, std::size_t n, bool kept = false) : cells_(cells), size_(n), kept_(kept) {}

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const value_type& operator[](std::size_t i) const { return Part()(whole(i)); }
  const R& whole(std::size_t i) const {
    if (source_) return *static_cast<const R*>(source_->at(i));
    return (*cells_)[i].value;
  }
  const result_source* source() const { return source_; }
  const value_type& front() const { return (*this)[0]; }
  const value_type& back() const { return (*this)[size_ - 1]; }
  const result_cell<R>* const* cells() const { return cells_; }
  bool is_kept() const { return kept_; }

  class iterator {
   public:
    using value_type = results::value_type;
    using difference_type = std::ptrdiff_t;
    iterator() = default;
    iterator(const results* of, std::size_t i) : cells_(of->cells_ ? *of->cells_ : nullptr), source_(of->source_), i_(i) {}
    const value_type& operator*() const { return Part()(source_ ? *static_cast<const R*>(source_->at(i_)) : cells_[i_].value); }
    iterator& operator++() { return ++i_, *this; }
    iterator operator++(int) {
      return [this] { auto before = *this; ++*this; return before; }();
    }
    friend bool operator==(const iterator& a, const iterator& b) { return a.i_ == b.i_; }

   private:
    const result_cell<R>* cells_ = nullptr;
    const result_source* source_ = nullptr;
    std::size_t i_ = 0;
  };
  iterator begin() const { return iterator(this, 0); }
  iterator end() const { return iterator(this, size_); }

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
  const result_source* source_ = nullptr;
  std::size_t size_ = 0;
  bool kept_ = false;
};

// Its parts are the elements that it shows. In the run's arena, where they are not kept.
template <class R, class Part>
inline constexpr bool lies_in_arena<results<R, Part>> = true;
template <class R, class Part>
struct parts_of<results<R, Part>> {
  static constexpr made kind = made::elements;
  using view = results<R, Part>;
  using element = typename view::value_type;
  template <class>
  using arena = view;
  template <class E>
  using owned = std::vector<E>;
  static std::size_t size(const view& x) { return x.size(); }
  static const element& at(const view& x, std::size_t i) { return x[i]; }
  static element& at(view& x, std::size_t i) { return const_cast<element&>(x[i]); }  // of its own, just made
  template <class Y>
  static Y room(const view& x) {
    if constexpr (std::is_same_v<Y, view>) return in_place(starling::arena::current().take<result_cell<R>>(x.size()), starling::arena::current().take<const result_cell<R>*>(1), x.size());
    else return Y(x.size());
  }
  static view in_place(result_cell<R>* cells, const result_cell<R>** cell, std::size_t n) {
    *cell = cells;
    return {cell, n};
  }
  static std::size_t bytes(const view& x) {
    if (x.is_kept()) return 0;
    std::size_t n = 64 + rounded_to_line(x.size() * sizeof(result_cell<R>));
    for (std::size_t i = 0; i < x.size(); ++i) n += arena_bytes(x.whole(i));
    return n;
  }
  static view moved(const view& x, std::byte*& at) {
    if (x.is_kept()) return x;
    auto* const cell = reinterpret_cast<const result_cell<R>**>(at);
    auto* const to = reinterpret_cast<result_cell<R>*>(at + 64);
    at += 64 + rounded_to_line(x.size() * sizeof(result_cell<R>));
    for (std::size_t i = 0; i < x.size(); ++i) ::new (static_cast<void*>(to + i)) result_cell<R>{moved_to(x.whole(i), at)};
    return in_place(to, cell, x.size());
  }
};
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
  explicit trace_results(const results<R, Part>& view) : view_(view) {
    if (!view.source()) return;
    source_ = view.source()->persistent();
    view_ = results<R, Part>(source_.get(), view.size());
  }
  trace_results(std::vector<value_type> own) : own_(std::move(own)), owns_(true) {}

  std::size_t size() const { return owns_ ? own_.size() : view_.size(); }
  bool empty() const { return size() == 0; }
  value_type operator[](std::size_t i) const { return owns_ ? own_[i] : persist(view_[i]); }
  value_type front() const { return (*this)[0]; }
  value_type back() const { return (*this)[size() - 1]; }
  operator std::vector<value_type>() const { return owns_ ? own_ : persist(view_); }
  void rebind(const std::unordered_map<const void*, const void*>& copies) { view_.rebind(copies); }
  // To be changed: from here on they are no view.
  std::vector<value_type>& own() {
    if (!owns_) *this = trace_results(std::vector<value_type>(*this));
    return own_;
  }

  friend bool operator==(const trace_results& a, const trace_results& b) { return a == std::vector<value_type>(b); }
  friend bool operator==(const trace_results& a, const std::vector<value_type>& b) { return std::vector<value_type>(a) == b; }

 private:
  results<R, Part> view_;
  std::shared_ptr<const result_source> source_;
  std::vector<value_type> own_;
  bool owns_ = false;
};
template <class R, class Part>
auto lane_of(const trace_results<R, Part>& x, int k) {
  std::vector<lane_type<typename trace_results<R, Part>::value_type>> lane;
  for (std::size_t i = 0; i < x.size(); ++i) lane.push_back(lane_of(x[i], k));
  return lane;
}
template <class R, class Part>
auto persist(const trace_results<R, Part>& x) {
  return std::vector<typename trace_results<R, Part>::value_type>(x);
}

// What a trace keeps of a body's value: results stay views where the trace keeps them (`views`), all else is copied out of the arena.
template <class X>
inline constexpr bool is_results = false;
template <class R, class Part>
inline constexpr bool is_results<results<R, Part>> = true;
template <class X>
inline constexpr bool holds_view = is_results<X> || some_part<X>([]<class P>(std::type_identity<P>) { return holds_view<P>; });
template <class R, class Part>
inline constexpr bool holds_view<trace_results<R, Part>> = true;
template <class X>
inline constexpr bool holds_view<owned_value<X>> = holds_view<X>;

template <class X>
auto keep_value(const X& x, bool views);
template <class X>
using kept_value_t = std::remove_const_t<decltype(keep_value(std::declval<const X&>(), true))>;
template <class R, class Part>
auto keep_value(const results<R, Part>& x, bool views) {
  return views && (x.is_kept() || x.source()) ? trace_results<R, Part>(x) : trace_results<R, Part>(persist(x));
}
template <class X>
auto keep_value(const X& x, bool views) {
  const auto keep = [&](const auto& part) { return keep_value(part, views); };
  if constexpr (!holds_view<X> || (has_members<X> && !takes_any<X>)) return persist(x);
  else if constexpr (has_elements<X>) return rebuilt<typename parts_of<X>::template owned<kept_value_t<typename parts_of<X>::element>>>(keep, x);
  else return rebuilt<typename parts_of<X>::template with<kept_value_t>>(keep, x);
}
template <class X>
void rebind_views(X& x, const std::unordered_map<const void*, const void*>& copies) {
  if constexpr (requires { x.rebind(copies); }) x.rebind(copies);
  else if constexpr (requires { requires std::is_same_v<X, owned_value<std::decay_t<decltype(x.get())>>>; }) rebind_views(x.get(), copies);
  else if constexpr (holds_view<X>) for_each_part([&](auto& part) { rebind_views(part, copies); }, x);
}

}  // namespace starling
