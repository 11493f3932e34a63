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

// f.template operator()<P>(i) for the elements i, … of n: in one lane in packs P, else one by one with P = V; `load_at` and `store_at` there.
template <class V, class F> [[gnu::always_inline]] inline void over_elements(std::size_t n, F f) {
  if constexpr (std::is_arithmetic_v<V>) in_packs<V>(n, f);
  else
    for (std::size_t i = 0; i < n; ++i) f.template operator()<V>(i);
}
template <class P, class V> [[gnu::always_inline]] inline P load_at(const V* x) {
  if constexpr (std::is_same_v<P, V>) return *x;
  else return P::load(x);
}
template <class P, class V> [[gnu::always_inline]] inline void store_at(const P& x, V* to) {
  if constexpr (std::is_same_v<P, V>) *to = x;
  else x.store(to);
}
template <class V> V largest_of(const V* x, std::size_t n) {
  V r = x[0];
  std::size_t i = 0;
  if constexpr (std::is_arithmetic_v<V>) {
    using P = native_pack<V>;
    if (n >= P::lanes) {
      P all = P::load(x);
      for (i = P::lanes; i + P::lanes <= n; i += P::lanes) all = max(all, P::load(x + i));
      r = max_lane(all);
    }
  }
  for (; i < n; ++i) r = max(r, x[i]);
  return r;
}

template <class V> struct forward_pass {
  std::size_t steps, states;
  vector<V> emissions, forward, scales;  // [step][state], but for a factor of each step; [step][state]; [step]
  V log_density;

  // log_emissions: [step][state]; transition [from][to].
  forward_pass(std::size_t n, std::size_t k, const V* initial, const V* transition, const V* log_emissions)
      : steps(n), states(k), emissions(n * k), forward(n * k), scales(n), log_density(0) {
    vector<V> predicted(k);
    for (std::size_t t = 0; t < n; ++t) {
      const V* const l = log_emissions + t * k;
      V* const e = emissions.data() + t * k;
      V* const a = forward.data() + t * k;
      const V largest = largest_of(l, k), top = where(isfinite(largest), largest, V(0));
      log_density = log_density + top;
      over_elements<V>(k, [&]<class P>(std::size_t i) { store_at(P(exp(load_at<P>(l + i) - P(top))), e + i); });
      for (std::size_t i = 0; i < k; ++i) predicted[i] = t == 0 ? initial[i] : V(0);
      if (t > 0) add_transposed(transition, k, k, static_cast<const V*>(a - k), predicted.data());
      const V scale = dot_of(static_cast<const V*>(predicted.data()), static_cast<const V*>(e), k), inverse = V(1) / scale;
      over_elements<V>(k, [&]<class P>(std::size_t i) { store_at(P(load_at<P>(predicted.data() + i) * load_at<P>(e + i) * P(inverse)), a + i); });
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
    vector<V> b(k, V(1)), weights(n * k), transposed(k * k);  // b_t, w_t
    for (std::size_t i = 0; i < k; ++i)
      for (std::size_t j = 0; j < k; ++j) transposed[j * k + i] = transition[i * k + j];
    for (std::size_t t = n; t-- > 0;) {
      const V* const a = f.forward.data() + t * k;
      const V* const e = f.emissions.data() + t * k;
      V* const w = weights.data() + t * k;
      const V inverse = V(1) / f.scales[t];
      over_elements<V>(k, [&]<class P>(std::size_t i) {
        const P at = load_at<P>(b.data() + i);
        store_at(P(load_at<P>(a + i) * at), posterior + t * k + i);
        store_at(P(load_at<P>(e + i) * at * P(inverse)), w + i);
      });
      for (std::size_t i = 0; i < k; ++i) b[i] = V(0);
      add_transposed(static_cast<const V*>(transposed.data()), k, k, static_cast<const V*>(w), b.data());
    }
    for (std::size_t i = 0; i < k; ++i) by_initial[i] = weights[i];
    for (std::size_t i = 0; i < k * k; ++i) by_transition[i] = V(0);
    // Σ_t a_(t−1) w_tᵀ, eight steps at once.
    constexpr std::size_t together = 8;
    std::size_t t = 1;
    for (; t + together <= n; t += together)
      for (std::size_t i = 0; i < k; ++i) {
        V before[together];
        for (std::size_t r = 0; r < together; ++r) before[r] = f.forward[(t - 1 + r) * k + i];
        add_rows<together>(static_cast<const V*>(weights.data()) + t * k, k, k, static_cast<const V*>(before), by_transition + i * k);
      }
    for (; t < n; ++t)
      for (std::size_t i = 0; i < k; ++i) add_multiple(by_transition + i * k, f.forward[(t - 1) * k + i], static_cast<const V*>(weights.data()) + t * k, k);
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
