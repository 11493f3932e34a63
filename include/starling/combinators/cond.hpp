// cond(f, g): f where the first argument, a boolean, holds, else g; the other arguments go to the one that runs. Otherwise as switch_.
#pragma once

#include <starling/combinators/branches.hpp>

namespace starling {

template <generative_function F, generative_function G>
struct cond_model : generative {
  static constexpr bool is_dynamic = F::is_dynamic || G::is_dynamic;
  static constexpr bool is_stateless = F::is_stateless && G::is_stateless;
  std::tuple<F, G> branches;
  constexpr cond_model(F f, G g) : branches(std::move(f), std::move(g)) {}

  template <class Handler, class Condition, class... Args>
  auto run(Handler& trace, const Condition& condition, const Args&... args) const {
    const typename Handler::mask yes(condition);
    return run_branches(trace, branches, [&](std::size_t i) { return i == 0 ? yes : !yes; },
                        [&](std::size_t) { return arguments<const Args&...>{std::tuple<const Args&...>(args...)}; });
  }
};

template <generative_function F, generative_function G>
constexpr auto cond(F f, G g) {
  return cond_model<F, G>(std::move(f), std::move(g));
}

}  // namespace starling
