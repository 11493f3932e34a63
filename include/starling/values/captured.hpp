// Vectors on the tape: the elements of an operand taken once, side by side, and the way back to their cells.
#pragma once

#include <cstddef>
#include <type_traits>

#include <starling/values/adjoint.hpp>
#include <starling/values/matrix.hpp>
#include <starling/values/matrix_kernels.hpp>

namespace starling {

// The values of n numbers, side by side, and their cells (none where they are constants). They live as long as the tape's entries.
template <class V> struct captured_values {
  const V* values = nullptr;
  captured_cells<V> cells;
};

template <class V> captured_values<V> capture(const adjoint<V>* x, std::size_t n) {
  tape<V>& t = *tape<V>::current;
  V* const values = t.template take<V>(n);
  captured_values<V> r{values, {n, n ? x[0].cell() : nullptr, nullptr, nullptr}};
  bool in_a_row = r.cells.cells != nullptr, constant = true, two = false;
  for (std::size_t i = 0; i < n; ++i) {
    values[i] = x[i].value();
    // No branches: one lane's numbers are many.
    in_a_row = static_cast<bool>(in_a_row & (x[i].cell() == r.cells.cells + i) & all(x[i].by() == V(1)));
    two = two | (x[i].other() != nullptr);
    constant = static_cast<bool>(constant & x[i].is_constant());
  }
  if (constant) r.cells = {};
  if (constant || (in_a_row && !two)) return r;
  r.cells.each = t.template take<V*>(n);
  V* const by = t.template take<V>(n);
  for (std::size_t i = 0; i < n; ++i) {
    r.cells.each[i] = x[i].cell();
    by[i] = x[i].by();
  }
  r.cells.by = by;
  if (!two) return r;
  r.cells.other = t.template take<V*>(n);
  V* const by_other = t.template take<V>(n);
  for (std::size_t i = 0; i < n; ++i) {
    r.cells.other[i] = x[i].other();
    by_other[i] = x[i].by_other();
  }
  r.cells.by_other = by_other;
  return r;
}
// Constants as V: copied, so that they may go.
template <class V, class C>
  requires(!is_adjoint<C>)
captured_values<V> capture(const C* x, std::size_t n) {
  V* const values = tape<V>::current->template take<V>(n);
  for (std::size_t i = 0; i < n; ++i) values[i] = V(to_real(x[i]));
  return {values, {}};
}
template <class V, class C>
  requires(is_adjoint<C>)
captured_values<V> capture(const C* x, std::size_t n) {
  return capture(static_cast<const adjoint<V>*>(x), n);
}

// A vector of numbers with the given values and new cells in a row, the first of them at `own`.
template <class V> vector<adjoint<V>> with_cells(const V* values, std::size_t n, V*& own) {
  own = tape<V>::current->cells(n);
  vector<adjoint<V>> r(n);
  for (std::size_t i = 0; i < n; ++i) r[i] = {values[i], V(1), own + i};
  return r;
}

// The plain type of the elements of operands of which at least one is an adjoint.
template <class A, class B> struct operand_primal {
  using type = primal_of<std::remove_const_t<B>>;
};
template <class A, class B>
  requires is_adjoint<std::remove_const_t<A>>
struct operand_primal<A, B> {
  using type = primal_of<std::remove_const_t<A>>;
};
template <class A, class B> using primal_of_operands = typename operand_primal<A, B>::type;
template <class A, class B> inline constexpr bool either_adjoint = is_adjoint<std::remove_const_t<A>> || is_adjoint<std::remove_const_t<B>>;

// Throws where there is no tape: adjoints that are all constants may come from anywhere.
template <class V> void require_tape() {
  if (!tape<V>::current) [[unlikely]]
    throw_no_tape();
}

}  // namespace starling
