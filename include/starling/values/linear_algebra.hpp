// Linear algebra of symmetric positive definite matrices, for plain numbers (double, packs) and adjoints; on adjoints each is one tape
// entry. Of a symmetric matrix and of a triangular factor only the lower triangle is read; derivatives are with respect to what is read.
//   cholesky(A)                  the lower triangular L with L Lᵀ = A; NaN where A is not positive definite
//   solve_lower(L, b)            L⁻¹ b
//   solve_lower_transposed(L, b) L⁻ᵀ b
//   log_determinant(A)           log |A|
//   quadratic_form(x, A)         xᵀ A x, all of A being read
// All throw std::invalid_argument where sizes do not fit.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>

#include <starling/values/adjoint_matrices.hpp>
#include <starling/values/derivatives.hpp>
#include <starling/values/triangular_kernels.hpp>

namespace starling {

[[noreturn, gnu::cold, gnu::noinline]] inline void throw_not_square(const char* name, std::size_t rows, std::size_t cols, std::size_t n) {
  throw std::invalid_argument(std::string(name) + ": expected a matrix of " + std::to_string(n) + " x " + std::to_string(n) + " but received " +
                              std::to_string(rows) + " x " + std::to_string(cols));
}
template <class M> void require_square(const char* name, const M& m, std::size_t n) {
  if (m.rows() != n || m.cols() != n) throw_not_square(name, m.rows(), m.cols(), n);
}

// The plain values of a lower triangle, and its cells: what a factor or a matrix is on its way through a tape entry.
template <class V> struct captured_triangle {
  V* values = nullptr;  // packed
  captured_cells<V> cells;
};
template <class V, class M> captured_triangle<V> capture_lower(const M& m, std::size_t n) {
  using element = std::remove_cvref_t<decltype(m(0, 0))>;
  vector<element> packed(packed_size(n));
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j <= i; ++j) packed_row(packed.data(), i)[j] = m(i, j);
  if constexpr (is_adjoint<element>) {
    const auto c = capture<V>(static_cast<const element*>(packed.data()), packed.size());
    return {const_cast<V*>(c.values), c.cells};
  } else {
    vector<V> values(packed.size());
    for (std::size_t i = 0; i < packed.size(); ++i) values[i] = V(packed[i]);
    return {values.data(), {}};
  }
}
template <class R> matrix<R> lower_matrix(const R* packed, std::size_t n) {
  matrix<R> m(n, n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) m(i, j) = j <= i ? packed_row(packed, i)[j] : R(0);
  return m;
}

template <class V> struct cholesky_entry : tape_entry {
  std::size_t n;
  V* own;
  const V* factor;
  captured_cells<V> a;
  static void pull_all(tape_entry* e) {
    const auto& self = static_cast<const cholesky_entry&>(*e);
    pull_factor_packed(self.factor, self.own, self.n);  // own has no further use
    self.a.add_all(self.own);
  }
};
// The packed factor of a packed lower triangle of adjoints.
template <class V> vector<adjoint<V>> factor_on_tape(const captured_triangle<V>& a, std::size_t n) {
  V* const factor = tape<V>::current->template take<V>(packed_size(n));
  for (std::size_t i = 0; i < packed_size(n); ++i) factor[i] = a.values[i];
  factor_packed(factor, n);
  V* own = nullptr;
  auto r = with_cells<V>(factor, packed_size(n), own);
  if (!a.cells) return r;
  auto* const e = tape<V>::current->template push<cholesky_entry<V>>(cholesky_entry<V>::pull_all);
  e->n = n;
  e->own = own;
  e->factor = factor;
  e->a = a.cells;
  return r;
}
template <class A> auto cholesky(const matrix<A>& a) {
  using R = real_type_of<std::remove_const_t<A>>;
  using V = primal_of<R>;
  const std::size_t n = a.rows();
  require_square("cholesky", a, n);
  if constexpr (is_adjoint<R>) {
    require_tape<V>();
    return lower_matrix<R>(factor_on_tape(capture_lower<V>(a, n), n).data(), n);
  } else {
    const auto packed = capture_lower<V>(a, n);
    factor_packed(packed.values, n);
    return lower_matrix<R>(packed.values, n);
  }
}

