// The leapfrog integrator of H(q, p) = −log π(q) + ½ pᵀ M⁻¹ p: half a kick, a drift, and after the gradient at the new place half a kick.
// Reversible, volume-preserving; the step h is negative backwards in time.
#pragma once

#include "inference/trajectories/arrays.hpp"
#include "inference/trajectories/metric.hpp"

namespace starling::trajectories {

// Where a trajectory is: position, momentum, velocity M⁻¹ p, and the gradient of the log density at q. Arrays are padded.
struct phase_point {
  double *q, *p, *v, *g;
  double log_density;
};
inline void copy_point(const phase_point& from, phase_point& to, std::size_t n) {
  copy_array(from.q, to.q, n);
  copy_array(from.p, to.p, n);
  copy_array(from.v, to.v, n);
  copy_array(from.g, to.g, n);
  to.log_density = from.log_density;
}

// p ← p + h/2 g, q ← q + h M⁻¹ p. The gradient at the new q is wanted next; z.v is not up to date until the end of the step.
inline void begin_leapfrog(phase_point& z, const metric& m, double h) {
  using V = element_pack;
  const std::size_t n = padded(m.dimension());
  const V step(h), half(0.5 * h);
  if (m.kind() == metric::kinds::diagonal) [[likely]] {
    const double* const inverse = m.variances();
    for (std::size_t i = 0; i < n; i += element_width) {
      const V p = V::load(z.p + i) + half * V::load(z.g + i);
      p.store(z.p + i);
      (V::load(z.q + i) + step * (V::load(inverse + i) * p)).store(z.q + i);
    }
    return;
  }
  for (std::size_t i = 0; i < n; i += element_width) (V::load(z.p + i) + half * V::load(z.g + i)).store(z.p + i);
  m.velocity(z.p, z.v);
  for (std::size_t i = 0; i < n; i += element_width) (V::load(z.q + i) + step * V::load(z.v + i)).store(z.q + i);
}

// ½ pᵀ v.
inline double kinetic_energy(const phase_point& z, std::size_t n) {
  using V = element_pack;
  V energy(0);
  for (std::size_t i = 0; i < n; i += element_width) energy += V::load(z.p + i) * V::load(z.v + i);
  return 0.5 * sum(energy);
}

// p ← p + h/2 g with the gradient at the new place; v ← M⁻¹ p. Returns the kinetic energy.
inline double end_leapfrog(phase_point& z, const metric& m, double h) {
  using V = element_pack;
  const std::size_t n = padded(m.dimension());
  const V half(0.5 * h);
  if (m.kind() == metric::kinds::diagonal) [[likely]] {
    const double* const inverse = m.variances();
    V energy(0);
    for (std::size_t i = 0; i < n; i += element_width) {
      const V p = V::load(z.p + i) + half * V::load(z.g + i);
      const V v = V::load(inverse + i) * p;
      p.store(z.p + i);
      v.store(z.v + i);
      energy += p * v;
    }
    return 0.5 * sum(energy);
  }
  for (std::size_t i = 0; i < n; i += element_width) (V::load(z.p + i) + half * V::load(z.g + i)).store(z.p + i);
  m.velocity(z.p, z.v);
  return kinetic_energy(z, n);
}

}  // namespace starling::trajectories
