// Momenta from the numbers of a step: element i is the normal quantile of visit i.
#pragma once

#include "inference/trajectories/leapfrog.hpp"
#include <starling/random/stream.hpp>

namespace starling::trajectories {

// Standard normals, from visits first … first + d − 1; padding becomes 0. All uniforms first: no quantile waits for one.
inline void draw_normals(stream<double>& numbers, std::uint32_t first, std::size_t d, double* z) {
  const std::size_t n = padded(d);
  for (std::size_t i = 0; i < d; ++i) {
    numbers.visit(first + static_cast<std::uint32_t>(i));
    z[i] = numbers.uniform();
  }
  for (std::size_t i = d; i < n; ++i) z[i] = 0.5;  // the median: 0
  for (std::size_t i = 0; i < n; i += element_width) normal_quantile(element_pack::load(z + i)).store(z + i);
  for (std::size_t i = d; i < n; ++i) z[i] = 0;
}

// Sets p ~ normal(0, M) and v = M⁻¹ p from visits 0 … d − 1. `spare` has room for one padded array. Returns the kinetic energy.
inline double draw_momentum(stream<double>& numbers, const metric& m, phase_point& z, double* spare) {
  draw_normals(numbers, 0, m.dimension(), spare);
  m.momentum(spare, z.p);
  m.velocity(z.p, z.v);
  return kinetic_energy(z, padded(m.dimension()));
}

}  // namespace starling::trajectories
