// Products of matrices in packs: C = start + A B, or C += A B. Each number of C is one chain of multiply-adds over k from 0 on, whatever stands beside it:
// so a row of C has the same bits however many rows there are.
//
// B is packed into panels of two registers' columns, [k][column], the last one of one register where that is enough. Rows of A go through registers
// twelve (or six) at a time; k is cut so that a panel stays in the first cache (Goto and van de Geijn 2008).
#pragma once

#include <cstddef>

#include <starling/values/pack.hpp>
#include <starling/values/where.hpp>

namespace starling::neural {

// How many numbers B of k × n takes, packed.
template <class P> constexpr std::size_t packed_numbers(std::size_t k, std::size_t n) {
  constexpr std::size_t width = static_cast<std::size_t>(P::lanes);
  return k * ((n + width - 1) / width) * width;
}
// Four rows of four numbers, `of_row` apart, to four rows of their columns. P names the instruction set alone, so that each has a function of its own.
template <class P, class T> [[gnu::always_inline]] inline void transpose_four(const T* from, std::size_t of_row, T* to, std::size_t to_row) {
  typedef T row __attribute__((vector_size(4 * sizeof(T)), aligned(sizeof(T))));
  const auto at = [&](std::size_t r) { return *reinterpret_cast<const row*>(from + r * of_row); };
  const row a = at(0), b = at(1), c = at(2), d = at(3);
  const row ab_low = __builtin_shufflevector(a, b, 0, 4, 1, 5), ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  const row cd_low = __builtin_shufflevector(c, d, 0, 4, 1, 5), cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  const auto put = [&](std::size_t r, row x) { *reinterpret_cast<row*>(to + r * to_row) = x; };
  put(0, __builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5));
  put(1, __builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7));
  put(2, __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5));
  put(3, __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7));
}
// B(k, n) = b[k · of_k + n · of_n].
template <class P, class T> void pack_panels(const T* b, std::size_t of_k, std::size_t of_n, std::size_t k, std::size_t n, T* to) {
  constexpr std::size_t width = static_cast<std::size_t>(P::lanes);
  for (std::size_t start = 0; start < n; start += 2 * width) {
    const std::size_t panel = n - start <= width ? width : 2 * width, columns = n - start < panel ? n - start : panel;
    for (std::size_t from = 0; from < k; from += 16) {
      const std::size_t end = from + 16 < k ? from + 16 : k;
      if (of_n == 1 && columns == 2 * width) {
        for (std::size_t i = from; i < end; ++i) {
          P::load(b + i * of_k + start).store(to + i * panel);
          P::load(b + i * of_k + start + width).store(to + i * panel + width);
        }
      } else if (of_k == 1 && columns % 4 == 0 && end == from + 16) {
        for (std::size_t j = 0; j < columns; j += 4)
          for (std::size_t i = from; i < end; i += 4) transpose_four<P>(b + i + (start + j) * of_n, of_n, to + i * panel + j, panel);
      } else if (of_n == 1) {
        for (std::size_t i = from; i < end; ++i)
          for (std::size_t j = 0; j < columns; ++j) to[i * panel + j] = b[i * of_k + start + j];
      } else {
        for (std::size_t j = 0; j < columns; ++j)
          for (std::size_t i = from; i < end; ++i) to[i * panel + j] = b[i * of_k + (start + j) * of_n];
      }
      for (std::size_t i = from; i < end; ++i)
        for (std::size_t j = columns; j < panel; ++j) to[i * panel + j] = T(0);
    }
    to += k * panel;
  }
}

// A and C of a product: A(i, k) = a[i · of_i + k · of_k], C(i, j) = c[i · of_row + j].
template <class T> struct left_side {
  const T* a;
  std::size_t of_i, of_k;
};
template <class T> struct product_place {
  T* c;
  std::size_t of_row;
};

