// Between one lane and many: lane_of takes one lane out of a value of any shape.
#pragma once

#include <array>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <starling/values/matrix.hpp>
#include <starling/values/real.hpp>
#include <starling/values/vector.hpp>

namespace starling {

// Lane k of a value as plain types: packs give numbers, whole numbers long, masks bool; arrays, tuples and vectors lane by lane;
// anything without lanes is itself.
template <class X> auto lane_of(const X& x, int k) {
  if constexpr (requires { requires value_traits<X>::lanes > 1; }) {
    return static_cast<scalar_of<X>>(x[k]);
  } else {
    (void)k;
    return x;
  }
}
template <class E> auto lane_of(const vector<E>& x, int k);
template <class E> auto lane_of(const std::vector<E>& x, int k);
template <class A, class B> auto lane_of(const std::pair<A, B>& x, int k);
template <class... A> auto lane_of(const std::tuple<A...>& x, int k);
template <class E, std::size_t N> auto lane_of(const std::array<E, N>& x, int k) {
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return std::array<decltype(lane_of(x[0], k)), N>{lane_of(x[I], k)...};
  }(std::make_index_sequence<N>());
}
template <class E> auto lane_of(const std::vector<E>& x, int k) {
  std::vector<std::remove_cvref_t<decltype(lane_of(x[0], k))>> lane;
  for (const auto& e : x) lane.push_back(lane_of(e, k));
  return lane;
}
template <class E> auto lane_of(const vector<E>& x, int k) {
  std::vector<std::remove_cvref_t<decltype(lane_of(x[0], k))>> lane;
  for (const auto& e : x) lane.push_back(lane_of(e, k));
  return lane;
}
template <class A, class B> auto lane_of(const std::pair<A, B>& x, int k) {
  return std::pair{lane_of(x.first, k), lane_of(x.second, k)};
}
template <class... A> auto lane_of(const std::tuple<A...>& x, int k) {
  return std::apply([&](const A&... a) { return std::tuple{lane_of(a, k)...}; }, x);
}

}  // namespace starling
