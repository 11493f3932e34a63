// The product of a matrix and a vector as one tape entry. A matrix of data (matrix_view) is not copied: it must live until the tape
// has been swept. A matrix of adjoints that many products share is gathered once: `const auto g = gathered(m)`, then matvec(g, x).
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

// `a`: the plain elements of A; their cells, where they have some.
template <class V, class T> vector<adjoint<V>> matvec_of(const T* a, const captured_cells<V>& a_cells, std::size_t rows, std::size_t cols, const captured_values<V>& x) {
  tape<V>& t = *tape<V>::current;
  V* const y = t.template take<V>(rows);
  multiply(a, rows, cols, x.values, y);
  V* own = nullptr;
  auto r = with_cells<V>(y, rows, own);
  auto* const e = t.template push<matvec_entry<V, T>>(matvec_entry<V, T>::pull_all);
  e->rows = rows;
  e->cols = cols;
  e->own = own;
  e->a = a;
  e->x_values = x.values;
  e->a_cells = a_cells;
  e->x = x.cells;
  return r;
}
[[noreturn, gnu::cold, gnu::noinline]] inline void throw_wrong_product(std::size_t cols, std::size_t size) {
  throw std::invalid_argument("matvec: a matrix of " + std::to_string(cols) + " columns and a vector of " + std::to_string(size));
}

template <class A, class B>
  requires either_adjoint<A, B>
auto matvec(const matrix<A>& m, const vector<B>& b) {
  using V = primal_of_operands<A, B>;
  if (m.cols() != b.size()) throw_wrong_product(m.cols(), b.size());
  require_tape<V>();
  const auto x = capture_operand<V>(b);
  if constexpr (std::is_const_v<A> && std::is_same_v<std::remove_const_t<A>, scalar_of<V>>) {
    return matvec_of<V>(m.data(), captured_cells<V>{}, m.rows(), m.cols(), x);
  } else {
    const auto a = capture<V>(static_cast<const A*>(m.data()), m.size());
    return matvec_of<V>(a.values, a.cells, m.rows(), m.cols(), x);
  }
}

// A matrix of adjoints whose values, and whose cells, stand side by side on the tape. Its elements can only be read.
template <class V> class gathered_matrix {
 public:
  using value_type = adjoint<V>;
  gathered_matrix(const captured_values<V>& c, std::size_t rows, std::size_t cols) : of_(c), rows_(rows), cols_(cols) {}

  std::size_t rows() const { return rows_; }
  std::size_t cols() const { return cols_; }
  adjoint<V> operator()(std::size_t i, std::size_t j) const { return at(i * cols_ + j); }
  vector<adjoint<V>> row(std::size_t i) const {
    vector<adjoint<V>> r(cols_);
    for (std::size_t j = 0; j < cols_; ++j) r[j] = at(i * cols_ + j);
    return r;
  }
  const captured_values<V>& captured() const { return of_; }

 private:
  adjoint<V> at(std::size_t k) const { return of_.cells ? adjoint<V>(of_.values[k], V(1), of_.cells.cells + k) : adjoint<V>(of_.values[k]); }

  captured_values<V> of_;
  std::size_t rows_, cols_;
};

// Passes the derivatives of numbers side by side on to where they came from.
template <class V> struct gather_entry : tape_entry {
  V* own;
  captured_cells<V> from;
  static void pull_all(tape_entry* e) {
    const auto& self = static_cast<const gather_entry&>(*e);
    self.from.add_all(self.own);
  }
};

// The elements of a matrix taken once, for many products. What carries no derivatives is returned as it is.
template <class V> gathered_matrix<V> gathered(const matrix<adjoint<V>>& m) {
  require_tape<V>();
  auto c = capture<V>(static_cast<const adjoint<V>*>(m.data()), m.size());
  if (c.cells.each) {
    tape<V>& t = *tape<V>::current;
    V* const own = t.cells(m.size());
    auto* const e = t.template push<gather_entry<V>>(gather_entry<V>::pull_all);
    e->own = own;
    e->from = c.cells;
    c.cells = {m.size(), own, nullptr, nullptr};
  }
  return {c, m.rows(), m.cols()};
}
template <class T>
  requires(!is_adjoint<std::remove_const_t<T>>)
matrix<T> gathered(const matrix<T>& m) {
  return m;
}

template <class V, class B> vector<adjoint<V>> matvec(const gathered_matrix<V>& m, const vector<B>& b) {
  if (m.cols() != b.size()) throw_wrong_product(m.cols(), b.size());
  return matvec_of<V>(m.captured().values, m.captured().cells, m.rows(), m.cols(), capture_operand<V>(b));
}

}  // namespace starling
