// The product of a matrix and a vector as one tape entry. A matrix of data (matrix_view) is not copied: it must live until the tape
// has been swept.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>

#include <starling/values/adjoint_vectors.hpp>

namespace starling {

// y = A x: derivatives d → Aᵀ d for x, d xᵀ for A. T: the type of A's plain elements.
template <class V, class T> struct matvec_entry : tape_entry {
  std::size_t rows, cols;
  V* own;
  const T* a;
  const V* x_values;
  captured_cells<V> a_cells, x;
  static void pull_all(tape_entry* e) {
    const auto& self = static_cast<const matvec_entry&>(*e);
    if (self.x && !self.x.each) {
      add_transposed(self.a, self.rows, self.cols, static_cast<const V*>(self.own), self.x.cells);
    } else if (self.x) {
      const arena_scope scratch;
      vector<V> d(self.cols, V(0));
      add_transposed(self.a, self.rows, self.cols, static_cast<const V*>(self.own), d.data());
      self.x.add_all(d.data());
    }
    if (!self.a_cells) return;
    for (std::size_t i = 0; i < self.rows; ++i) {
      if (!self.a_cells.each) {
        add_multiple(self.a_cells.cells + i * self.cols, self.own[i], self.x_values, self.cols);
      } else {
        for (std::size_t j = 0; j < self.cols; ++j) self.a_cells.add(i * self.cols + j, self.own[i] * self.x_values[j]);
      }
    }
  }
};

template <class A, class B>
  requires either_adjoint<A, B>
auto matvec(const matrix<A>& m, const vector<B>& b) {
  using V = primal_of_operands<A, B>;
  if (m.cols() != b.size()) throw std::invalid_argument("matvec: a matrix of " + std::to_string(m.cols()) + " columns and a vector of " + std::to_string(b.size()));
  require_tape<V>();
  constexpr bool is_view = std::is_const_v<A> && std::is_same_v<std::remove_const_t<A>, scalar_of<V>>;
  using T = std::conditional_t<is_view, scalar_of<V>, V>;
  tape<V>& t = *tape<V>::current;
  const auto x = capture_operand<V>(b);
  const T* a = nullptr;
  captured_cells<V> a_cells;
  if constexpr (is_view) {
    a = m.data();
  } else {
    const auto c = capture<V>(static_cast<const A*>(m.data()), m.size());
    a = c.values;
    a_cells = c.cells;
  }
  vector<V> y(m.rows());
  multiply(a, m.rows(), m.cols(), x.values, y.data());
  V* own = nullptr;
  auto r = with_cells<V>(y.data(), y.size(), own);
  auto* const e = t.template push<matvec_entry<V, T>>(matvec_entry<V, T>::pull_all);
  e->rows = m.rows();
  e->cols = m.cols();
  e->own = own;
  e->a = a;
  e->x_values = x.values;
  e->a_cells = a_cells;
  e->x = x.cells;
  return r;
}

}  // namespace starling
