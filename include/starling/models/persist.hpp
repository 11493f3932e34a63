#pragma once
// What a body returns may lie in the run's arena; what a trace keeps must not. `persist` copies vectors and matrices out of the arena.
#include <array>
#include <cstddef>
#include <tuple>
#include <utility>
#include <vector>

#include <starling/values/lift.hpp>
#include <starling/values/matrix.hpp>
#include <starling/values/vector.hpp>

namespace starling {

// The return value of a body that returns nothing.
struct nothing {
  friend bool operator==(nothing, nothing) { return true; }
};

// A matrix that owns its numbers, row-major.
template <class E>
struct owned_matrix {
  std::size_t rows = 0, cols = 0;
  std::vector<E> values;
  const E& operator()(std::size_t i, std::size_t j) const { return values[i * cols + j]; }
  friend bool operator==(const owned_matrix&, const owned_matrix&) = default;
};

template <class E>
auto lane_of(const owned_matrix<E>& x, int k) {
  return owned_matrix<std::remove_cvref_t<decltype(lane_of(x.values[0], k))>>{x.rows, x.cols, lane_of(x.values, k)};
}

template <class T>
auto persist(const T& x) {
  return x;
}
template <class A, class B>
auto persist(const std::pair<A, B>& x);
template <class... A>
auto persist(const std::tuple<A...>& x);
template <class A, std::size_t N>
auto persist(const std::array<A, N>& x);
template <class E>
auto persist(const matrix<E>& x);
template <class E>
auto persist(const vector<E>& x) {
  std::vector<std::remove_const_t<decltype(persist(x[0]))>> r;
  r.reserve(x.size());
  for (const auto& e : x) r.push_back(persist(e));
  return r;
}
template <class E>
auto persist(const matrix<E>& x) {
  return owned_matrix<std::remove_const_t<E>>{x.rows(), x.cols(), {x.data(), x.data() + x.size()}};
}
template <class A, std::size_t N>
auto persist(const std::array<A, N>& x) {
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return std::array<decltype(persist(x[0])), N>{persist(x[I])...};
  }(std::make_index_sequence<N>());
}
template <class A, class B>
auto persist(const std::pair<A, B>& x) {
  return std::pair<decltype(persist(x.first)), decltype(persist(x.second))>(persist(x.first), persist(x.second));
}
template <class... A>
auto persist(const std::tuple<A...>& x) {
  return std::apply([](const A&... a) { return std::tuple<decltype(persist(a))...>(persist(a)...); }, x);
}

template <class T>
using persistent_t = decltype(persist(std::declval<const T&>()));

}  // namespace starling
