// A handler that counts how often a body calls itself (recurse.hpp): every choice is zero, every conditional region runs, and calls of
// itself are only counted. Whatever it is given has no values of its own, so it counts the same in all lanes.
#pragma once

#include <cstddef>
#include <cstdint>

#include <starling/models/choice.hpp>
#include <starling/models/generative_function.hpp>
#include <starling/models/parameters.hpp>
#include <starling/models/wide.hpp>

namespace starling {

template <class V>
class call_counter {
 public:
  using real = V;
  using mask = mask_of<V>;
  static constexpr int width = lanes_of<V>;

  template <class D>
    requires distribution_type<D>
  auto operator()(const address&, const D& d) {
    return zero_choice<typename D::template value<V>, V>(d);
  }
  template <class G, class... Args>
    requires(generative_function<G>)
  decltype(auto) operator()(const address&, const G& g, const Args&... args) {
    return g.run(*this, args...);
  }
  template <class F>
  void masked(const mask&, std::uint64_t, F&& f) {
    f();
  }
  template <class R, class Policy, class F>
  results<R> instances(std::size_t n, Policy&&, F&& f) {
    return run_each<R>(*this, n, f);
  }
  template <class X>
  void note(const address&, const X&) {}
  template <class X>
  void factor(const X&) {}
  template <class X>
  auto param(const literal&, const X& initial) {
    if constexpr (std::is_arithmetic_v<X>) return V(static_cast<double>(initial));
    else return vector<V>(initial.size(), V(0));
  }
  const parameter_store* read_parameters(const parameter_store*) { return nullptr; }
  mask active() const { return mask(true); }
  path here() const { return {}; }
};

}  // namespace starling
