// Reverse-mode derivatives as a value type: adjoint<double> in one lane, adjoint<pack> in many. Any generic function of numbers runs
// with it unchanged.
//
//   tape_scope<V> scope;
//   const auto x = scope.variable(2.0);          // leaves
//   const auto y = f(x);                          // any function
//   scope.differentiate(y);  x.derivative();          // dy/dx
//
// A number is a value, a cell of the tape and the derivative of the value with respect to that cell. So constants, chains of functions
// of one number and arithmetic with constants leave nothing on the tape; only where numbers of two different cells meet an entry is
// made. Integers, booleans and masks stay off the tape.
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
  // A constant.
  template <class Number>
    requires std::is_arithmetic_v<Number>
  adjoint(Number x) : value_(static_cast<scalar_of<V>>(x)), by_(scalar_of<V>(0)), cell_(nullptr) {}
  adjoint(const V& x)
    requires(!std::is_arithmetic_v<V>)
      : value_(x), by_(scalar_of<V>(0)), cell_(nullptr) {}
  adjoint(const whole_of<V>& x)
    requires(!std::is_arithmetic_v<V>)
      : value_(to_real(x)), by_(scalar_of<V>(0)), cell_(nullptr) {}
  // The number `x` with derivative `by` with respect to the number of a cell.
  [[gnu::always_inline]] adjoint(const V& x, const V& by, V* cell) : value_(x), by_(by), cell_(cell) {}

  const V& value() const { return value_; }
  const V& by() const { return by_; }
  V* cell() const { return cell_; }
  bool is_constant() const { return cell_ == nullptr; }

  // Of an argument, after the sweep: the derivative with respect to it.
  V derivative() const { return cell_ ? *cell_ : V(0); }
  // Adds `d` to the derivative with respect to this number.
  void add_derivative(const V& d) const {
    if (cell_) *cell_ += passed_on(d, by_);
  }

  scalar_of<V> operator[](int i) const {
    if constexpr (lanes_of<V> == 1) return value_;
    else return value_[i];
  }

 private:
  V value_, by_;
  V* cell_;
};

template <class V> inline constexpr bool is_differentiable<adjoint<V>> = true;
template <class V> struct primal_type<adjoint<V>> { using type = V; };
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
  return {f, passed_on(x.by(), V(derivative())), x.cell()};
}
template <class V, class F> [[gnu::always_inline]] inline adjoint<V> map_derivatives(const V& f, const adjoint<V>& x, F fx) {
  return {f, fx(x.by()), x.cell()};
}
template <class V, class FA, class FB>
[[gnu::always_inline]] inline adjoint<V> join(const V& f, const adjoint<V>& x, FA fx, const adjoint<V>& y, FB fy) {
  if (x.cell() == y.cell()) return {f, V(fx(x.by()) + fy(y.by())), x.cell()};
  if (!y.cell()) return {f, fx(x.by()), x.cell()};
  if (!x.cell()) return {f, fy(y.by()), y.cell()};
  return {f, V(1), join_cells<V>(x.cell(), fx(x.by()), y.cell(), fy(y.by()))};
}

template <class V> adjoint<V> tape_scope<V>::variable(const V& x) { return {x, V(1), cells(1)}; }
template <class V> void tape_scope<V>::differentiate(const adjoint<V>& y) {
  y.add_derivative(V(1));
  sweep();
}

}  // namespace starling
