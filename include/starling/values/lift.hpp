// Types and values moved between one lane and many: lift<V, T> is what T becomes where reals are V.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <starling/values/matrix.hpp>
#include <starling/values/where.hpp>

namespace starling {

// float and double become V, integers whole_of<V>, booleans mask_of<V>; arrays, pairs, tuples, vectors, matrices and class templates
// with one type parameter (S<double> becomes S<V>) element by element; a value in lanes already stays; any other type stays as it
// is, and may then only be used in one lane.
template <class V, class T> struct lift_type { using type = T; };
template <class V, class T> using lift = typename lift_type<V, std::remove_cv_t<T>>::type;

template <class V, std::floating_point T> struct lift_type<V, T> { using type = V; };
template <class V, std::integral T> struct lift_type<V, T> { using type = whole_of<V>; };
template <class V> struct lift_type<V, bool> { using type = mask_of<V>; };
template <class V, class T, std::size_t N> struct lift_type<V, std::array<T, N>> { using type = std::array<lift<V, T>, N>; };
template <class V, class A, class B> struct lift_type<V, std::pair<A, B>> { using type = std::pair<lift<V, A>, lift<V, B>>; };
template <class V, class... T> struct lift_type<V, std::tuple<T...>> { using type = std::tuple<lift<V, T>...>; };
template <class V, class T> struct lift_type<V, std::vector<T>> { using type = vector<lift<V, T>>; };
template <class V, class T> struct lift_type<V, vector<T>> { using type = vector<lift<V, T>>; };
template <class V, class T>
  requires(!std::is_const_v<T>)
struct lift_type<V, matrix<T>> { using type = matrix<lift<V, T>>; };
// Data that all lanes share stays as it is.
template <class V, class T> struct lift_type<V, std::span<T>> { using type = std::span<T>; };
template <class V, class T> struct lift_type<V, matrix<const T>> { using type = matrix<const T>; };
template <class V, template <class> class S, class T>
  requires std::is_aggregate_v<S<T>>
struct lift_type<V, S<T>> { using type = S<lift<V, T>>; };

// An aggregate's members as a tuple of references, for up to eight members.
struct anything {
  template <class T> operator T() const;
};
template <class T, std::size_t... I> constexpr bool takes(std::index_sequence<I...>) { return requires { T{((void)I, anything{})...}; }; }
template <class T, std::size_t N = 8> constexpr std::size_t member_count() {
  if constexpr (N == 0) return 0;
  else if constexpr (takes<T>(std::make_index_sequence<N>())) return N;
  else return member_count<T, N - 1>();
}
template <class S> constexpr auto members(S& s) {
  constexpr std::size_t n = member_count<std::remove_const_t<S>>();
  if constexpr (n == 0) return std::tuple<>();
  else if constexpr (n == 1) { auto& [a] = s; return std::tie(a); }
  else if constexpr (n == 2) { auto& [a, b] = s; return std::tie(a, b); }
  else if constexpr (n == 3) { auto& [a, b, c] = s; return std::tie(a, b, c); }
  else if constexpr (n == 4) { auto& [a, b, c, d] = s; return std::tie(a, b, c, d); }
  else if constexpr (n == 5) { auto& [a, b, c, d, e] = s; return std::tie(a, b, c, d, e); }
  else if constexpr (n == 6) { auto& [a, b, c, d, e, f] = s; return std::tie(a, b, c, d, e, f); }
  else if constexpr (n == 7) { auto& [a, b, c, d, e, f, g] = s; return std::tie(a, b, c, d, e, f, g); }
  else { auto& [a, b, c, d, e, f, g, h] = s; return std::tie(a, b, c, d, e, f, g, h); }
}

template <class> inline constexpr bool is_array = false;
template <class T, std::size_t N> inline constexpr bool is_array<std::array<T, N>> = true;
template <class> inline constexpr bool is_tuple = false;
template <class... T> inline constexpr bool is_tuple<std::tuple<T...>> = true;
template <class A, class B> inline constexpr bool is_tuple<std::pair<A, B>> = true;
template <class> inline constexpr bool is_list = false;
template <class T> inline constexpr bool is_list<std::vector<T>> = true;
template <class T> inline constexpr bool is_list<vector<T>> = true;
template <class> inline constexpr bool is_matrix = false;
template <class T> inline constexpr bool is_matrix<matrix<T>> = true;
template <class> inline constexpr bool is_lifted_template = false;
template <template <class> class S, class T> inline constexpr bool is_lifted_template<S<T>> = std::is_aggregate_v<S<T>>;

// The value in every lane. Vectors and matrices are made in the arena.
template <class V, class T> inline lift<V, T> lift_value(const T& x) {
  using R = lift<V, T>;
  if constexpr (std::same_as<R, T>) return x;
  else if constexpr (std::is_arithmetic_v<T>) return R(x);
  else if constexpr (is_array<T>) {
    R r;
    for (std::size_t i = 0; i < x.size(); ++i) r[i] = lift_value<V>(x[i]);
    return r;
  } else if constexpr (is_tuple<T>) {
    return std::apply([](const auto&... a) { return R(lift_value<V>(a)...); }, x);
  } else if constexpr (is_list<T>) {
    R r(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) r[i] = lift_value<V>(static_cast<typename T::value_type>(x[i]));
    return r;
  } else if constexpr (is_matrix<T>) {
    R r(x.rows(), x.cols());
    for (std::size_t i = 0; i < x.size(); ++i) r.data()[i] = lift_value<V>(x.data()[i]);
    return r;
  } else {
    static_assert(is_lifted_template<T>, "lift_value: this type has no values of its own in lanes");
    return std::apply([](const auto&... a) { return R{lift_value<V>(a)...}; }, members(x));
  }
}

// Lane k as plain values: double, float, long and bool; arrays, pairs, tuples and class templates likewise; vectors as std::vector,
// matrices in the arena. What has no lanes is returned as it is.
template <class T, int N, class Isa> inline T lane_of(pack<T, N, Isa> x, int k) { return x[k]; }
template <class T, int N, class Isa> inline long lane_of(whole<T, N, Isa> x, int k) { return x[k]; }
template <class T, int N, class Isa> inline bool lane_of(lane_mask<T, N, Isa> x, int k) { return x[k]; }
template <class T> inline auto lane_of(const T& x, int k) {
  if constexpr (is_array<T>) {
    std::array<decltype(lane_of(x[0], k)), std::tuple_size_v<T>> r;
    for (std::size_t i = 0; i < x.size(); ++i) r[i] = lane_of(x[i], k);
    return r;
  } else if constexpr (is_tuple<T>) {
    return std::apply([&](const auto&... a) {
      if constexpr (requires { x.first; }) return std::pair(lane_of(a, k)...);
      else return std::tuple<decltype(lane_of(a, k))...>(lane_of(a, k)...);
    }, x);
  } else if constexpr (is_list<T>) {
    std::vector<decltype(lane_of(static_cast<typename T::value_type>(x[0]), k))> r(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) r[i] = lane_of(static_cast<typename T::value_type>(x[i]), k);
    return r;
  } else if constexpr (is_matrix<T>) {
    using element = decltype(lane_of(*x.data(), k));
    if constexpr (std::same_as<element, std::remove_const_t<typename T::value_type>>) {
      return x;
    } else {
      matrix<element> r(x.rows(), x.cols());
      for (std::size_t i = 0; i < x.size(); ++i) r.data()[i] = lane_of(x.data()[i], k);
      return r;
    }
  } else if constexpr (is_lifted_template<T>) {
    return lane_of_members(x, k);
  } else {
    return x;
  }
}
template <template <class> class S, class V> inline auto lane_of_members(const S<V>& x, int k) {
  return std::apply([&](const auto&... a) {
    return S<decltype(lane_of(std::declval<const V&>(), k))>{lane_of(a, k)...};
  }, members(x));
}

}  // namespace starling
