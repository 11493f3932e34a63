// cond(f, g): f where the first argument, a boolean, holds, else g; the other arguments go to the one that runs: or_else
// with the same arguments for both. Otherwise as switch_.
#pragma once

#include <starling/combinators/or_else.hpp>

namespace starling {

template <generative_function F, generative_function G>
struct cond_model : or_else_model<F, G> {
  using or_else_model<F, G>::or_else_model;

  template <class Handler, class Condition, class... Args>
  auto run(Handler& trace, const Condition& condition, const Args&... args) const {
    const arguments<const Args&...> of_both{std::tuple<const Args&...>(args...)};
    return or_else_model<F, G>::run(trace, condition, of_both, of_both);
  }
};

template <generative_function F, generative_function G>
constexpr auto cond(F f, G g) {
  return cond_model<F, G>(std::move(f), std::move(g));
}

}  // namespace starling
