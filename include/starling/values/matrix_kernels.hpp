// The loops of linear algebra, on plain numbers that stand side by side. V: the type of vectors, double or a pack; T: the type of the
// matrix's elements, V or a built-in number that all lanes share. In one lane rows are worked on in packs.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

#include <starling/values/where.hpp>

namespace starling {

// f.template operator()<P>(i) for the elements i, i + 1, … of n in one lane: in native packs P, then half ones, then one by one.
template <class T, class F> [[gnu::always_inline]] inline void in_packs(std::size_t n, F f) {
  using P = native_pack<T>;
  std::size_t i = 0;
  for (; i + P::lanes <= n; i += P::lanes) f.template operator()<P>(i);
  if constexpr (std::is_same_v<P, pack<double, 8, isa::avx512>>) {
    if (i + 4 <= n) {
      f.template operator()<pack<double, 4, isa::avx2>>(i);
      i += 4;
    }
  }
  for (; i < n; ++i) f.template operator()<pack<T, 1>>(i);
}

// Σ xᵢ yᵢ.
template <class V> inline V dot_of(const V* x, const V* y, std::size_t n) {
  if constexpr (std::is_arithmetic_v<V>) {
    using P = native_pack<V>;
    P a(0), b(0);
    std::size_t i = 0;
    for (; i + 2 * P::lanes <= n; i += 2 * P::lanes) {
      a = multiply_add(P::load(x + i), P::load(y + i), a);
      b = multiply_add(P::load(x + i + P::lanes), P::load(y + i + P::lanes), b);
    }
    for (; i + P::lanes <= n; i += P::lanes) a = multiply_add(P::load(x + i), P::load(y + i), a);
    V rest(0);
    for (; i < n; ++i) rest += x[i] * y[i];
    return sum(a + b) + rest;
  } else {
    V a(0), b(0);
    std::size_t i = 0;
    for (; i + 2 <= n; i += 2) {
      a = multiply_add(x[i], y[i], a);
      b = multiply_add(x[i + 1], y[i + 1], b);
    }
    if (i < n) a = multiply_add(x[i], y[i], a);
    return a + b;
  }
}
// y += s x.
template <class V> inline void add_multiple(V* y, const V& s, const V* x, std::size_t n) {
  if constexpr (std::is_arithmetic_v<V>)
    in_packs<V>(n, [&]<class P>(std::size_t i) { multiply_add(P(s), P::load(x + i), P::load(y + i)).store(y + i); });
  else
    for (std::size_t i = 0; i < n; ++i) y[i] = multiply_add(V(s), x[i], y[i]);
}

// Rows of a matrix times a vector: y_r = Σ_j a(r, j) x_j, for Rows rows that are `stride` apart.
// Out of line: their rows' addresses need registers of their own.
template <int Rows, class V, class T> [[gnu::noinline]] void multiply_rows(const T* a, std::size_t stride, std::size_t n, const V* x, V* y) {
  if constexpr (std::is_arithmetic_v<V>) {
    using P = native_pack<V>;
    P total[Rows];
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r) total[r] = P(0);
    std::size_t j = 0;
    for (; j + P::lanes <= n; j += P::lanes) {
      const P v = P::load(x + j);
#pragma GCC unroll 8
      for (int r = 0; r < Rows; ++r) total[r] = multiply_add(P::load(a + static_cast<std::size_t>(r) * stride + j), v, total[r]);
    }
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r) y[r] = sum(total[r]);
    for (; j < n; ++j)
#pragma GCC unroll 8
      for (int r = 0; r < Rows; ++r) y[r] += a[static_cast<std::size_t>(r) * stride + j] * x[j];
  } else {
    V total[Rows];
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r) total[r] = V(0);
    for (std::size_t j = 0; j < n; ++j) {
      const V v = x[j];
#pragma GCC unroll 8
      for (int r = 0; r < Rows; ++r) total[r] = multiply_add(V(a[static_cast<std::size_t>(r) * stride + j]), v, total[r]);
    }
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r) y[r] = total[r];
  }
}
// g_j += Σ_r a(r, j) d_r.
template <int Rows, class V, class T> [[gnu::noinline]] void add_rows(const T* a, std::size_t stride, std::size_t n, const V* d, V* g) {
  V own[Rows];
#pragma GCC unroll 8
  for (int r = 0; r < Rows; ++r) own[r] = d[r];
  if constexpr (std::is_arithmetic_v<V>) {
    in_packs<V>(n, [&]<class P>(std::size_t j) {
      P total = P::load(g + j);
#pragma GCC unroll 8
      for (int r = 0; r < Rows; ++r) total = multiply_add(P::load(a + static_cast<std::size_t>(r) * stride + j), P(own[r]), total);
      total.store(g + j);
    });
  } else {
    for (std::size_t j = 0; j < n; ++j) {
      V total = g[j];
#pragma GCC unroll 8
      for (int r = 0; r < Rows; ++r) total = multiply_add(V(a[static_cast<std::size_t>(r) * stride + j]), own[r], total);
      g[j] = total;
    }
  }
}

