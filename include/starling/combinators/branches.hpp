// What switch_, cond and or_else share: several generative functions of which one runs. Their choices stand in the scope of the call
// itself, so an address of two branches with the same kind and width is one choice, retained when the branch changes.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>

#include <starling/combinators/gate.hpp>
#include <starling/models/arguments.hpp>
#include <starling/models/generative_function.hpp>

namespace starling {

template <class A, class... Rest>
struct common_results {
  using type = A;
};
template <class A, class B, class... Rest>
struct common_results<A, B, Rest...> : common_results<typename common_result<A, B>::type, Rest...> {};

// A value in the type that the branches have in common.
template <class V, class R, class X>
R result_as(const X& x) {
  if constexpr (std::is_same_v<R, X>) return x;
  else if constexpr (value<X>) return R(x);
  else return lift_value<V>(x);
}

// Runs branch i, with the arguments `given(i)` (an `arguments`), in the lanes where holds(i) holds. One lane: holds(i) for one i.
template <class Handler, class... Branch, class Holds, class Given>
auto run_branches(Handler& trace, const std::tuple<Branch...>& branches, Holds&& holds, Given&& given) {
  using V = typename Handler::real;
  const auto run_one = [&](const auto& branch, auto index) {
    return std::apply([&](const auto&... a) { return run_for_result(branch, trace, gate(trace.active(), a)...); }, given(index).values);
  };
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    using R = typename common_results<lift<V, decltype(run_one(std::get<I>(branches), std::integral_constant<std::size_t, I>()))>...>::type;
    std::optional<R> result;
    (trace.masked(holds(I), I,
                  [&] {
                    const R r = result_as<V, R>(run_one(std::get<I>(branches), std::integral_constant<std::size_t, I>()));
                    if (result) result.emplace(blend(trace.active(), r, *result));
                    else result.emplace(r);
                  }),
     ...);
    return *result;
  }(std::index_sequence_for<Branch...>());
}

}  // namespace starling