// x = L⁻¹ b (or L⁻ᵀ b): derivatives d → w = L⁻ᵀ d (L⁻¹ d) for b, −w xᵀ (−x wᵀ) for L.
template <class V, bool Transposed> struct triangular_solve_entry : tape_entry {
  std::size_t n;
  V* own;
  const V *factor, *x;
  captured_cells<V> l, b;
  static void pull_all(tape_entry* e) {
    const auto& self = static_cast<const triangular_solve_entry&>(*e);
    if constexpr (Transposed) solve_packed(self.factor, self.n, self.own);
    else solve_packed_transposed(self.factor, self.n, self.own);
    const V* const w = self.own;
    if (self.b) self.b.add_all(w);
    if (!self.l) return;
    for (std::size_t i = 0; i < self.n; ++i)
      for (std::size_t j = 0; j <= i; ++j)
        self.l.add(i * (i + 1) / 2 + j, Transposed ? V(-(self.x[i] * w[j])) : V(-(w[i] * self.x[j])));
  }
};
template <bool Transposed, class A, class B> auto triangular_solve(const char* name, const matrix<A>& l, const vector<B>& b) {
  using R = promote<std::remove_const_t<A>, std::remove_const_t<B>>;
  using V = primal_of<R>;
  const std::size_t n = b.size();
  require_square(name, l, n);
  const auto solve = [n](const V* factor, V* x) {
    if constexpr (Transposed) solve_packed_transposed(factor, n, x);
    else solve_packed(factor, n, x);
  };
  if constexpr (is_adjoint<R>) {
    require_tape<V>();
    auto factor = capture_lower<V>(l, n);
    if constexpr (!is_adjoint<std::remove_const_t<A>>) factor.values = const_cast<V*>(capture<V>(static_cast<const V*>(factor.values), packed_size(n)).values);
    const auto right = capture_operand<V>(b);
    V* const x = tape<V>::current->template take<V>(n);
    for (std::size_t i = 0; i < n; ++i) x[i] = right.values[i];
    solve(factor.values, x);
    V* own = nullptr;
    auto r = with_cells<V>(x, n, own);
    using entry = triangular_solve_entry<V, Transposed>;
    auto* const e = tape<V>::current->template push<entry>(entry::pull_all);
    e->n = n;
    e->own = own;
    e->factor = factor.values;
    e->x = x;
    e->l = factor.cells;
    e->b = right.cells;
    return r;
  } else {
    vector<V> x(n);
    for (std::size_t i = 0; i < n; ++i) x[i] = V(b[i]);
    solve(capture_lower<V>(l, n).values, x.data());
    return x;
  }
}
template <class A, class B> auto solve_lower(const matrix<A>& l, const vector<B>& b) { return triangular_solve<false>("solve_lower", l, b); }
template <class A, class B> auto solve_lower_transposed(const matrix<A>& l, const vector<B>& b) {
  return triangular_solve<true>("solve_lower_transposed", l, b);
}

template <class A> auto log_determinant(const matrix<A>& a) {
  using R = real_type_of<std::remove_const_t<A>>;
  using V = primal_of<R>;
  const std::size_t n = a.rows();
  require_square("log_determinant", a, n);
  if constexpr (is_adjoint<R>) require_tape<V>();
  const auto packed = capture_lower<V>(a, n);
  vector<V> factor(packed_size(n));
  for (std::size_t i = 0; i < factor.size(); ++i) factor[i] = packed.values[i];
  factor_packed(factor.data(), n);
  V total(0);
  for (std::size_t i = 0; i < n; ++i) total = total + log(packed_row(factor.data(), i)[i]);
  if constexpr (!is_adjoint<R>) {
    return V(2) * total;
  } else {
    // The derivative is A⁻¹, column by column; an element below the diagonal stands for two.
    V* const by = tape<V>::current->template take<V>(packed_size(n));
    vector<V> column(n);
    for (std::size_t j = 0; j < n; ++j) {
      for (std::size_t i = 0; i < n; ++i) column[i] = V(i == j ? 1.0 : 0.0);
      solve_packed(static_cast<const V*>(factor.data()), n, column.data());
      solve_packed_transposed(static_cast<const V*>(factor.data()), n, column.data());
      for (std::size_t i = j; i < n; ++i) packed_row(by, i)[j] = i == j ? column[i] : V(2) * column[i];
    }
    return reduced<V>(V(2) * total, reduction_part<V>{packed.cells, by});
  }
}

template <class X, class A> auto quadratic_form(const vector<X>& x, const matrix<A>& a) {
  using R = promote<std::remove_const_t<X>, std::remove_const_t<A>>;
  using V = primal_of<R>;
  const std::size_t n = x.size();
  require_square("quadratic_form", a, n);
  if constexpr (!is_adjoint<R>) {
    return dot(x, matvec(a, x));
  } else {
    require_tape<V>();
    const auto xs = capture_operand<V>(x), as = capture<V>(static_cast<const A*>(a.data()), n * n);
    V* const by_x = tape<V>::current->cells(n);
    V* const by_a = tape<V>::current->template take<V>(n * n);
    vector<V> product(n);
    multiply(as.values, n, n, xs.values, product.data());
    add_transposed(as.values, n, n, xs.values, by_x);
    for (std::size_t i = 0; i < n; ++i) {
      by_x[i] = by_x[i] + product[i];
      for (std::size_t j = 0; j < n; ++j) by_a[i * n + j] = xs.values[i] * xs.values[j];
    }
    return reduced<V>(dot_of(xs.values, static_cast<const V*>(product.data()), n), reduction_part<V>{xs.cells, by_x}, reduction_part<V>{as.cells, by_a});
  }
}

}  // namespace starling
