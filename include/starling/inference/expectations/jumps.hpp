// The derivative of an expectation as differences between runs: what a site adds for each parameter that derivatives are wanted for.
//   ∂/∂θ E f(x) = E[coefficient · (f(plus) − f(minus))]
// f is all that comes after the site, with the same other random numbers; minus is the draw itself unless it is said.
#pragma once

#include <cstddef>
#include <cstdint>
#include <tuple>
#include <vector>

#include <starling/inference/expectations/strategies.hpp>
#include <starling/values/adjoint.hpp>

namespace starling {

template <class V> struct jump {
  std::uint32_t site;
  adjoint<V> direction;  // the parameter
  V coefficient;
  V plus, minus;
  bool has_minus = false;
  bool is_perturbation = false;  // one of a lane's perturbations is run, with probability ∝ |coefficient|
};

// Calls add(direction, coefficient, plus) or add(direction, coefficient, plus, minus) for the measure-valued derivatives of D's parameters at its draw x.
// S. Mohamed, M. Rosca, M. Figurnov, A. Mnih: Monte Carlo gradient estimation in machine learning (2020).
template <class V, class D, class Rng, class Add> void find_measures(const D& d, const V& x, Rng& numbers, Add add) {
  using A = adjoint<V>;
  if constexpr (is_categorical<D>) {
    for (std::size_t i = 0; i < d.probabilities.size(); ++i) add(A(element_at{i}(d.probabilities)), V(1), V(static_cast<double>(i)));
  } else if constexpr (has_formulas<D, bernoulli_formulas>()) {
    add(A(std::get<0>(d.values())), where(x == V(0), V(1), V(-1)), V(1.0 - x));
  } else if constexpr (has_formulas<D, poisson_formulas>()) {
    add(A(std::get<0>(d.values())), V(1), V(x + 1.0));
  } else {
    numbers.next_stage();
    const V e = numbers.exponential();
    const A first(std::get<0>(d.values()));
    if constexpr (has_formulas<D, exponential_formulas>()) {
      add(first, V(-1.0 / first.value()), V(x + e / first.value()));
    } else {
      const A second(std::get<1>(d.values()));
      const V a = first.value(), b = second.value();
      if constexpr (has_formulas<D, normal_formulas>()) {
        // Rayleigh numbers on both sides; for the scale a Maxwell number, which times a uniform one is the normal number of the draw.
        const V r = sqrt(2.0 * e), z = (x - a) / b;
        add(first, V(0.39894228040143267794 / b), V(a + b * r), V(a - b * r));
        add(second, V(1.0 / b), V(a + b * copysign(sqrt(z * z + 2.0 * V(numbers.exponential())), z)));
      } else {
        // gamma: for the rate a draw of one shape more, which is an exponential one added. For the shape what a gamma process adds,
        // ∂/∂shape E f(x) = ∫ E[f(x + y) − f(x)] exp(−rate · y) / y dy, with y from a gamma of shape ½.
        const V n = abs(V(numbers.normal()));
        add(first, V(2.50662827463100050242 / n), V(x + 0.5 * n * n / b));
        add(second, V(-a / b), V(x + e / b));
      }
    }
  }
}

// The same for smoothed perturbations: a draw goes to its neighbour. Of both sides of a boundary that from which the coefficient is smaller.
// G. Arya, M. Schauer, F. Schäfer, C. Rackauckas: Automatic differentiation of programs with discrete randomness (2022).
template <class V, class D, class Add> void find_perturbations(const D& d, const V& x, Add add) {
  using A = adjoint<V>;
  if constexpr (is_categorical<D>) {
    // Boundary j, between j and j + 1, is at c = p_0 + … + p_j: ∂/∂c E f = f(j) − f(j + 1).
    A boundary(0.0);
    const std::size_t n = d.probabilities.size();
    for (std::size_t j = 0; j + 1 < n; ++j) {
      const A below(element_at{j}(d.probabilities)), above(element_at{j + 1}(d.probabilities));
      boundary = boundary + below;
      const V lo(static_cast<double>(j)), hi(static_cast<double>(j + 1));
      const auto from_below = below.value() > above.value();
      add(boundary, where(both(from_below, x == lo), V(-1.0 / below.value()), V(0)), hi);
      add(boundary, where(both(!from_below, x == hi), V(1.0 / above.value()), V(0)), lo);
    }
  } else {
    const A p(std::get<0>(d.values()));
    const V q = p.value();
    if constexpr (has_formulas<D, bernoulli_formulas>()) {
      const auto up = q < V(0.5);
      add(p, where(x == V(0), where(up, V(1.0 / (1.0 - q)), V(0)), where(up, V(0), V(-1.0 / q))), V(1.0 - x));
    } else if constexpr (has_formulas<D, poisson_formulas>()) {
      add(p, V(1), V(x + 1.0));
    } else {
      add(p, V(x / (q * (1.0 - q))), V(max(V(x - 1.0), V(0))));  // geometric
    }
  }
}

}  // namespace starling
