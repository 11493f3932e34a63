// What passes between a combinator and a branch that runs in some lanes only.
#pragma once

#include <concepts>
#include <tuple>
#include <type_traits>
#include <utility>

#include <starling/combinators/each.hpp>
#include <starling/models/kept/persist.hpp>
#include <starling/values/blend.hpp>

namespace starling {

// Whether a value has leaves that differ from lane to lane.
template <class X>
constexpr bool differs_by_lane() {
  if constexpr (value<X>) return lanes_of<X> > 1;
  else if constexpr (is_each<X>) return differs_by_lane<std::decay_t<decltype(std::declval<const X&>()[0])>>();
  else return some_part<X>([]<class P>(std::type_identity<P>) { return differs_by_lane<P>(); });
}

// An argument on its way into a branch: lanes that do not run it get the value of the first lane that does, so that no number which
// the branch was not made for reaches its densities, samplers and derivatives.
template <class M, class X>
decltype(auto) gate(const M& m, const X& x) {
  if constexpr (std::same_as<M, bool> || !differs_by_lane<X>()) {
    return (x);
  } else if constexpr (is_each<X>) {
    return each(std::decay_t<decltype(x.values)>(gate(m, x.values)));
  } else {
    int first = 0;
    while (first < lanes_of<M> && !m[first]) ++first;
    if (all(m) || first == lanes_of<M>) return X(x);
    return map_leaves([&](const auto& a, const auto&) -> std::decay_t<decltype(a)> {
      using leaf = std::decay_t<decltype(a)>;
      if constexpr (lanes_of<leaf> == 1) return a;
      else return where(m, a, leaf(a[first]));
    },
                      x, x);
  }
}

// The value that two branches' return values have in common: arithmetic meets as usual, all else must be the same.
template <class A, class B>
struct common_result {
  static constexpr bool numbers = value<A> && value<B>;
  static_assert(numbers || std::is_same_v<A, B>, "the branches of a combinator return values of different types; map_retval can make them the same");
  template <bool Numbers, class X, class Y>
  struct meet {
    using type = X;
  };
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
