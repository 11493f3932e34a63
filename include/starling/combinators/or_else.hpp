// or_else(f, g): f where the first argument, a boolean, holds, else g. Unlike cond, each has arguments of its own:
//
//   trace("x", sl::or_else(f, g), condition, sl::args(a, b), sl::args(c));      // f(a, b) or g(c)
#pragma once

#include <starling/combinators/branches.hpp>

namespace starling {

template <generative_function F, generative_function G>
struct or_else_model : generative {
  static constexpr bool is_dynamic = F::is_dynamic || G::is_dynamic;
  static constexpr bool is_stateless = F::is_stateless && G::is_stateless;
  std::tuple<F, G> branches;
  constexpr or_else_model(F f, G g) : branches(std::move(f), std::move(g)) {}

  template <class Handler, class Condition, class... A, class... B>
  auto run(Handler& trace, const Condition& condition, const arguments<A...>& of_f, const arguments<B...>& of_g) const {
    const typename Handler::mask yes(condition);
    return run_branches(
        trace, branches, [&](std::size_t i) { return i == 0 ? yes : !yes; },
        [&](auto i) -> decltype(auto) {
          if constexpr (decltype(i)::value == 0) return (of_f);
          else return (of_g);
        });
  }
};

template <generative_function F, generative_function G>
constexpr auto or_else(F f, G g) {
  return or_else_model<F, G>(std::move(f), std::move(g));
}

}  // namespace starling
