#pragma once
// Arguments of a model: copied or moved once into shared storage; std::span and std::ref opt out. Shared by all lanes, or given for
// each lane through sl::per_lane.
#include <cstddef>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <starling/models/runs/choice.hpp>

namespace starling {

template <class... A>
struct arguments {
  std::tuple<A...> values;
};

template <class A>
inline constexpr bool is_arguments = false;
template <class... A>
inline constexpr bool is_arguments<arguments<A...>> = true;

// How an argument is kept; what refers to something by itself may specialise it.
template <class A>
struct stored_argument {
  using type = A;
  template <class From>
  static type from(From&& a) {
    return type(std::forward<From>(a));
  }
};

// The arguments of a model, in order: sl::args(xs, 2.0).
template <class... A>
auto args(A&&... a) {
  return arguments<typename stored_argument<std::decay_t<A>>::type...>{
      std::tuple<typename stored_argument<std::decay_t<A>>::type...>(stored_argument<std::decay_t<A>>::from(std::forward<A>(a))...)};
}

// What the body gets for an argument when reals are V: per-lane arguments become V (or a vector of V), all others are as they are.
template <real V, class A>
const A& argument_for(const A& a, std::size_t, std::size_t) {
  return a;
}
template <real V>
V argument_for(const per_lane_numbers& a, std::size_t first_lane, std::size_t lanes) {
  V x(0);
  put_constraint(&x, {a.values.data(), 1}, 1, first_lane, lanes);
  return x;
}
template <real V>
vector<V> argument_for(const per_lane_vectors& a, std::size_t first_lane, std::size_t lanes) {
  vector<V> x(a.size);
  put_constraint(x.data(), {a.values.data(), a.size}, a.size, first_lane, lanes);
  return x;
}

// Runs `f` with the arguments of the lanes from `first_lane` on.
template <real V, class... A, class F>
decltype(auto) with_arguments(const arguments<A...>& as, std::size_t first_lane, std::size_t lanes, F&& f) {
  return std::apply([&](const A&... a) -> decltype(auto) { return f(argument_for<V>(a, first_lane, lanes)...); }, as.values);
}

// How many lanes the per-lane arguments have; 0 where all are shared.
template <class A>
std::size_t lanes_given(const A&) {
  return 0;
}
inline std::size_t lanes_given(const per_lane_numbers& a) { return a.values.size(); }
inline std::size_t lanes_given(const per_lane_vectors& a) { return a.size == 0 ? 0 : a.values.size() / a.size; }
template <class... A>
std::size_t argument_lanes(const arguments<A...>& as) {
  std::size_t n = 0;
  std::apply([&](const A&... a) { ((n = lanes_given(a) ? lanes_given(a) : n), ...); }, as.values);
  return n;
}

// The arguments of one lane.
template <class A>
A lane_argument(const A& a, std::size_t) {
  return a;
}
inline double lane_argument(const per_lane_numbers& a, std::size_t k) { return a.values[k]; }
inline std::vector<double> lane_argument(const per_lane_vectors& a, std::size_t k) {
  const auto from = a.values.begin() + static_cast<std::ptrdiff_t>(k * a.size);
  return {from, from + static_cast<std::ptrdiff_t>(a.size)};
}
template <class... A>
auto lane_arguments(const arguments<A...>& as, std::size_t k) {
  return std::apply([&](const A&... a) { return args(lane_argument(a, k)...); }, as.values);
}

}  // namespace starling
