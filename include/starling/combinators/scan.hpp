// scan(kernel): a chain that reads an input and gives an output at every step; step t under the address t of the call.
//
//   const auto [last, ys] = trace("steps", sl::scan(kernel), initial, xs, parameters…);
//   kernel(trace, carry, xs[t], parameters…) returns a pair of the next carry and the output
//
// Returns the pair of the last carry and the outputs (results.hpp). Carries are like the states of unfold.
#pragma once

#include <utility>

#include <starling/combinators/each.hpp>
#include <starling/combinators/gate.hpp>
#include <starling/combinators/remembered.hpp>
#include <starling/models/generative_function.hpp>
#include <starling/values/vector.hpp>

namespace starling {

// A step depends on its input and on the carry of the one before, not on that one's output.
template <class F, class... A>
struct scan_policy : instance_policy<true, F, A...> {
  template <class R>
  static bool feeds(const R& before, const R& now) {
    return !same_values(before.first, now.first);
  }
};

template <generative_function Kernel>
struct scan_model : generative {
  static constexpr bool is_dynamic = Kernel::is_dynamic;
  static constexpr bool is_stateless = Kernel::is_stateless;
  Kernel kernel;
  constexpr explicit scan_model(Kernel k) : kernel(std::move(k)) {}

  template <class Handler, class Carry, class Inputs, class... Args>
  auto run(Handler& trace, const Carry& initial, const Inputs& xs, const Args&... args) const {
    using V = typename Handler::real;
    using C = lift<V, Carry>;
    using input = std::decay_t<decltype(xs[0])>;
    using step = result_of<Kernel, Handler, C, input, Args...>;
    constexpr bool fits = requires(step s) { C(s.first); s.second; };
    static_assert(fits, "scan: the kernel must return a pair of the next carry, of the type of the initial one, and an output");
    using R = std::pair<C, std::decay_t<decltype(std::declval<step>().second)>>;
    const C first = lift_value<V>(initial);
    const auto inputs = each(xs);
    const auto steps = trace.template instances<R>(
        static_cast<std::size_t>(xs.size()), scan_policy<Kernel, std::decay_t<decltype(inputs)>, Carry, Args...>{{{inputs, initial, args...}}},
        [&](auto& inner, std::size_t t, const results<R>& before) -> R {
          const auto next = kernel.run(inner, t == 0 ? first : before[t - 1].first, xs[t], args...);
          return R(next.first, next.second);
        });
    return std::pair(steps.empty() ? first : steps.back().first, results<R, second_of_result>(steps));
  }
};

template <generative_function Kernel>
constexpr auto scan(Kernel kernel) {
  return scan_model<Kernel>(std::move(kernel));
}

}  // namespace starling
