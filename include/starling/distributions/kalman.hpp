// The Kalman filter, the smoother of its disturbances, and the derivatives that come from both, on plain numbers V (double or a pack).
//
//   x_0 normal(m, P),  x_(t+1) = A x_t + normal(0, Q),  y_t = C x_t + normal(0, R)
// Forward: v = y − C x̂, S = C P Cᵀ + R, G = A P Cᵀ S⁻¹, L = A − G C, x̂ ← A x̂ + G v, P ← L P Aᵀ + Q, where x̂ and P predict x_t from what came before.
// Backward, from r = 0, N = 0: u = S⁻¹ v − Gᵀ r, r' = Cᵀ S⁻¹ v + Lᵀ r, N' = Cᵀ S⁻¹ C + Lᵀ N L; the smoothed state is x̂ + P r'. Derivatives of the log density:
//   −u to y_t;  Σ r (x̂ + P r')ᵀ − N L P to A;  ½ Σ (r rᵀ − N) to Q;  Σ u (x̂ + P r')ᵀ − (S⁻¹ C − Gᵀ N L) P to C;  ½ Σ (u uᵀ − S⁻¹ − Gᵀ N G) to R;
//   r' and ½ (r' r'ᵀ − N') of step 0 to m and P. (S. J. Koopman, N. Shephard: Exact score for time series models in state space form, 1992.)
#pragma once

#include <cstddef>

#include <starling/distributions/distribution.hpp>
#include <starling/values/log.hpp>
#include <starling/values/matrix.hpp>
#include <starling/values/triangular_kernels.hpp>

namespace starling {

// c = a b, a: n × k, b: k × m; rows of b are added to rows of c.
template <class V> void multiply_matrices(const V* a, const V* b, V* c, std::size_t n, std::size_t k, std::size_t m) {
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < m; ++j) c[i * m + j] = V(0);
    for (std::size_t l = 0; l < k; ++l) add_multiple(c + i * m, a[i * k + l], b + l * m, m);
  }
}
// c = a bᵀ, a: n × k, b: m × k.
template <class V> void multiply_by_transposed(const V* a, const V* b, V* c, std::size_t n, std::size_t k, std::size_t m) {
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < m; ++j) c[i * m + j] = dot_of(a + i * k, b + j * k, k);
}
// c += aᵀ b, a: k × n, b: k × m.
template <class V> void add_transposed_product(const V* a, const V* b, V* c, std::size_t n, std::size_t k, std::size_t m) {
  for (std::size_t l = 0; l < k; ++l)
    for (std::size_t i = 0; i < n; ++i) add_multiple(c + i * m, a[l * n + i], b + l * m, m);
}

// The numbers of a state space model of d states of which m are observed.
template <class V> struct state_space_numbers {
  std::size_t steps, d, m;
  const V *mean, *covariance, *transition, *noise, *observation, *observation_noise;  // m, P, A, Q, C, R
};

