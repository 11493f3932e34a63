// Cholesky factors and triangular solves on plain numbers. A lower triangle is packed row by row: row i begins at i (i + 1) / 2.
// V: double or a pack; T: the type of a triangle's elements, V or a built-in number that all lanes share.
#pragma once

#include <cstddef>
#include <type_traits>

#include <starling/values/matrix_kernels.hpp>

namespace starling {

template <class T> [[gnu::always_inline]] inline T* packed_row(T* a, std::size_t i) { return a + i * (i + 1) / 2; }
inline constexpr std::size_t packed_size(std::size_t n) { return n * (n + 1) / 2; }

// The lower triangle of a symmetric matrix becomes its Cholesky factor; NaN where it is not positive definite.
template <class V> void factor_packed(V* a, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    V* const row = packed_row(a, i);
    for (std::size_t j = 0; j < i; ++j) {
      const V* const other = packed_row(a, j);
      row[j] = (row[j] - dot_of(static_cast<const V*>(row), other, j)) / other[j];
    }
    const V pivot = row[i] - dot_of(static_cast<const V*>(row), static_cast<const V*>(row), i);
    row[i] = sqrt(where(pivot > V(0), pivot, V(scalar_of<V>(__builtin_nan("")))));
  }
}
// d holds the derivatives with respect to the factor l and gets those with respect to the matrix's lower triangle
// (I. Murray, Differentiation of the Cholesky decomposition, 2016).
template <class V> void pull_factor_packed(const V* l, V* d, std::size_t n) {
  for (std::size_t j = n; j-- > 0;) {
    const V* const row = packed_row(l, j);
    V* const d_row = packed_row(d, j);
    const V inverse = V(1) / row[j];
    for (std::size_t i = n; i-- > j + 1;) {
      const V* const lower = packed_row(l, i);
      V* const d_lower = packed_row(d, i);
      const V g = passed_on(d_lower[j], inverse);
      d_lower[j] = g;
      d_row[j] = d_row[j] - g * lower[j];
      add_multiple(d_lower, V(-g), row, j);
      add_multiple(d_row, V(-g), lower, j);
    }
    const V g = V(0.5) * passed_on(d_row[j], inverse);
    d_row[j] = g;
    add_multiple(d_row, V(-2) * g, row, j);
  }
}

// Σ x_j y_j where x may be shared by all lanes.
template <class V, class T> inline V mixed_dot(const T* x, const V* y, std::size_t n) {
  if constexpr (std::is_same_v<T, V>) {
    return dot_of(x, y, n);
  } else {
    V total(0);
    for (std::size_t j = 0; j < n; ++j) total = multiply_add(V(x[j]), y[j], total);
    return total;
  }
}
// b becomes L⁻¹ b.
template <class V, class T> void solve_packed(const T* l, std::size_t n, V* b) {
  for (std::size_t i = 0; i < n; ++i) {
    const T* const row = packed_row(l, i);
    b[i] = (b[i] - mixed_dot(row, static_cast<const V*>(b), i)) / V(row[i]);
  }
}
// b becomes L⁻ᵀ b.
template <class V, class T> void solve_packed_transposed(const T* l, std::size_t n, V* b) {
  for (std::size_t i = n; i-- > 0;) {
    const T* const row = packed_row(l, i);
    b[i] = b[i] / V(row[i]);
    if constexpr (std::is_same_v<T, V>) {
      add_multiple(b, V(-b[i]), row, i);
    } else {
      for (std::size_t j = 0; j < i; ++j) b[j] = b[j] - V(row[j]) * b[i];
    }
  }
}

}  // namespace starling
