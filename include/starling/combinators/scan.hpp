// scan(kernel): a chain that reads an input and gives an output at every step; step t under the address t of the call.
//
//   const auto [last, ys] = trace("steps", sl::scan(kernel), initial, xs, parameters…);
//   kernel(trace, carry, xs[t], parameters…) returns a pair of the next carry and the output
//
// Returns the last carry and the vector of outputs. Carries are like the states of unfold.
#pragma once

#include <utility>

#include <starling/combinators/gate.hpp>
#include <starling/models/generative_function.hpp>
#include <starling/values/vector.hpp>

namespace starling {

template <generative_function Kernel>
struct scan_model : generative {
  static constexpr bool is_dynamic = Kernel::is_dynamic;
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
    using Y = std::decay_t<decltype(std::declval<step>().second)>;
    const auto n = static_cast<std::size_t>(xs.size());
    vector<C> carries(n + 1);
    vector<Y> outputs(n);
    ::new (static_cast<void*>(carries.data())) C(lift_value<V>(initial));
    trace.instances(n, [&](auto& inner, std::size_t t) {
      const auto next = kernel.run(inner, carries[t], xs[t], args...);
      ::new (static_cast<void*>(carries.data() + t + 1)) C(next.first);
      ::new (static_cast<void*>(outputs.data() + t)) Y(next.second);
    });
    return std::pair<C, vector<Y>>(carries[n], outputs);
  }
};

template <generative_function Kernel>
constexpr auto scan(Kernel kernel) {
  return scan_model<Kernel>(std::move(kernel));
}

}  // namespace starling
