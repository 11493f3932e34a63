// Vectors of values, in the run's arena.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <span>
#include <type_traits>

#include <starling/values/arena.hpp>
#include <starling/values/real.hpp>

namespace starling {

// A view of contiguous values: a pointer and a length, trivially copyable; copying it copies no elements.
// Constructed with a size it takes its memory, uninitialised, from this thread's arena, where it lives until the enclosing
// arena_scope ends. Arithmetic works element by element, with vectors of the same size and with single values.
template <class R> class vector {
 public:
  using value_type = R;

  vector() = default;
  // n uninitialised elements.
  explicit vector(std::size_t n) : data_(arena::current().take<std::remove_const_t<R>>(n)), size_(n) {}
  // n times the same value.
  vector(std::size_t n, const R& x) : vector(n) {
    for (std::size_t i = 0; i < n; ++i) data_[i] = x;
  }
  vector(std::initializer_list<R> xs) : vector(xs.size()) {
    std::size_t i = 0;
    for (const R& x : xs) data_[i++] = x;
  }
  // A view of memory that someone else owns.
  vector(R* data, std::size_t n) : data_(data), size_(n) {}

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  R* data() const { return data_; }
  R* begin() const { return data_; }
  R* end() const { return data_ + size_; }
  R& operator[](std::size_t i) const { return data_[i]; }
  R& front() const { return data_[0]; }
  R& back() const { return data_[size_ - 1]; }
  operator std::span<R>() const { return {data_, size_}; }
  operator std::span<const R>() const
    requires(!std::is_const_v<R>)
  {
    return {data_, size_};
  }

 private:
  R* data_ = nullptr;
  std::size_t size_ = 0;
};

// A vector of f(x[i]).
template <class R, class F> inline auto map_elements(vector<R> x, F f) {
  vector<decltype(f(x[0]))> r(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) r[i] = f(x[i]);
  return r;
}
// A vector of f(x[i], y[i]).
template <class A, class B, class F> inline auto map_elements(vector<A> x, vector<B> y, F f) {
  vector<decltype(f(x[0], y[0]))> r(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) r[i] = f(x[i], y[i]);
  return r;
}

template <class A, class B> inline auto operator+(vector<A> x, vector<B> y) { return map_elements(x, y, [](const A& a, const B& b) { return a + b; }); }
template <class A, class B> inline auto operator-(vector<A> x, vector<B> y) { return map_elements(x, y, [](const A& a, const B& b) { return a - b; }); }
template <class A, class B> inline auto operator*(vector<A> x, vector<B> y) { return map_elements(x, y, [](const A& a, const B& b) { return a * b; }); }
template <class A, class B> inline auto operator/(vector<A> x, vector<B> y) { return map_elements(x, y, [](const A& a, const B& b) { return a / b; }); }
template <class A, value B> inline auto operator+(vector<A> x, const B& b) { return map_elements(x, [&](const A& a) { return a + b; }); }
template <class A, value B> inline auto operator-(vector<A> x, const B& b) { return map_elements(x, [&](const A& a) { return a - b; }); }
template <class A, value B> inline auto operator*(vector<A> x, const B& b) { return map_elements(x, [&](const A& a) { return a * b; }); }
template <class A, value B> inline auto operator/(vector<A> x, const B& b) { return map_elements(x, [&](const A& a) { return a / b; }); }
template <value A, class B> inline auto operator+(const A& a, vector<B> y) { return map_elements(y, [&](const B& b) { return a + b; }); }
template <value A, class B> inline auto operator-(const A& a, vector<B> y) { return map_elements(y, [&](const B& b) { return a - b; }); }
template <value A, class B> inline auto operator*(const A& a, vector<B> y) { return map_elements(y, [&](const B& b) { return a * b; }); }
template <value A, class B> inline auto operator/(const A& a, vector<B> y) { return map_elements(y, [&](const B& b) { return a / b; }); }
template <class A> inline auto operator-(vector<A> x) { return map_elements(x, [](const A& a) { return -a; }); }

// The sum of the elements (0 of none), and of the products of two vectors' elements.
template <class R> inline auto sum(vector<R> x) {
  std::remove_const_t<R> total = 0;
  for (const R& a : x) total = total + a;
  return total;
}
template <class A, class B> inline auto dot(vector<A> x, vector<B> y) {
  decltype(x[0] * y[0] + x[0] * y[0]) total = 0;
  for (std::size_t i = 0; i < x.size(); ++i) total = total + x[i] * y[i];
  return total;
}

}  // namespace starling
