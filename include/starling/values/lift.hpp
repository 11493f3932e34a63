// Types and values moved between one lane and many: lift<V, T> is what T becomes where reals are V.
#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <starling/values/parts.hpp>
#include <starling/values/where.hpp>

namespace starling {

// float and double become V, integers whole_of<V>, booleans mask_of<V>; what has parts (parts.hpp) part by part, std::vector as a vector
// in the arena; a value in lanes already stays; any other type stays as it is, and may then only be used in one lane.
template <class V, class T> struct lift_type {
  using type = T;
};
template <class V, class T> using lift = typename lift_type<V, std::remove_cv_t<T>>::type;
template <class V> struct lifted_to {
  template <class T> using type = lift<V, T>;
};

template <class V, std::floating_point T> struct lift_type<V, T> {
  using type = V;
};
template <class V, std::integral T> struct lift_type<V, T> {
  using type = whole_of<V>;
};
template <class V> struct lift_type<V, bool> {
  using type = mask_of<V>;
};
template <class V, has_elements T> struct lift_type<V, T> {
  using type = typename parts_of<T>::template arena<lift<V, typename parts_of<T>::element>>;
};
template <class V, has_members T> struct lift_type<V, T> {
  using type = typename parts_of<T>::template with<lifted_to<V>::template type>;
};
// Data that all lanes share stays as it is.
template <class V, class T> struct lift_type<V, matrix<const T>> {
  using type = matrix<const T>;
};

// The value in every lane. Vectors and matrices are made in the arena.
template <class V, class T> inline lift<V, T> lift_value(const T& x) {
  using R = lift<V, T>;
  if constexpr (std::same_as<R, T>) return x;
  else if constexpr (std::is_arithmetic_v<T>) return R(x);
  else {
    static_assert(parts_kind<T> != made::whole, "lift_value: this type has no values of its own in lanes");
    return rebuilt<R>([](const auto& part) { return lift_value<V>(part); }, x);
  }
}

// Lane k as plain values: double, float, long and bool; what has parts part by part; vectors as std::vector, matrices in the arena. What has
// no lanes is returned as it is.
template <class T, int N, class Isa> inline T lane_of(pack<T, N, Isa> x, int k) { return x[k]; }
template <class T, int N, class Isa> inline long lane_of(whole<T, N, Isa> x, int k) { return x[k]; }
template <class T, int N, class Isa> inline bool lane_of(lane_mask<T, N, Isa> x, int k) { return x[k]; }
template <class T> inline auto lane_of(const T& x, int k);
template <class T> using lane_type = std::remove_const_t<decltype(lane_of(std::declval<const T&>(), 0))>;

// Lane k of x as an R, a class that x is in lanes: vectors are made in the arena.
template <class R, class T> inline R lane_as(const T& x, int k) {
  if constexpr (std::same_as<R, T>) return x;
  else if constexpr (parts_kind<T> == made::whole) return static_cast<R>(lane_of(x, k));
  else if constexpr (has_elements<T>) return rebuilt<R>([&](const auto& part) { return lane_as<typename parts_of<R>::element>(part, k); }, x);
  else return lane_members_as<R>(x, k, std::make_index_sequence<std::tuple_size_v<decltype(parts_of<T>::list(x))>>());
}
template <class R, std::size_t... I, class T> inline R lane_members_as(const T& x, int k, std::index_sequence<I...>) {
  const auto parts = parts_of<T>::list(x);
  using targets = decltype(parts_of<R>::list(std::declval<R&>()));
  return R{lane_as<std::remove_reference_t<std::tuple_element_t<I, targets>>>(std::get<I>(parts), k)...};
}

template <class T> inline auto lane_of(const T& x, int k) {
  if constexpr (parts_kind<T> == made::whole) {
    return x;
  } else if constexpr (has_elements<T>) {
    using E = lane_type<typename parts_of<T>::element>;
    if constexpr (!requires { x.rows(); }) return rebuilt<typename parts_of<T>::template owned<E>>([&](const auto& part) -> E { return lane_of(part, k); }, x);
    else if constexpr (std::same_as<E, typename parts_of<T>::element>) return x;
    else return rebuilt<matrix<E>>([&](const auto& part) { return lane_of(part, k); }, x);
  } else {
    using R = typename parts_of<T>::template with<lane_type>;
    if constexpr (takes_any<T>) return rebuilt<R>([&](const auto& part) { return lane_of(part, k); }, x);
    else return lane_as<R>(x, k);  // its members have the types that they have
  }
}

}  // namespace starling
