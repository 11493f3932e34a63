// unfold(kernel): a chain of states, state t made from state t − 1; step t (from 0 on) under the address t of the call.
//
//   constexpr auto walk = sl::unfold(sl::gen([](auto& trace, std::size_t t, const auto& x, double scale) {
//     const auto next = trace("x", sl::normal(x, scale));
//     trace("y", sl::normal(next, 1.0));
//     return next;
//   }));
//   const auto states = trace("steps", walk, T, 0.0, scale);     // kernel(trace, t, state, parameters…) for t = 0 … T − 1
//
// Arguments: the number of steps, the state before the first, parameters that all steps share. Returns the states 0 … T − 1 as results
// (results.hpp). An update at step t runs the steps from t on, as long as states change; one more step runs one step.
// A state is a value, an array, pair, tuple, vector of values, or a class template with one type parameter: S<double>.
#pragma once

#include <concepts>

#include <starling/combinators/gate.hpp>
#include <starling/combinators/remembered.hpp>
#include <starling/models/generative_function.hpp>
#include <starling/values/vector.hpp>
#include <starling/values/counts.hpp>

namespace starling {

template <generative_function Kernel>
struct unfold_model : generative {
  static constexpr bool is_dynamic = Kernel::is_dynamic;
  static constexpr bool is_stateless = Kernel::is_stateless;
  Kernel kernel;
  constexpr explicit unfold_model(Kernel k) : kernel(std::move(k)) {}

  template <class Handler, std::integral Count, class State, class... Args>
  auto run(Handler& trace, const Count& steps, const State& initial, const Args&... args) const {
    using V = typename Handler::real;
    using S = lift<V, State>;
    constexpr bool fits = std::is_convertible_v<result_of<Kernel, Handler, std::size_t, S, Args...>, S>;
    static_assert(fits, "unfold: the kernel must return the next state, of the type of the initial one");
    if (steps < 0) throw std::invalid_argument("unfold at " + trace.here().str() + ": the number of steps must not be negative, got " + std::to_string(steps));
    if (static_cast<std::size_t>(steps) > largest_size) require_count("unfold at " + trace.here().str(), "the number of steps", static_cast<std::size_t>(steps), 0, largest_size);
    const S first = lift_value<V>(initial);
    return trace.template instances<S>(static_cast<std::size_t>(steps), instances_depend_on<true, Kernel>(initial, args...),
                                       [&](auto& step, std::size_t t, const results<S>& states) -> S {
                                         return kernel.run(step, t, t == 0 ? first : states[t - 1], args...);
                                       });
  }
};

template <generative_function Kernel>
constexpr auto unfold(Kernel kernel) {
  return unfold_model<Kernel>(std::move(kernel));
}

}  // namespace starling
