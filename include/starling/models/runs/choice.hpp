#pragma once
// How the value of a choice is held: every choice is a run of reals V, V being double or a pack. Here are the three directions
// between the types a body sees (double, bool, long, pack, lane_mask, whole, vector, matrix) and that storage.
#include <limits>
#include <type_traits>

#include <starling/traces/choice_map.hpp>
#include <starling/traces/choice_type.hpp>
#include <starling/values/differentiable.hpp>
#include <starling/values/matrix.hpp>
#include <starling/values/vector.hpp>
#include <starling/values/where.hpp>

namespace starling {

template <class X>
inline constexpr int rank_of = 0;
template <class E>
inline constexpr int rank_of<vector<E>> = 1;
template <class E>
inline constexpr int rank_of<matrix<E>> = 2;

template <class X>
struct choice_element_type {
  using type = X;
};
template <class E>
struct choice_element_type<vector<E>> {
  using type = E;
};
template <class E>
struct choice_element_type<matrix<E>> {
  using type = E;
};
template <class X>
using choice_element = typename choice_element_type<X>::type;

template <class E>
constexpr value_kind kind_of() {
  using traits = value_traits<E>;
  return traits::is_boolean ? value_kind::boolean : traits::is_integer ? value_kind::whole
                                                                       : value_kind::real;
}

// The type of the choices of distribution `d` when their values have type X.
template <class X, class D>
choice_type choice_type_of(const D& d) {
  if constexpr (rank_of<X> == 0) {
    return {kind_of<X>(), 0, 1, 1};
  } else if constexpr (rank_of<X> == 1) {
    return {kind_of<choice_element<X>>(), 1, static_cast<std::uint32_t>(d.size()), 1};
  } else {
    return {kind_of<choice_element<X>>(), 2, static_cast<std::uint32_t>(d.rows()), static_cast<std::uint32_t>(d.cols())};
  }
}

// A scalar as a real. A whole number that has no value (its distribution's parameters were bad) is NaN.
template <class V, class E>
inline V to_stored(const E& x) {
  if constexpr (std::is_same_v<E, long>) {
    return x == std::numeric_limits<long>::min() ? V(std::numeric_limits<double>::quiet_NaN()) : V(static_cast<double>(x));
  } else if constexpr (std::is_same_v<E, bool>) {
    return V(x ? 1.0 : 0.0);
  } else if constexpr (value_traits<E>::is_real) {
    return V(x);
  } else {
    return to_real(x);
  }
}

template <class E, class V>
inline E from_stored(const V& x) {
  if constexpr (std::is_same_v<E, long>) {
    return x == x ? static_cast<long>(x) : std::numeric_limits<long>::min();
  } else if constexpr (value_traits<E>::is_boolean) {
    return x != V(0);
  } else if constexpr (value_traits<E>::is_integer) {
    return E::from(primal(x));
  } else {
    return x;
  }
}

// Writes a choice's value to its place.
template <class V, class X>
inline void put(V* to, const X& x) {
  if constexpr (rank_of<X> == 0) {
    *to = to_stored<V>(x);
  } else {
    const auto* from = x.data();
    for (std::size_t i = 0, n = x.size(); i < n; ++i) to[i] = to_stored<V>(from[i]);
  }
}

// Reads a choice's value from its place. Vectors and matrices are copied to the run's arena, so they stay when the place is rewritten.
template <class X, class V>
inline X take(const V* from, const choice_type& type) {
  if constexpr (rank_of<X> == 0) {
    return from_stored<X>(*from);
  } else {
    X x = [&] {
      if constexpr (rank_of<X> == 1) return X(type.rows);
      else return X(type.rows, type.cols);
    }();
    for (std::size_t i = 0; i < type.size(); ++i) x.data()[i] = from_stored<choice_element<X>>(from[i]);
    return x;
  }
}

// The same where the place is not rewritten while the value is in use: vectors and matrices of reals are views of it.
template <class X, class V>
inline X view_or_take(V* from, const choice_type& type) {
  if constexpr (rank_of<X> == 0) return from_stored<X>(*from);
  else if constexpr (rank_of<X> == 1 && std::is_same_v<choice_element<X>, V>) return X(from, type.rows);
  else if constexpr (rank_of<X> == 2 && std::is_same_v<choice_element<X>, V>) return X(from, type.rows, type.cols);
  else return take<X>(from, type);
}

// A choice of distribution d that is zero.
template <class X, class V, class D>
X zero_choice(const D& d) {
  if constexpr (rank_of<X> == 0) return from_stored<X>(V(0.0));
  else {
    const choice_type type = choice_type_of<X>(d);
    vector<V> zeros(type.size(), V(0.0));
    return take<X>(zeros.data(), type);
  }
}

// Copies a constraint's value to the place of a choice, for the lanes from `first_lane` on.
template <class V>
inline void put_constraint(V* to, const constraint_ref& from, std::size_t size, std::size_t first_lane, std::size_t lanes) {
  if constexpr (std::is_same_v<V, double>) {
    for (std::size_t e = 0; e < size; ++e) to[e] = from.at(e, first_lane);
  } else {
    using T = scalar_of<V>;
    for (std::size_t e = 0; e < size; ++e) {
      if (from.lane_stride == 0) {
        to[e] = V(static_cast<T>(from.data[e]));
      } else {
        for (int l = 0; l < lanes_of<V>; ++l) {
          const std::size_t lane = first_lane + static_cast<std::size_t>(l);
          to[e].set(l, static_cast<T>(from.at(e, lane < lanes ? lane : 0)));
        }
      }
    }
  }
}

}  // namespace starling
