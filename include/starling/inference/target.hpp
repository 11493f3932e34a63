// A log density with its gradient over a flat unconstrained vector: the border between models, which are templates, and algorithms,
// which are compiled once in the library.
//
// The library is compiled for the baseline of the architecture, programs often for more, so the two must not share packs. Here an
// algorithm therefore sees plain arrays of doubles, one a lane, and a chain is ordinary code in one lane; the function that a target
// points to is compiled with the program: it lays the points out as [element][W] in the program's packs, and the gradient back. That
// costs 2·d·W moves a call. A chain cannot tell which lane it has, or how many there are.
#pragma once

#include <concepts>
#include <cstddef>
#include <string>

#include <starling/values/arena.hpp>
#include <starling/values/isa_name.hpp>
#include <starling/values/real.hpp>

namespace starling {

// What a target can be made of, for the value type V:
//   f.dimension()                            d, the number of unconstrained elements
//   f.trouble_at(q)                          if there: q a point of one lane; a sentence, without full stop, on why the log density there is
//                                            −∞ (the site, its value, its distribution's parameters), for errors and warnings
//   f.log_density_and_gradient(q, gradient)  the log density at q, [element] of V; writes its gradient, [element] of V. A constant may be
//                                            missing. Outside the support −∞ (or NaN), and any gradient. Called from many threads at once.
template <class F, class V>
concept differentiable_density = real<V> && requires(const F& f, const V* q, V* gradient) {
  { f.dimension() } -> std::convertible_to<std::size_t>;
  { f.log_density_and_gradient(q, gradient) } -> std::same_as<V>;
};

// Element i of points that stand one a lane.
template <class V>
V element_of_points(const double* const* q, std::size_t i) {
  if constexpr (std::same_as<V, double>) {
    return q[0][i];
  } else {
    using T = scalar_of<V>;
    T together[lanes_of<V>];
    for (int l = 0; l < lanes_of<V>; ++l) together[l] = static_cast<T>(q[l][i]);
    return V::load(together);
  }
}

// A reference to such a density: the object must outlive it. Copied freely.
class target {
 public:
  // The most lanes that a target may have.
  static constexpr std::size_t most_lanes = 16;

  template <real V, differentiable_density<V> F>
  static target of(const F& density) {
    static_assert(lanes_of<V> <= static_cast<int>(most_lanes), "a target has at most 16 lanes");
    trouble_function trouble = nullptr;
    if constexpr (requires(const F& f, const double* q) { std::string(f.trouble_at(q)); })
      trouble = [](const void* object, const double* q) { return std::string(static_cast<const F*>(object)->trouble_at(q)); };
    return {&density, static_cast<std::size_t>(density.dimension()), static_cast<std::size_t>(lanes_of<V>), &call<V, F>, trouble, isa::name<isa::native>};
  }

  std::size_t dimension() const { return dimension_; }
  std::size_t lanes() const { return lanes_; }
  // The instruction set that the program was compiled for (values/isa.hpp).
  const char* machine() const { return machine_; }

  // For each lane: reads the point q[lane][0 … d−1], writes log_density[lane] and gradient[lane][0 … d−1]. NaN and +∞ come as −∞.
  void evaluate(const double* const* q, double* log_density, double* const* gradient) const {
    call_(object_, q, log_density, gradient);
    for (std::size_t l = 0; l < lanes_; ++l)
      if (!(log_density[l] < __builtin_inf())) log_density[l] = -__builtin_inf();
  }
  // Why the log density at q is −∞, as far as the object knows.
  std::string trouble_at(const double* q) const { return trouble_ ? trouble_(object_, q) : "the density or its gradient was not finite"; }

 private:
  using function = void (*)(const void* object, const double* const* q, double* log_density, double* const* gradient);

  using trouble_function = std::string (*)(const void* object, const double* q);

  target(const void* object, std::size_t dimension, std::size_t lanes, function call, trouble_function trouble, const char* machine)
      : object_(object), call_(call), trouble_(trouble), machine_(machine), dimension_(dimension), lanes_(lanes) {}

  template <class V, class F>
  static void call(const void* object, const double* const* q, double* log_density, double* const* gradient) {
    const F& f = *static_cast<const F*>(object);
    if constexpr (std::same_as<V, double>) {
      log_density[0] = f.log_density_and_gradient(q[0], gradient[0]);
    } else {
      constexpr int lanes = lanes_of<V>;
      using T = scalar_of<V>;
      const auto d = static_cast<std::size_t>(f.dimension());
      const arena_scope scope;
      V* const at = arena::current().take<V>(2 * d);
      V* const slope = at + d;
      for (std::size_t i = 0; i < d; ++i) at[i] = element_of_points<V>(q, i);
      const V density = f.log_density_and_gradient(static_cast<const V*>(at), slope);
      for (std::size_t i = 0; i < d; ++i) {
        T apart[lanes];
        slope[i].store(apart);
        for (int l = 0; l < lanes; ++l) gradient[l][i] = static_cast<double>(apart[l]);
      }
      for (int l = 0; l < lanes; ++l) log_density[l] = static_cast<double>(density[l]);
    }
  }

  const void* object_;
  function call_;
  trouble_function trouble_;
  const char* machine_;
  std::size_t dimension_, lanes_;
};

}  // namespace starling
