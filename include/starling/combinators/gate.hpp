// What passes between a combinator and a branch that runs in some lanes only.
#pragma once

#include <array>
#include <concepts>
#include <tuple>
#include <type_traits>
#include <utility>

#include <starling/models/persist.hpp>
#include <starling/values/lift.hpp>

namespace starling {

// f applied to the leaves of a and b, which have the same shape: arrays, pairs, tuples, vectors, matrices, class templates with one
// type parameter. Throws where sizes differ.
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
  } else if constexpr (is_lifted_template<X>) {
    const auto x = members(a), y = members(b);
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return X{map_leaves(f, std::get<I>(x), std::get<I>(y))...};
    }(std::make_index_sequence<std::tuple_size_v<std::decay_t<decltype(x)>>>());
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

// An argument on its way into a branch: lanes that do not run it get the value of the first lane that does, so that no number which
// the branch was not made for reaches its densities, samplers and derivatives.
template <class M, class X>
X gate(const M& m, const X& x) {
  if constexpr (std::same_as<M, bool>) {
    return x;
  } else {
    if (all(m) || !any(m)) return x;
    int first = 0;
    while (!m[first]) ++first;
    return map_leaves([&](const auto& a, const auto&) -> std::decay_t<decltype(a)> {
      using leaf = std::decay_t<decltype(a)>;
      if constexpr (lanes_of<leaf> == 1) return a;
      else return where(m, a, leaf(a[first]));
    }, x, x);
  }
}

// The value that two branches' return values have in common: arithmetic meets as usual, all else must be the same.
template <class A, class B>
struct common_result {
  static constexpr bool numbers = value<A> && value<B>;
  static_assert(numbers || std::is_same_v<A, B>, "the branches of a combinator return values of different types; map_retval can make them the same");
  template <bool Numbers, class X, class Y>
  struct meet { using type = X; };
  template <class X, class Y>
  struct meet<true, X, Y> {
    static constexpr bool booleans = value_traits<X>::is_boolean && value_traits<Y>::is_boolean;
    static constexpr bool integers = value_traits<X>::is_integer && value_traits<Y>::is_integer;
    using real = promote<X, Y>;
    using type = std::conditional_t<booleans, mask_of<real>, std::conditional_t<integers, whole_of<real>, real>>;
  };
  using type = typename meet<numbers && !std::is_same_v<A, B>, A, B>::type;
};

// What f.run(trace, args…) returns; `nothing` for void.
template <class G, class Handler, class... Args>
auto run_for_result(const G& g, Handler& trace, const Args&... args) {
  if constexpr (std::is_void_v<decltype(g.run(trace, args...))>) {
    g.run(trace, args...);
    return nothing{};
  } else {
    return std::decay_t<decltype(g.run(trace, args...))>(g.run(trace, args...));
  }
}
template <class G, class Handler, class... Args>
using result_of = decltype(run_for_result(std::declval<const G&>(), std::declval<Handler&>(), std::declval<const Args&>()...));

}  // namespace starling
