// Layer norm and root mean square norm of rows of n numbers.
#pragma once

#include <cstddef>

#include "elementwise.hpp"

namespace starling::neural {

// What a row was divided by, and from what: kept for the derivatives.
template <class T> struct row_scale {
  T mean, inverse;
};
template <class P, class T> row_scale<T> normalise_row(bool centred, const T* x, T* y, std::size_t n, double epsilon, const T* weight, const T* bias) {
  const T by = T(1) / static_cast<T>(n);
  const T mean = centred ? sum_row<P, T>(n, [&](std::size_t, auto load) { return load(x); }) * by : T(0);
  const T variance = sum_row<P, T>(n, [&](std::size_t, auto load) {
                       const P d = load(x) - P(mean);
                       return d * d;
                     }) *
                     by;
  const T inverse = T(1) / sqrt(variance + static_cast<T>(epsilon));
  map_numbers<P>(x, y, n, [&](P v, std::size_t i, auto load) {
    const P scaled = (v - P(mean)) * P(inverse) * load(i, weight);
    return bias ? scaled + load(i, bias) : scaled;
  });
  return {mean, inverse};
}
// dx = (g − mean g − x̂ mean(g x̂)) / √(variance + ε), g = dy ∘ weight (without mean g where it is not centred).
template <class P, class T>
void pull_normalised_row(bool centred, const T* x, const T* dy, T* dx, std::size_t n, row_scale<T> s, const T* weight, T* d_weight, T* d_bias) {
  const T by = T(1) / static_cast<T>(n);
  const auto hat = [&](P v) { return (v - P(s.mean)) * P(s.inverse); };
  const P mean_g(centred ? sum_row<P, T>(n, [&](std::size_t, auto load) { return load(dy) * load(weight); }) * by : T(0));
  const P mean_gx(sum_row<P, T>(n, [&](std::size_t, auto load) { return load(dy) * load(weight) * hat(load(x)); }) * by);
  if (d_weight) map_numbers<P>(x, d_weight, n, [&](P v, std::size_t i, auto load) { return load(i, d_weight) + load(i, dy) * hat(v); });
  if (d_bias) map_numbers<P>(x, d_bias, n, [&](P, std::size_t i, auto load) { return load(i, d_bias) + load(i, dy); });
  if (dx) map_numbers<P>(x, dx, n, [&](P v, std::size_t i, auto load) { return P(s.inverse) * (load(i, dy) * load(i, weight) - mean_g - hat(v) * mean_gx); });
}

}  // namespace starling::neural
