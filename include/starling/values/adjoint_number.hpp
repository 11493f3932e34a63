// Reverse-mode derivatives as a value type: adjoint<double> in one lane, adjoint<pack> in many. Any generic function of numbers runs
// with it unchanged.
//
//   tape_scope<V> scope;
//   const auto x = scope.variable(2.0);          // leaves
//   const auto y = f(x);                          // any function
//   scope.differentiate(y);  x.derivative();          // dy/dx
//
// A number is a value, up to two cells of the tape and the derivatives of the value with respect to these. So constants, chains of functions
// of one number, arithmetic with constants and a + b x leave nothing on the tape; only where a number would depend on a third cell an entry is
// made, and its result has one cell again. Integers, booleans and masks stay off the tape.
#pragma once

#include <concepts>
#include <type_traits>

#include <starling/values/differentiable.hpp>
#include <starling/values/tape.hpp>

namespace starling {

template <class V> class adjoint {
 public:
  using value_type = V;

  adjoint() = default;
  // Number by number: as a whole it would be moved in pieces of another size than it was written in, and wait for memory.
  [[gnu::always_inline]] adjoint(const adjoint& x) : value_(x.value_), cell_(x.cell_), by_(x.by_), other_(x.other_), by_other_(x.by_other_) {}
  [[gnu::always_inline]] adjoint& operator=(const adjoint& x) {
    value_ = x.value_;
    by_ = x.by_;
    by_other_ = x.by_other_;
    cell_ = x.cell_;
    other_ = x.other_;
    return *this;
  }
  // A constant.
  template <class Number>
    requires std::is_arithmetic_v<Number>
  adjoint(Number x) : value_(static_cast<scalar_of<V>>(x)), cell_(nullptr), by_(scalar_of<V>(0)), other_(nullptr), by_other_(scalar_of<V>(0)) {}
  adjoint(const V& x)
    requires(!std::is_arithmetic_v<V>)
      : value_(x), cell_(nullptr), by_(scalar_of<V>(0)), other_(nullptr), by_other_(scalar_of<V>(0)) {}
  adjoint(const whole_of<V>& x)
    requires(!std::is_arithmetic_v<V>)
      : value_(to_real(x)), cell_(nullptr), by_(scalar_of<V>(0)), other_(nullptr), by_other_(scalar_of<V>(0)) {}
  // The number `x` with derivative `by` with respect to the number of a cell.
  [[gnu::always_inline]] adjoint(const V& x, const V& by, V* cell) : value_(x), cell_(cell), by_(by), other_(nullptr), by_other_(scalar_of<V>(0)) {}
  // The same with respect to the numbers of two different cells; `other` null: only of the one.
  [[gnu::always_inline]] adjoint(const V& x, const V& by, V* cell, const V& by_other, V* other) : value_(x), cell_(cell), by_(by), other_(other), by_other_(by_other) {}

  const V& value() const { return value_; }
  const V& by() const { return by_; }
  V* cell() const { return cell_; }
  // The second cell; null: there is none.
  const V& by_other() const { return by_other_; }
  V* other() const { return other_; }
  // The same number with one cell at most: with a new one where it has two.
  adjoint one_cell() const {
    if (!other_) return *this;
    return {value_, V(1), join_cells<V>(cell_, by_, other_, by_other_)};
  }
  bool is_constant() const { return cell_ == nullptr; }

  // Of an argument, after the sweep: the derivative with respect to it.
  V derivative() const { return cell_ ? *cell_ : V(0); }  // an argument has one cell
  // Adds `d` to the derivative with respect to this number.
  void add_derivative(const V& d) const {
    if (cell_) *cell_ += passed_on(d, by_);
    if (other_) *other_ += passed_on(d, by_other_);
  }

  // The same of a d that is finite.
  [[gnu::always_inline]] void add_finite_derivative(const V& d) const {
    if (cell_) *cell_ += finite_passed_on(d, by_);
    if (other_) *other_ += finite_passed_on(d, by_other_);
  }

  scalar_of<V> operator[](int i) const {
    if constexpr (lanes_of<V> == 1) return value_;
    else return value_[i];
  }

 private:
  V value_;
  V* cell_;
  V by_;
  V* other_;
  V by_other_;
};

template <class V> inline constexpr bool is_differentiable<adjoint<V>> = true;
template <class V> struct primal_type<adjoint<V>> {
  using type = V;
};
template <class V> struct value_traits<adjoint<V>> {
  using scalar = scalar_of<V>;
  using real = adjoint<V>;
  using integer = whole_of<V>;
  using mask = mask_of<V>;
  static constexpr int lanes = lanes_of<V>, rank = 3;
  static constexpr bool is_real = true, is_integer = false, is_boolean = false;
};

template <class A> inline constexpr bool is_adjoint = false;
template <class V> inline constexpr bool is_adjoint<adjoint<V>> = true;

template <class V, class D> [[gnu::always_inline]] inline adjoint<V> chain(const V& f, const adjoint<V>& x, D derivative) {
  if (x.is_constant()) return {f, V(0), nullptr};
  const V d(derivative());
  return {f, passed_on(x.by(), d), x.cell(), x.other() ? passed_on(x.by_other(), d) : V(0), x.other()};
}
template <class V, class F> [[gnu::always_inline]] inline adjoint<V> map_derivatives(const V& f, const adjoint<V>& x, F fx) {
  return {f, fx(x.by()), x.cell(), x.other() ? V(fx(x.by_other())) : V(0), x.other()};
}

// An entry whose result has derivatives with respect to N cells.
template <class V, std::size_t N> struct several_arguments : tape_entry {
  V* cell[N];
  V own, by[N];
  static void pull_all(tape_entry* e) {
    const auto& self = static_cast<const several_arguments&>(*e);
    const V own = self.own;
    if constexpr (std::is_arithmetic_v<V>)
      if (own == V(0)) return;
#pragma GCC unroll 4
    for (std::size_t k = 0; k < N; ++k) *self.cell[k] += passed_on(own, self.by[k]);
  }
};
// An entry of N cells, to be set, if there is room; null: there is none.
template <class V, std::size_t N> [[gnu::always_inline]] inline several_arguments<V, N>* push_cells() {
  using entry = several_arguments<V, N>;
  auto& t = *tape<V>::current;
  if (!t.template has_room<entry>()) [[unlikely]]
    return nullptr;
  auto* const e = t.template push<entry>(entry::pull_all);
  e->own = V(0);
  return e;
}
// Two cells, and the derivatives with respect to them.
template <class V> struct two_cells {
  V* cell;
  V* other;
  V by, by_other;
};
template <class V> V* join_third_in_more_room(two_cells<V>& to, V* x0, V by_x0, V* x1, V by_x1, V* y, V by_y);
template <class V> V* join_pairs_in_more_room(two_cells<V>& to, V* x0, V by_x0, V* x1, V by_x1, V* y0, V by_y0, V* y1, V by_y1);
// The cell of a number with derivatives with respect to the different cells x0 and x1, and to y; null: there are only two, and `to` is they.
// What is rare is called last, so that nothing of the frequent case has to be saved for it.
template <class V> [[gnu::noinline]] V* join_third(two_cells<V>& to, V* x0, V by_x0, V* x1, V by_x1, V* y, V by_y) {
  if (y == x0 || y == x1) {
    to.cell = x0;
    to.other = x1;
    to.by = y == x0 ? V(by_x0 + by_y) : by_x0;
    to.by_other = y == x1 ? V(by_x1 + by_y) : by_x1;
    return nullptr;
  }
  if (auto* const e = push_cells<V, 3>()) [[likely]] {
    e->cell[0] = x0;
    e->cell[1] = x1;
    e->cell[2] = y;
    e->by[0] = by_x0;
    e->by[1] = by_x1;
    e->by[2] = by_y;
    return &e->own;
  }
  return join_third_in_more_room<V>(to, x0, by_x0, x1, by_x1, y, by_y);
}
template <class V> [[gnu::noinline, gnu::cold]] V* join_third_in_more_room(two_cells<V>& to, V* x0, V by_x0, V* x1, V by_x1, V* y, V by_y) {
  tape<V>::current->template make_room<several_arguments<V, 3>>();
  return join_third<V>(to, x0, by_x0, x1, by_x1, y, by_y);
}
// The same where x has two different cells, and y.
template <class V> [[gnu::noinline]] V* join_pairs(two_cells<V>& to, V* x0, V by_x0, V* x1, V by_x1, V* y0, V by_y0, V* y1, V by_y1) {
  if (y0 == x0) return join_third<V>(to, x0, V(by_x0 + by_y0), x1, by_x1, y1, by_y1);
  if (y0 == x1) return join_third<V>(to, x0, by_x0, x1, V(by_x1 + by_y0), y1, by_y1);
  if (y1 == x0) return join_third<V>(to, x0, V(by_x0 + by_y1), x1, by_x1, y0, by_y0);
  if (y1 == x1) return join_third<V>(to, x0, by_x0, x1, V(by_x1 + by_y1), y0, by_y0);
  if (auto* const e = push_cells<V, 4>()) [[likely]] {
    e->cell[0] = x0;
    e->cell[1] = x1;
    e->cell[2] = y0;
    e->cell[3] = y1;
    e->by[0] = by_x0;
    e->by[1] = by_x1;
    e->by[2] = by_y0;
    e->by[3] = by_y1;
    return &e->own;
  }
  return join_pairs_in_more_room<V>(to, x0, by_x0, x1, by_x1, y0, by_y0, y1, by_y1);
}
template <class V> [[gnu::noinline, gnu::cold]] V* join_pairs_in_more_room(two_cells<V>& to, V* x0, V by_x0, V* x1, V by_x1, V* y0, V by_y0, V* y1, V by_y1) {
  tape<V>::current->template make_room<several_arguments<V, 4>>();
  return join_pairs<V>(to, x0, by_x0, x1, by_x1, y0, by_y0, y1, by_y1);
}
template <class V, class FA, class FB>
[[gnu::always_inline]] inline adjoint<V> join(const V& f, const adjoint<V>& x, FA fx, const adjoint<V>& y, FB fy) {
  if (!y.cell()) return map_derivatives(f, x, fx);
  if (!x.cell()) return map_derivatives(f, y, fy);
  if (!x.other() && !y.other()) [[likely]] {
    if (x.cell() == y.cell()) return {f, V(fx(x.by()) + fy(y.by())), x.cell()};
    return {f, fx(x.by()), x.cell(), fy(y.by()), y.cell()};
  }
  two_cells<V> r;
  V* const one = [&]() __attribute__((always_inline)) {
    if (!y.other()) return join_third<V>(r, x.cell(), fx(x.by()), x.other(), fx(x.by_other()), y.cell(), fy(y.by()));
    if (!x.other()) return join_third<V>(r, y.cell(), fy(y.by()), y.other(), fy(y.by_other()), x.cell(), fx(x.by()));
    return join_pairs<V>(r, x.cell(), fx(x.by()), x.other(), fx(x.by_other()), y.cell(), fy(y.by()), y.other(), fy(y.by_other()));
  }
  ();
  if (one) [[likely]]
    return {f, V(1), one};
  return {f, r.by, r.cell, r.by_other, r.other};
}

template <class V> adjoint<V> tape_scope<V>::variable(const V& x) { return {x, V(1), cells(1)}; }
template <class V> void tape_scope<V>::differentiate(const adjoint<V>& y) {
  y.add_derivative(V(1));
  sweep();
}

}  // namespace starling