// Of `rows` rows (by default as many as P has lanes) with Columns elements each: column j, whose element i is from[i · Columns + j], to to[j].
// Lanes beyond the rows hold any of the numbers.
template <std::size_t Columns, class P> [[gnu::always_inline]] inline void load_columns(const scalar_of<P>* from, P* to, int rows = P::lanes) {
  constexpr int width = P::lanes;
  if constexpr (Columns > 1 && std::is_base_of_v<vector_registers<scalar_of<P>, width>, typename P::machine>) {
    using vec = typename P::machine::vec;
    vec registers_of_rows[Columns];
    for (std::size_t k = 0; k < Columns; ++k) {
      const int left = rows * static_cast<int>(Columns) - static_cast<int>(k) * width;
      registers_of_rows[k] = (left >= width ? P::load(from + k * width) : left > 0 ? P::load_first(from + k * width, left)
                                                                                   : P(*from))
                                 .machine_vector();
    }
    // Register k has element f = i · Columns + j where f / width is k.
    const auto merge = []<std::size_t J, std::size_t K, int... I>(vec before, vec more, std::integer_sequence<int, I...>) {
      return __builtin_shufflevector(before, more, (static_cast<int>(I * Columns + J) / width == static_cast<int>(K) ? width + static_cast<int>(I * Columns + J) % width : (K == 1 ? static_cast<int>(I * Columns + J) % width : I))...);
    };
    [&]<std::size_t... J>(std::index_sequence<J...>) {
      const auto column = [&]<std::size_t Which>() {
        vec r = registers_of_rows[0];
        [&]<std::size_t... K>(std::index_sequence<K...>) {
          ((r = merge.template operator()<Which, K + 1>(r, registers_of_rows[K + 1], std::make_integer_sequence<int, width>())), ...);
        }(std::make_index_sequence<Columns - 1>());
        return P::from(r);
      };
      ((to[J] = column.template operator()<J>()), ...);
    }(std::make_index_sequence<Columns>());
  } else {
    for (std::size_t j = 0; j < Columns; ++j)
      for (int i = 0; i < width; ++i) to[j].set(i, from[static_cast<std::size_t>(i < rows ? i : 0) * Columns + j]);
  }
}

// y = A x.
template <class V, class T> inline void multiply(const T* a, std::size_t rows, std::size_t cols, const V* x, V* y) {
  std::size_t i = 0;
  for (; i + 8 <= rows; i += 8) multiply_rows<8>(a + i * cols, cols, cols, x, y + i);
  for (; i + 4 <= rows; i += 4) multiply_rows<4>(a + i * cols, cols, cols, x, y + i);
  for (; i < rows; ++i) multiply_rows<1>(a + i * cols, cols, cols, x, y + i);
}
// g += Aᵀ d.
template <class V, class T> inline void add_transposed(const T* a, std::size_t rows, std::size_t cols, const V* d, V* g) {
  std::size_t i = 0;
  for (; i + 8 <= rows; i += 8) add_rows<8>(a + i * cols, cols, cols, d + i, g);
  for (; i + 4 <= rows; i += 4) add_rows<4>(a + i * cols, cols, cols, d + i, g);
  for (; i < rows; ++i) add_rows<1>(a + i * cols, cols, cols, d + i, g);
}

}  // namespace starling
