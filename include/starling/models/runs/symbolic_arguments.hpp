// Which arguments of a model a run on symbols follows, and those as symbols.
#pragma once

#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include <starling/models/generative_function.hpp>
#include <starling/values/symbol.hpp>

namespace starling {

// What argument A is as a symbol: reals are followed, one leaf an argument; anything else is A itself.
template <class A> struct symbolic_argument_type {
  using type = A;
};
template <class A> using symbolic_argument = typename symbolic_argument_type<A>::type;
template <std::floating_point A> struct symbolic_argument_type<A> {
  using type = symbol;
};
template <std::floating_point A> struct symbolic_argument_type<std::vector<A>> {
  using type = vector<symbol>;
};
template <std::floating_point A> struct symbolic_argument_type<std::span<A>> {
  using type = vector<symbol>;
};
template <std::floating_point A> struct symbolic_argument_type<std::span<const A>> {
  using type = vector<symbol>;
};
// A wrapper of a sequence, like sl::each(xs).
template <template <class> class Wrapper, class A>
  requires(std::is_aggregate_v<Wrapper<A>> && !std::is_same_v<symbolic_argument<A>, A>)
struct symbolic_argument_type<Wrapper<A>> {
  using type = Wrapper<symbolic_argument<A>>;
};

template <class A> symbolic_argument<A> symbols_for(const A& a, const symbol& x) {
  if constexpr (std::is_floating_point_v<A>) return x;
  else if constexpr (std::is_same_v<symbolic_argument<A>, vector<symbol>>) return vector<symbol>(a.size(), x);
  else return symbolic_argument<A>{symbols_for(a.values, x)};
}

// For each argument whether the body takes it as a symbol: it does not where a parameter has a type of its own.
template <bool Follow, class A> using argument_if = std::conditional_t<Follow, symbolic_argument<A>, A>;
template <class G, class Handler, std::size_t Only, class... A> constexpr bool takes_symbol() {
  return []<std::size_t... I>(std::index_sequence<I...>) {
    return body_takes<decltype(G::body), Handler, argument_if<I == Only, A>...>;
  }(std::index_sequence_for<A...>());
}
template <class G, class Handler, class... A> constexpr auto find_followed() {
  if constexpr (!requires(const G& g) { g.body; }) {
    return std::integer_sequence<bool, (static_cast<void>(sizeof(A)), false)...>();
  } else if constexpr (body_takes<decltype(G::body), Handler, symbolic_argument<A>...>) {
    return std::integer_sequence<bool, (static_cast<void>(sizeof(A)), true)...>();
  } else {
    return []<std::size_t... I>(std::index_sequence<I...>) {
      return std::integer_sequence<bool, takes_symbol<G, Handler, I, A...>()...>();
    }(std::index_sequence_for<A...>());
  }
}
template <class G, class Handler, class... A> using followed_arguments = decltype(find_followed<G, Handler, A...>());

}  // namespace starling