template <class V> struct kalman_filter {
  state_space_numbers<V> of;
  vector<V> states, covariances, gains, inverses, scaled;  // at each step: x̂, P, G, S⁻¹, S⁻¹ v
  V log_density;

  kalman_filter(const state_space_numbers<V>& s, const V* y)
      : of(s), states(s.steps * s.d), covariances(s.steps * s.d * s.d), gains(s.steps * s.d * s.m), inverses(s.steps * s.m * s.m), scaled(s.steps * s.m), log_density(0) {
    const std::size_t d = s.d, m = s.m;
    vector<V> pc(d * m), apc(d * m), factor(packed_size(m)), v(m), column(m), lp(d * d), l(d * d), x(d), p(d * d);
    for (std::size_t i = 0; i < d; ++i) x[i] = s.mean[i];
    for (std::size_t i = 0; i < d * d; ++i) p[i] = s.covariance[i];
    for (std::size_t t = 0; t < s.steps; ++t) {
      V *const inverse = inverses.data() + t * m * m, *const gain = gains.data() + t * d * m, *const sv = scaled.data() + t * m;
      for (std::size_t i = 0; i < d; ++i) states[t * d + i] = x[i];
      for (std::size_t i = 0; i < d * d; ++i) covariances[t * d * d + i] = p[i];
      multiply_by_transposed<V>(p.data(), s.observation, pc.data(), d, d, m);
      for (std::size_t i = 0; i < m; ++i) {
        v[i] = y[t * m + i] - dot_of(s.observation + i * d, static_cast<const V*>(x.data()), d);
        for (std::size_t j = 0; j <= i; ++j) {
          V total = s.observation_noise[i * m + j];
          for (std::size_t k = 0; k < d; ++k) total = multiply_add(s.observation[i * d + k], pc[k * m + j], total);
          packed_row(factor.data(), i)[j] = total;
        }
      }
      factor_packed(factor.data(), m);
      for (std::size_t j = 0; j < m; ++j) {
        for (std::size_t i = 0; i < m; ++i) column[i] = V(i == j ? 1.0 : 0.0);
        solve_packed(static_cast<const V*>(factor.data()), m, column.data());
        solve_packed_transposed(static_cast<const V*>(factor.data()), m, column.data());
        for (std::size_t i = 0; i < m; ++i) inverse[i * m + j] = column[i];
        log_density = log_density - log(packed_row(factor.data(), j)[j]) - 0.91893853320467274178;
      }
      for (std::size_t i = 0; i < m; ++i) {
        sv[i] = dot_of(static_cast<const V*>(inverse) + i * m, static_cast<const V*>(v.data()), m);
        log_density = log_density - 0.5 * v[i] * sv[i];
      }
      // G = A P Cᵀ S⁻¹; L = A − G C; P ← L P Aᵀ + Q.
      multiply_matrices<V>(s.transition, pc.data(), apc.data(), d, d, m);
      multiply_matrices<V>(apc.data(), inverse, gain, d, m, m);
      closed_loop(gain, l.data());
      multiply_matrices<V>(l.data(), p.data(), lp.data(), d, d, d);
      multiply_by_transposed<V>(lp.data(), s.transition, p.data(), d, d, d);
      for (std::size_t i = 0; i < d; ++i) {
        for (std::size_t j = 0; j <= i; ++j) {  // rounding must not make it asymmetric
          const V both_halves = 0.5 * (p[i * d + j] + p[j * d + i]) + s.noise[i * d + j];
          p[i * d + j] = p[j * d + i] = both_halves;
        }
        x[i] = dot_of(s.transition + i * d, static_cast<const V*>(states.data()) + t * d, d) + dot_of(static_cast<const V*>(gain) + i * m, static_cast<const V*>(v.data()), m);
      }
    }
  }
  // L = A − G C.
  void closed_loop(const V* gain, V* l) const {
    for (std::size_t i = 0; i < of.d; ++i) {
      for (std::size_t j = 0; j < of.d; ++j) l[i * of.d + j] = of.transition[i * of.d + j];
      for (std::size_t k = 0; k < of.m; ++k) add_multiple(l + i * of.d, V(-gain[i * of.m + k]), of.observation + k * of.d, of.d);
    }
  }
};

