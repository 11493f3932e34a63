// The forward and backward passes of a hidden Markov model, on plain numbers V (double or a pack), scaled at each step so that nothing underflows.
//
// With a the forward probabilities of step t given y_0 … y_t, c_t the scales and e_t the emission probabilities,
//   a_0 = initial ∘ e_0 / c_0,  a_t = Aᵀ a_(t−1) ∘ e_t / c_t,  the log density Σ log c_t;
//   b_(T−1) = 1,  w_t = e_t ∘ b_t / c_t,  b_(t−1) = A w_t.
// Its derivatives: a_t ∘ b_t (the probabilities of the states given the series) with respect to the logarithms of e_t, Σ_t a_(t−1) w_tᵀ to A, w_0 to initial.
#pragma once

#include <cstddef>
#include <type_traits>

#include <starling/distributions/distribution.hpp>
#include <starling/values/adjoint_vectors.hpp>
#include <starling/values/exp.hpp>
#include <starling/values/log.hpp>
#include <starling/values/matrix.hpp>
#include <starling/values/matrix_kernels.hpp>

namespace starling {

template <class V> struct forward_pass {
  std::size_t steps, states;
  vector<V> emissions, forward, scales;  // [step][state], but for a factor of each step; [step][state]; [step]
  V log_density;

  // log_emissions: [step][state]; transition [from][to].
  forward_pass(std::size_t n, std::size_t k, const V* initial, const V* transition, const V* log_emissions)
      : steps(n), states(k), forward(n * k), scales(n), log_density(0) {
    vector<V> predicted(k), shifted(n * k);
    for (std::size_t t = 0; t < n; ++t) {
      const V* const l = log_emissions + t * k;
      V top = l[0];
      for (std::size_t i = 1; i < k; ++i) top = max(top, l[i]);
      top = where(isfinite(top), top, V(0));
      for (std::size_t i = 0; i < k; ++i) shifted[t * k + i] = l[i] - top;
      log_density = log_density + top;
    }
    emissions = map_elements(shifted, [](const auto& l) { return exp(l); });
    for (std::size_t t = 0; t < n; ++t) {
      const V* const e = emissions.data() + t * k;
      V* const a = forward.data() + t * k;
      for (std::size_t i = 0; i < k; ++i) predicted[i] = t == 0 ? initial[i] : V(0);
      if (t > 0) add_transposed(transition, k, k, static_cast<const V*>(a - k), predicted.data());
      V scale(0);
      for (std::size_t i = 0; i < k; ++i) {
        a[i] = predicted[i] * e[i];
        scale = scale + a[i];
      }
      const V inverse = V(1) / scale;
      for (std::size_t i = 0; i < k; ++i) a[i] = a[i] * inverse;
      scales[t] = scale;
    }
    const auto logarithms = map_elements(scales, [](const auto& c) { return log(c); });
    for (std::size_t t = 0; t < n; ++t) log_density = log_density + logarithms[t];
  }
};

// The derivatives of a forward pass's log density.
template <class V> struct backward_pass {
  V *by_initial, *by_transition, *posterior;  // [state], [from][to], [step][state]: the last also the states' probabilities given the series

  // `memory.template take<V>(n)` gives the memory for the results: a tape or an arena.
  template <class Memory> backward_pass(const forward_pass<V>& f, const V* transition, Memory& memory) {
    const std::size_t n = f.steps, k = f.states;
    by_initial = memory.template take<V>(k);
    by_transition = memory.template take<V>(k * k);
    posterior = memory.template take<V>(n * k);
    const arena_scope scratch;
    vector<V> b(k, V(1)), weights(n * k), before(k * n);  // w_t; a_(t−1) by state: [state][step]
    for (std::size_t t = n; t-- > 0;) {
      const V* const a = f.forward.data() + t * k;
      const V* const e = f.emissions.data() + t * k;
      V* const w = weights.data() + t * k;
      const V inverse = V(1) / f.scales[t];
      for (std::size_t i = 0; i < k; ++i) {
        posterior[t * k + i] = a[i] * b[i];
        w[i] = e[i] * b[i] * inverse;
        if (t + 1 < n) before[i * n + t] = a[i];
      }
      multiply(transition, k, k, static_cast<const V*>(w), b.data());
    }
    for (std::size_t i = 0; i < k; ++i) by_initial[i] = weights[i];
    for (std::size_t i = 0; i < k * k; ++i) by_transition[i] = V(0);
    for (std::size_t i = 0; i < k; ++i) add_transposed(weights.data() + k, n - 1, k, static_cast<const V*>(before.data() + i * n), by_transition + i * k);
  }
};

// The log density of a series whose hidden states are summed out: `initial` are the probabilities of the states at step 0, transition(i, j) that of j after i,
// log_emissions(t, k) the log density of what is observed at step t in state k. On adjoints one tape entry. Throws std::invalid_argument where the sizes do not fit.
template <class I, class A, class E> auto hidden_markov_log_density(const vector<I>& initial, const matrix<A>& transition, const matrix<E>& log_emissions) {
  using real = promote<std::remove_const_t<I>, std::remove_const_t<A>, std::remove_const_t<E>>;
  using V = primal_of<real>;
  const std::size_t n = log_emissions.rows(), k = initial.size();
  if (n == 0 || k == 0 || log_emissions.cols() != k || transition.rows() != k || transition.cols() != k)
    throw std::invalid_argument("hidden_markov_log_density: the transition must be a square matrix of as many rows as there are states, and the log emissions have a column for each");
  if constexpr (!is_adjoint<real>) {
    const arena_scope scratch;
    vector<V> pi(k), a(k * k), l(n * k);
    for (std::size_t i = 0; i < k; ++i) pi[i] = V(initial[i]);
    for (std::size_t i = 0; i < k * k; ++i) a[i] = V(transition.data()[i]);
    for (std::size_t i = 0; i < n * k; ++i) l[i] = V(log_emissions.data()[i]);
    return never_nan(forward_pass<V>(n, k, pi.data(), a.data(), l.data()).log_density);
  } else {
    require_tape<V>();
    const auto pi = capture<V>(static_cast<const I*>(initial.data()), k);
    const auto a = capture<V>(static_cast<const A*>(transition.data()), k * k);
    const auto l = capture<V>(static_cast<const E*>(log_emissions.data()), n * k);
    const arena_scope scratch;
    const forward_pass<V> forward(n, k, pi.values, a.values, l.values);
    const backward_pass<V> backward(forward, a.values, *tape<V>::current);
    return never_nan(real(reduced<V>(forward.log_density, reduction_part<V>{pi.cells, backward.by_initial}, reduction_part<V>{a.cells, backward.by_transition},
                                     reduction_part<V>{l.cells, backward.posterior})));
  }
}

}  // namespace starling