template <class P, int Rows, int Vectors, class T>
[[gnu::noinline]] void multiply_block(left_side<T> a, std::size_t k, const T* panel, product_place<T> to, const T* start, std::size_t columns) {
  constexpr std::size_t width = static_cast<std::size_t>(P::lanes);
  constexpr std::size_t all = width * Vectors;
  T edge[static_cast<std::size_t>(Rows) * all];
  T* c = to.c;
  std::size_t of_row = to.of_row;
  const bool whole = columns == all;
  if (!whole) {
    for (std::size_t r = 0; r < Rows; ++r)
      for (std::size_t j = 0; j < all; ++j) edge[r * all + j] = j >= columns ? T(0) : start ? start[j]
                                                                                            : c[r * of_row + j];
    c = edge;
    of_row = all;
  }
  P total[Rows][Vectors];
#pragma GCC unroll 16
  for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 2
    for (int v = 0; v < Vectors; ++v)
      total[r][v] = whole && start ? P::load(start + static_cast<std::size_t>(v) * width) : P::load(c + static_cast<std::size_t>(r) * of_row + static_cast<std::size_t>(v) * width);
  const T* at = a.a;
  for (std::size_t i = 0; i < k; ++i, at += a.of_k, panel += all) {
    P b[Vectors];
#pragma GCC unroll 2
    for (int v = 0; v < Vectors; ++v) b[v] = P::load(panel + static_cast<std::size_t>(v) * width);
#pragma GCC unroll 16
    for (int r = 0; r < Rows; ++r) {
      const P x(at[static_cast<std::size_t>(r) * a.of_i]);
#pragma GCC unroll 2
      for (int v = 0; v < Vectors; ++v) total[r][v] = multiply_add(x, b[v], total[r][v]);
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 2
    for (int v = 0; v < Vectors; ++v) total[r][v].store(c + static_cast<std::size_t>(r) * of_row + static_cast<std::size_t>(v) * width);
  if (!whole)
    for (std::size_t r = 0; r < Rows; ++r)
      for (std::size_t j = 0; j < columns; ++j) to.c[r * to.of_row + j] = edge[r * all + j];
}

template <class P, int Vectors, class T>
void multiply_panel(std::size_t m, left_side<T> a, std::size_t k, const T* panel, product_place<T> c, const T* start, std::size_t columns) {
  constexpr std::size_t most = sizeof(P) == 64 ? 12 : 6;
  const auto advance = [&](std::size_t rows) {
    a.a += rows * a.of_i;
    c.c += rows * c.of_row;
    m -= rows;
  };
  for (; m >= most; advance(most)) multiply_block<P, static_cast<int>(most), Vectors>(a, k, panel, c, start, columns);
  if constexpr (most > 8)
    for (; m >= 8; advance(8)) multiply_block<P, 8, Vectors>(a, k, panel, c, start, columns);
  for (; m >= 4; advance(4)) multiply_block<P, 4, Vectors>(a, k, panel, c, start, columns);
  for (; m >= 2; advance(2)) multiply_block<P, 2, Vectors>(a, k, panel, c, start, columns);
  if (m) multiply_block<P, 1, Vectors>(a, k, panel, c, start, columns);
}

// C = start + A B where start, n numbers, is there; C += A B where it is not. `b` is packed.
template <class P, class T> void multiply(std::size_t m, std::size_t n, std::size_t k, left_side<T> a, const T* b, product_place<T> c, const T* start) {
  constexpr std::size_t width = static_cast<std::size_t>(P::lanes), piece = 256;
  for (std::size_t from = 0; from < k || from == 0; from += piece) {
    const std::size_t depth = k - from < piece ? k - from : piece;
    const T* panel = b;
    for (std::size_t j = 0; j < n; j += 2 * width) {
      const std::size_t wide = n - j <= width ? width : 2 * width, columns = n - j < wide ? n - j : wide;
      const left_side<T> part{a.a + from * a.of_k, a.of_i, a.of_k};
      const product_place<T> to{c.c + j, c.of_row};
      const T* const begin = start && from == 0 ? start + j : nullptr;
      if (wide == width) multiply_panel<P, 1>(m, part, depth, panel + from * wide, to, begin, columns);
      else multiply_panel<P, 2>(m, part, depth, panel + from * wide, to, begin, columns);
      panel += k * wide;
    }
  }
}
// The same with a B that is packed for this once, into `room`, packed_numbers<P>(k, n): B(k, n) = b[k · of_k + n · of_n].
template <class P, class T>
void multiply_unpacked(std::size_t m, std::size_t n, std::size_t k, left_side<T> a, const T* b, std::size_t of_k, std::size_t of_n, product_place<T> c, const T* start, T* room) {
  pack_panels<P>(b, of_k, of_n, k, n, room);
  multiply<P>(m, n, k, a, static_cast<const T*>(room), c, start);
}

// Memory for n numbers until the layer is done. Not the arena itself: what its header defines inline would be compiled here for a machine that the
// program may not run on, and the linker keeps one of each.
void* take_scratch(std::size_t bytes);
template <class T> T* scratch(std::size_t n) { return static_cast<T*>(take_scratch(n * sizeof(T))); }
template <class P, class T> T* scratch_zeros(std::size_t n) {
  T* const z = scratch<T>(n);
  for (std::size_t i = 0; i < n; ++i) z[i] = T(0);
  return z;
}

}  // namespace starling::neural
