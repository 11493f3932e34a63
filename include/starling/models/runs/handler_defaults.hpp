// The operations of handlers that visit no schema (packs of instances, symbols, a count of calls), where they have no meaning of their own for
// them: nothing is noted or counted, parameters have their initial values, everything runs.
#pragma once

#include <cstddef>
#include <cstdint>

#include <starling/models/generative_function.hpp>
#include <starling/models/parameters.hpp>
#include <starling/models/kept/results.hpp>
#include <starling/traces/address.hpp>
#include <starling/values/real.hpp>

namespace starling {

// The results of f(handler, i, results so far) for i < n, in the run's arena.
template <class R, class Handler, class F>
results<R> run_each(Handler& h, std::size_t n, F&& f) {
  auto* const cells = arena::current().take<result_cell<R>>(n);
  auto* const cell = arena::current().take<const result_cell<R>*>(1);
  *cell = cells;
  for (std::size_t i = 0; i < n; ++i) ::new (static_cast<void*>(cells + i)) result_cell<R>{f(h, i, results<R>(cell, i))};
  return {cell, n};
}

template <class Derived, class V>
class handler_defaults {
 public:
  using real = V;
  using mask = mask_of<V>;
  static constexpr int width = lanes_of<V>;
  static constexpr bool runs_all_regions = true;

  template <class G, class... Args>
    requires(generative_function<G>)
  decltype(auto) operator()(const address&, const G& g, const Args&... args) {
    if constexpr (G::knows_address) return g.filled(args..., V(0));  // its parameters are not there
    else return g.run(self(), args...);
  }
  template <class F>
  void masked(const mask&, std::uint64_t, F&& f) {
    f();
  }
  template <class R, class Policy, class F>
  results<R> instances(std::size_t n, Policy&&, F&& f) {
    return run_each<R>(self(), n, f);
  }
  template <class X>
  void note(const address&, const X&) {}
  template <class X>
  void factor(const X&) {}
  template <class X>
  auto param(const literal& name, const X& initial) {
    return parameter_of<X>(parameter_values<V>(nullptr, name, initial));
  }
  const parameter_store* read_parameters(const parameter_store*) { return nullptr; }
  mask active() const { return mask(true); }
  path here() const { return {}; }

 protected:
  Derived& self() { return static_cast<Derived&>(*this); }
};

}  // namespace starling
