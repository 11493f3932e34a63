// Vectors on the tape: the elements of an operand taken once, side by side, and the way back to their cells.
#pragma once

#include <cstddef>
#include <type_traits>

#include <starling/values/adjoint.hpp>
#include <starling/values/matrix.hpp>
#include <starling/values/matrix_kernels.hpp>

namespace starling {

// The cells of n numbers: in a row from `cells` on, or anywhere (`each`, null for constants) with their own factors `by`.
template <class V> struct captured_cells {
  std::size_t n = 0;
  V* cells = nullptr;
  V** each = nullptr;
  const V* by = nullptr;

  [[gnu::always_inline]] void add(std::size_t i, const V& d) const {
    if (!each) cells[i] += d;
    else if (each[i]) *each[i] += passed_on(d, by[i]);
  }
  // Adds d[0], d[1], … to the derivatives.
  void add_all(const V* d) const {
    add_all_of([&]<class P>(std::size_t i) { return P::load(d + i); }, [&](std::size_t i) { return d[i]; });
  }
  // The same of functions: packs.template operator()<P>(i), of elements i, i + 1, … in one lane; one(i), of an element.
  template <class Packs, class One> [[gnu::always_inline]] void add_all_of(Packs packs, One one) const {
    if constexpr (std::is_arithmetic_v<V>)
      if (!each) return in_packs<V>(n, [&]<class P>(std::size_t i) { (P::load(cells + i) + packs.template operator()<P>(i)).store(cells + i); });
    for (std::size_t i = 0; i < n; ++i) add(i, one(i));
  }
  explicit operator bool() const { return n != 0; }
};

// The values of n numbers, side by side, and their cells (none where they are constants). They live as long as the tape's entries.
template <class V> struct captured_values {
  const V* values = nullptr;
  captured_cells<V> cells;
};

template <class V> captured_values<V> capture(const adjoint<V>* x, std::size_t n) {
  tape<V>& t = *tape<V>::current;
  V* const values = t.template take<V>(n);
  captured_values<V> r{values, {n, n ? x[0].cell() : nullptr, nullptr, nullptr}};
  bool in_a_row = r.cells.cells != nullptr, constant = true;
  for (std::size_t i = 0; i < n; ++i) {
    values[i] = x[i].value();
    // No branches: one lane's numbers are many.
    in_a_row = static_cast<bool>(in_a_row & (x[i].cell() == r.cells.cells + i) & all(x[i].by() == V(1)));
    constant = static_cast<bool>(constant & x[i].is_constant());
  }
  if (constant) r.cells = {};
  if (constant || in_a_row) return r;
  r.cells.each = t.template take<V*>(n);
  V* const by = t.template take<V>(n);
  for (std::size_t i = 0; i < n; ++i) {
    r.cells.each[i] = x[i].cell();
    by[i] = x[i].by();
  }
  r.cells.by = by;
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
template <class A, class B> struct operand_primal { using type = primal_of<std::remove_const_t<B>>; };
template <class A, class B>
  requires is_adjoint<std::remove_const_t<A>>
struct operand_primal<A, B> { using type = primal_of<std::remove_const_t<A>>; };
template <class A, class B> using primal_of_operands = typename operand_primal<A, B>::type;
template <class A, class B> inline constexpr bool either_adjoint = is_adjoint<std::remove_const_t<A>> || is_adjoint<std::remove_const_t<B>>;

// Throws where there is no tape: adjoints that are all constants may come from anywhere.
template <class V> void require_tape() {
  if (!tape<V>::current) [[unlikely]] throw_no_tape();
}

}  // namespace starling
