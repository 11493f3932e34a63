// Generative functions with their arguments or return value changed by an ordinary function; choices and densities stay.
//   contramap(f, before)      f(before(args…)); `before` returns one argument, or several as sl::args(a, b)
//   map_retval(f, after)      after(f(args…))
//   dimap(f, before, after)   both
// These functions are called with the values that flow through the run: doubles, or packs.
#pragma once

#include <utility>

#include <starling/combinators/gate.hpp>
#include <starling/models/arguments.hpp>
#include <starling/models/generative_function.hpp>

namespace starling {

struct same_value {
  template <class R>
  const R& operator()(const R& r) const {
    return r;
  }
};
struct same_arguments {
  template <class... A>
  auto operator()(const A&... a) const {
    return arguments<A...>{std::tuple<A...>(a...)};
  }
};

template <generative_function F, class Before, class After>
struct dimap_model : generative {
  static constexpr bool is_dynamic = F::is_dynamic;
  static constexpr bool is_stateless = F::is_stateless && std::is_empty_v<Before> && std::is_empty_v<After>;
  F inner;
  Before before;
  After after;
  constexpr dimap_model(F f, Before b, After a) : inner(std::move(f)), before(std::move(b)), after(std::move(a)) {}

  template <class Handler, class... Args>
  auto run(Handler& trace, const Args&... args) const {
    const auto changed = before(args...);
    if constexpr (is_arguments<std::decay_t<decltype(changed)>>)
      return std::apply([&](const auto&... a) { return after(run_for_result(inner, trace, a...)); }, changed.values);
    else
      return after(run_for_result(inner, trace, changed));
  }
};

template <generative_function F, class Before>
constexpr auto contramap(F f, Before before) {
  return dimap_model<F, Before, same_value>(std::move(f), std::move(before), same_value());
}
template <generative_function F, class After>
constexpr auto map_retval(F f, After after) {
  return dimap_model<F, same_arguments, After>(std::move(f), same_arguments(), std::move(after));
}
template <generative_function F, class Before, class After>
constexpr auto dimap(F f, Before before, After after) {
  return dimap_model<F, Before, After>(std::move(f), std::move(before), std::move(after));
}

}  // namespace starling
