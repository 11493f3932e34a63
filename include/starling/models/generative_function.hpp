#pragma once
// Generative functions: what can be run under a handler.
//
//   constexpr auto line = sl::gen([](auto& trace, const auto& xs) { … trace("slope", sl::normal(0.0, 2.0)) … });
//   constexpr auto tree = sl::gen(sl::dynamic, [](auto& trace) { if (trace("leaf", sl::bernoulli(0.5))) … });
//
// A body is called with a handler, `trace`, and the arguments. `dynamic` says that its structure (which addresses it visits) depends
// on random values: it runs one lane at a time, and a batch of it is many single traces.
#include <concepts>
#include <type_traits>

#include <starling/distributions/distribution.hpp>
#include <starling/traces/address.hpp>

namespace starling {

// Base of every generative function: the tag by which `trace(address, f, args…)` knows a call.
struct generative {
  static constexpr bool is_dynamic = false;
  static constexpr bool is_stateless = false;  // the type says all: two values of it are the same function
  // Whether it is told the address that it is called at, run_at(address, trace, args…): what names its parameters by it, as neural nets do.
  static constexpr bool knows_address = false;
};

template <class G>
concept generative_function = std::derived_from<std::remove_cvref_t<G>, generative>;

// Runs g, which is called at an address, in the scope that the handler has opened.
template <class Handler, generative_function G, class... Args>
[[gnu::always_inline]] inline decltype(auto) run_called(Handler& trace, const address& a, const G& g, const Args&... args) {
  if constexpr (G::knows_address) return g.run_at(a, trace, args...);
  else return g.run(trace, args...);
}

// Whether a body takes arguments of these types, by the types of its parameters alone: nothing of it is compiled to tell. Where it does, a call is
// ambiguous between it and the function below, which is better in the object and worse in the first argument.
template <class Body, class First, class... Rest>
struct body_probe : Body {
  struct handler_of {
    handler_of(First&);
  };
  using Body::operator();
  void operator()(handler_of, const Rest&...);
};
template <class Body, class First, class... Rest>
concept body_takes = std::is_class_v<std::remove_cvref_t<Body>> && !std::is_final_v<std::remove_cvref_t<Body>> &&
                     !requires(body_probe<std::remove_cvref_t<Body>, First, Rest...>& p, First& first, const Rest&... rest) { p(first, rest...); };

template <class D>
concept distribution_type = std::derived_from<std::remove_cvref_t<D>, distribution>;

struct dynamic_tag {};
inline constexpr dynamic_tag dynamic{};

template <class Body, bool Dynamic>
struct model : generative {
  static constexpr bool is_dynamic = Dynamic;
  static constexpr bool is_stateless = std::is_empty_v<Body>;
  Body body;

  constexpr explicit model(Body b) : body(std::move(b)) {}

  // Runs the body under a handler: the only primitive. Every operation is one handler.
  template <class Handler, class... Args>
  decltype(auto) run(Handler& trace, const Args&... args) const {
    constexpr bool can_be_called = requires(const Body& b, Handler& h, const Args&... a) { b(h, a...); };
    static_assert(can_be_called,
                  "a body gets the trace and the arguments that were given: sl::args(x, y) is for a body (auto& trace, const auto& x, const auto& y)");
    if constexpr (can_be_called) return body(trace, args...);
  }
};

template <class Body>
constexpr auto gen(Body body) {
  return model<Body, false>(std::move(body));
}
template <class Body>
constexpr auto gen(dynamic_tag, Body body) {
  return model<Body, true>(std::move(body));
}

// The real type that flows through a body, named inside it: using R = sl::real_of<decltype(trace)>;
template <class Handler>
using real_of = typename std::remove_cvref_t<Handler>::real;

}  // namespace starling
