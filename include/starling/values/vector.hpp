// Vectors of values, in the run's arena.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>

#include <starling/values/arena.hpp>
#include <starling/values/where.hpp>

namespace starling {

template <class V> class adjoint;

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

// Of adjoints: adjoint_vector.hpp.
template <class V> class vector<adjoint<V>>;

// Data in arithmetic: a std::vector, array or span of numbers as a vector, not copied. `a + b * view(xs)`, `dot(view(xs), beta)`.
template <class S>
  requires requires(const S& s) { s.data() + s.size(); }
inline auto view(const S& s) {
  return vector<const std::remove_cvref_t<decltype(*s.data())>>(s.data(), s.size());
}

[[noreturn, gnu::cold, gnu::noinline]] inline void throw_sizes_differ(std::size_t a, std::size_t b) {
  throw std::invalid_argument("vectors of " + std::to_string(a) + " and " + std::to_string(b) + " elements meet in one expression");
}
inline void require_same_size(std::size_t a, std::size_t b) {
  if (a != b) [[unlikely]]
    throw_sizes_differ(a, b);
}

// The sum of n numbers of type T, where f(i) is the pack that begins with the i-th: lanes beyond the n-th do not count.
template <class T, class F> [[gnu::always_inline]] inline T sum_in_packs(std::size_t n, F f) {
  using P = native_pack<T>;
  constexpr std::size_t width = lanes_of<P>;
  P total(0);
  for (std::size_t i = 0; i < n; i += width) {
    const P terms = f(i);
    total += i + width <= n ? terms : where(mask_of<P>::first(static_cast<std::int64_t>(n - i)), terms, P(0));
  }
  return sum(total);
}

// Whether a function from elements of type A to R is computed in packs: both are the same built-in float.
template <class A, class R> inline constexpr bool maps_in_packs = std::is_floating_point_v<R> && std::is_same_v<std::remove_const_t<A>, R>;

// Elements i, i + 1, … of a vector as the lanes of P; where it ends before them, its last element again.
template <class P, class R> inline P load_elements(vector<R> x, std::size_t i) {
  if (i + lanes_of<P> <= x.size()) [[likely]]
    return P::load(x.data() + i);
  return P::load_first(x.data() + i, static_cast<int>(x.size() - i));
}

// A vector of f(x[i]). f takes elements, or packs of them. The last pack is stored as a whole: arenas round up.
template <class A, class F> [[gnu::always_inline]] inline auto map_elements(vector<A> x, F f) {
  using R = decltype(f(x[0]));
  vector<R> r(x.size());
  if constexpr (maps_in_packs<A, R>) {
    using P = native_pack<R>;
    static_assert(arena::alignment % sizeof(P) == 0);
    for (std::size_t i = 0; i < x.size(); i += lanes_of<P>) P(f(load_elements<P>(x, i))).store(r.data() + i);
  } else {
    for (std::size_t i = 0; i < x.size(); ++i) r[i] = f(x[i]);
  }
  return r;
}
// A vector of f(x[i], y[i]); throws std::invalid_argument where the sizes differ.
template <class A, class B, class F> [[gnu::always_inline]] inline auto map_elements(vector<A> x, vector<B> y, F f) {
  using R = decltype(f(x[0], y[0]));
  require_same_size(x.size(), y.size());
  vector<R> r(x.size());
  if constexpr (maps_in_packs<A, R> && maps_in_packs<B, R>) {
    using P = native_pack<R>;
    for (std::size_t i = 0; i < x.size(); i += lanes_of<P>) P(f(load_elements<P>(x, i), load_elements<P>(y, i))).store(r.data() + i);
  } else {
    for (std::size_t i = 0; i < x.size(); ++i) r[i] = f(x[i], y[i]);
  }
  return r;
}

template <class A, class B> inline auto operator+(vector<A> x, vector<B> y) {
  return map_elements(x, y, [](const auto& a, const auto& b) { return a + b; });
}
template <class A, class B> inline auto operator-(vector<A> x, vector<B> y) {
  return map_elements(x, y, [](const auto& a, const auto& b) { return a - b; });
}
template <class A, class B> inline auto operator*(vector<A> x, vector<B> y) {
  return map_elements(x, y, [](const auto& a, const auto& b) { return a * b; });
}
template <class A, class B> inline auto operator/(vector<A> x, vector<B> y) {
  return map_elements(x, y, [](const auto& a, const auto& b) { return a / b; });
}
template <class A, value B> inline auto operator+(vector<A> x, const B& b) {
  return map_elements(x, [&](const auto& a) { return a + b; });
}
template <class A, value B> inline auto operator-(vector<A> x, const B& b) {
  return map_elements(x, [&](const auto& a) { return a - b; });
}
template <class A, value B> inline auto operator*(vector<A> x, const B& b) {
  return map_elements(x, [&](const auto& a) { return a * b; });
}
template <class A, value B> inline auto operator/(vector<A> x, const B& b) {
  return map_elements(x, [&](const auto& a) { return a / b; });
}
template <value A, class B> inline auto operator+(const A& a, vector<B> y) {
  return map_elements(y, [&](const auto& b) { return a + b; });
}
template <value A, class B> inline auto operator-(const A& a, vector<B> y) {
  return map_elements(y, [&](const auto& b) { return a - b; });
}
template <value A, class B> inline auto operator*(const A& a, vector<B> y) {
  return map_elements(y, [&](const auto& b) { return a * b; });
}
template <value A, class B> inline auto operator/(const A& a, vector<B> y) {
  return map_elements(y, [&](const auto& b) { return a / b; });
}
template <class A> inline auto operator-(vector<A> x) {
  return map_elements(x, [](const auto& a) { return -a; });
}

// The sum of the elements (0 of none), and of the products of two vectors' elements.
template <class R> inline auto sum(vector<R> x) {
  using T = std::remove_const_t<R>;
  if constexpr (std::is_floating_point_v<T>) {
    return sum_in_packs<T>(x.size(), [&](std::size_t i) { return load_elements<native_pack<T>>(x, i); });
  } else {
    T total = 0;
    for (const R& a : x) total = total + a;
    return total;
  }
}
template <class A, class B> inline auto dot(vector<A> x, vector<B> y) {
  using T = decltype(x[0] * y[0] + x[0] * y[0]);
  require_same_size(x.size(), y.size());
  if constexpr (maps_in_packs<A, T> && maps_in_packs<B, T>) {
    return sum_in_packs<T>(x.size(), [&](std::size_t i) { return load_elements<native_pack<T>>(x, i) * load_elements<native_pack<T>>(y, i); });
  } else {
    T total = 0;
    for (std::size_t i = 0; i < x.size(); ++i) total = total + x[i] * y[i];
    return total;
  }
}

}  // namespace starling