// The smoothed states, E[x_t | y], and the derivatives of the filter's log density.
template <class V> struct kalman_smoother {
  V *states, *by_y, *by_mean, *by_covariance, *by_transition, *by_noise, *by_observation, *by_observation_noise;

  template <class Memory> kalman_smoother(const kalman_filter<V>& f, Memory& memory) {
    const auto& s = f.of;
    const std::size_t d = s.d, m = s.m;
    const auto zeros = [&](std::size_t n) {
      V* const x = memory.template take<V>(n);
      for (std::size_t i = 0; i < n; ++i) x[i] = V(0);
      return x;
    };
    states = zeros(s.steps * d), by_y = zeros(s.steps * m), by_mean = zeros(d), by_covariance = zeros(d * d);
    by_transition = zeros(d * d), by_noise = zeros(d * d), by_observation = zeros(m * d), by_observation_noise = zeros(m * m);
    const arena_scope scratch;
    vector<V> r(d, V(0)), n(d * d, V(0)), earlier(d), l(d * d), nl(d * d), nlp(d * d), gn(m * d), gnl(m * d), u(m), sc(m * d), scp(m * d), gng(m * m);
    for (std::size_t t = s.steps; t-- > 0;) {
      const V *const gain = f.gains.data() + t * d * m, *const inverse = f.inverses.data() + t * m * m, *const sv = f.scaled.data() + t * m, *const p = f.covariances.data() + t * d * d;
      f.closed_loop(gain, l.data());
      multiply_matrices<V>(n.data(), l.data(), nl.data(), d, d, d);
      for (std::size_t i = 0; i < m; ++i) u[i] = sv[i];
      for (std::size_t k = 0; k < d; ++k) add_multiple(u.data(), V(-r[k]), gain + k * m, m);
      for (std::size_t i = 0; i < d; ++i) earlier[i] = V(0);
      add_transposed(s.observation, m, d, sv, earlier.data());
      add_transposed(static_cast<const V*>(l.data()), d, d, static_cast<const V*>(r.data()), earlier.data());
      V* const x = states + t * d;
      for (std::size_t i = 0; i < d; ++i) x[i] = f.states[t * d + i] + dot_of(p + i * d, static_cast<const V*>(earlier.data()), d);
      for (std::size_t i = 0; i < m; ++i) by_y[t * m + i] = -u[i];
      // To A and Q, of the step to t + 1: r and N are 0 at the last.
      multiply_matrices<V>(nl.data(), p, nlp.data(), d, d, d);
      for (std::size_t i = 0; i < d; ++i)
        for (std::size_t j = 0; j < d; ++j) {
          by_transition[i * d + j] = by_transition[i * d + j] + (r[i] * x[j] - nlp[i * d + j]);
          by_noise[i * d + j] = by_noise[i * d + j] + 0.5 * (r[i] * r[j] - n[i * d + j]);
        }
      // To C and R.
      for (std::size_t i = 0; i < m * d; ++i) gn[i] = gnl[i] = V(0);
      for (std::size_t i = 0; i < m * m; ++i) gng[i] = V(0);
      add_transposed_product<V>(gain, n.data(), gn.data(), m, d, d);
      add_transposed_product<V>(gain, nl.data(), gnl.data(), m, d, d);
      multiply_matrices<V>(gn.data(), gain, gng.data(), m, d, m);
      multiply_matrices<V>(inverse, s.observation, sc.data(), m, m, d);
      for (std::size_t i = 0; i < m * d; ++i) gnl[i] = sc[i] - gnl[i];
      multiply_matrices<V>(gnl.data(), p, scp.data(), m, d, d);
      for (std::size_t i = 0; i < m; ++i) {
        for (std::size_t j = 0; j < d; ++j) by_observation[i * d + j] = by_observation[i * d + j] + (u[i] * x[j] - scp[i * d + j]);
        for (std::size_t j = 0; j < m; ++j)
          by_observation_noise[i * m + j] = by_observation_noise[i * m + j] + 0.5 * (u[i] * u[j] - inverse[i * m + j] - gng[i * m + j]);
      }
      // r' and N'.
      for (std::size_t i = 0; i < d; ++i) r[i] = earlier[i];
      for (std::size_t i = 0; i < d * d; ++i) n[i] = V(0);
      add_transposed_product<V>(l.data(), nl.data(), n.data(), d, d, d);
      add_transposed_product<V>(s.observation, sc.data(), n.data(), d, m, d);
    }
    for (std::size_t i = 0; i < d; ++i) {
      by_mean[i] = r[i];
      for (std::size_t j = 0; j < d; ++j) by_covariance[i * d + j] = 0.5 * (r[i] * r[j] - n[i * d + j]);
    }
  }
};

}  // namespace starling
