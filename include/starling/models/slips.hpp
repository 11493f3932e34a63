#pragma once
// Sentences for everyday slips in calls of the operations, in the place of a list of all overloads.

#include <type_traits>

#include <starling/models/arguments.hpp>
#include <starling/models/generative_function.hpp>

namespace starling {

namespace slips {

// A callable that was not wrapped. Traces, batches and posteriors, which have args(), have overloads of their own.
template <class G>
concept not_wrapped = !generative_function<G> && !requires(const G& g) { g.args(); };
// What follows a generative function has to be its arguments.
template <class G, class A>
concept no_arguments = generative_function<G> && !is_arguments<A>;

template <class G, class A>
concept any = not_wrapped<G> || no_arguments<G, A>;

struct nothing {};

template <class G, class A>
constexpr nothing say() {
  static_assert(!not_wrapped<G>, "the first argument is no generative function: wrap the callable, sl::gen([](auto& trace, ...) { ... })");
  static_assert(!no_arguments<G, A>, "the arguments of a model are given together, as sl::args(x, y, ...); where it takes none, as sl::args()");
  return {};
}

}  // namespace slips

template <class G, class A, class... Rest>
  requires slips::any<G, A>
auto simulate(const G&, const A&, const Rest&...) {
  return slips::say<G, A>();
}
template <class G, class A, class... Rest>
  requires slips::any<G, A>
auto generate(const G&, const A&, const Rest&...) {
  return slips::say<G, A>();
}
template <class G, class A, class... Rest>
  requires slips::any<G, A>
auto assess(const G&, const A&, const Rest&...) {
  return slips::say<G, A>();
}
template <class G, class A, class... Rest>
  requires slips::any<G, A>
auto propose(const G&, const A&, const Rest&...) {
  return slips::say<G, A>();
}

}  // namespace starling
