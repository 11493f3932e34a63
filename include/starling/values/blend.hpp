// Values of any shape put together lane by lane.
#pragma once

#include <concepts>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include <starling/values/lift.hpp>

namespace starling {

// f applied to the leaves of a and b, which have the same shape: arrays, pairs, tuples, vectors, matrices, class templates with one
// type parameter, and what has a function `map_parts(f, a, b)` of its own. Throws where sizes differ.
template <class F, class X>
X map_leaves(F&& f, const X& a, const X& b) {
  if constexpr (value<X>) {
    return f(a, b);
  } else if constexpr (is_array<X>) {
    X r = a;
    for (std::size_t i = 0; i < a.size(); ++i) r[i] = map_leaves(f, a[i], b[i]);
    return r;
  } else if constexpr (is_tuple<X>) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return X(map_leaves(f, std::get<I>(a), std::get<I>(b))...);
    }(std::make_index_sequence<std::tuple_size_v<X>>());
  } else if constexpr (is_list<X> || is_matrix<X>) {
    if (a.size() != b.size())
      throw std::invalid_argument("branches that run in different lanes gave vectors of " + std::to_string(a.size()) + " and of " +
                                  std::to_string(b.size()) + " elements");
    X r = [&] {
      if constexpr (is_matrix<X>) return X(a.rows(), a.cols());
      else return X(a.size());
    }();
    for (std::size_t i = 0; i < a.size(); ++i) r.data()[i] = map_leaves(f, a.data()[i], b.data()[i]);
    return r;
  } else if constexpr (is_lifted_template<X> && !requires { map_parts(f, a, b); }) {
    const auto x = members(a), y = members(b);
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return X{map_leaves(f, std::get<I>(x), std::get<I>(y))...};
    }(std::make_index_sequence<std::tuple_size_v<std::decay_t<decltype(x)>>>());
  } else if constexpr (requires { map_parts(f, a, b); }) {
    return map_parts(f, a, b);
  } else {
    return a;  // not made of leaves: the same in all lanes
  }
}

// a where the mask holds, b elsewhere, leaf by leaf.
template <class M, class X>
X blend(const M& m, const X& a, const X& b) {
  if constexpr (std::same_as<M, bool>) {
    return m ? a : b;
  } else {
    return map_leaves([&](const auto& x, const auto& y) -> std::decay_t<decltype(x)> {
      if constexpr (lanes_of<std::decay_t<decltype(x)>> == 1) return x;
      else return where(m, x, y);
    }, a, b);
  }
}

}  // namespace starling
