// Operations on whole vectors of adjoints as single tape entries: arithmetic, sum, dot, log_sum_exp, softmax, matvec.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstring>

#include <starling/values/captured.hpp>
#include <starling/values/log_sum_exp.hpp>
#include <starling/values/matrix_kernels.hpp>
#include <starling/values/softmax.hpp>

namespace starling {

// An operand of arithmetic between vectors: a vector of n numbers or one number, with the derivative of element i of the result with
// respect to it (null: `sign`).
template <class V> struct elementwise_operand {
  captured_cells<V> cells;
  const V* by = nullptr;
  V sign = V(1);

  void pull(const V* own, std::size_t n) const {
    if (!cells) return;
    if (by) {
      if (cells.n == n) {
        cells.add_all_of([&]<class P>(std::size_t i) { return passed_on(P::load(own + i), P::load(by + i)); },
                         [&](std::size_t i) { return passed_on(own[i], by[i]); });
      } else {
        V total(0);
        for (std::size_t i = 0; i < n; ++i) total += passed_on(own[i], by[i]);
        cells.add(0, total);
      }
    } else if (cells.n == n) {
      cells.add_all_of([&]<class P>(std::size_t i) { return P::load(own + i) * P(sign); }, [&](std::size_t i) { return own[i] * sign; });
    } else {
      V total(0);
      for (std::size_t i = 0; i < n; ++i) total += own[i];
      cells.add(0, total * sign);
    }
  }
};
template <class V> struct elementwise_tape_entry : tape_entry {
  std::size_t n;
  V* own;
  elementwise_operand<V> x, y;
  static void pull_all(tape_entry* e) {
    const auto& self = static_cast<const elementwise_tape_entry&>(*e);
    self.x.pull(self.own, self.n);
    self.y.pull(self.own, self.n);
  }
};

template <class V, class A> captured_values<V> capture_operand(const vector<A>& x) { return capture<V>(x.data(), x.size()); }
template <class V, value A> captured_values<V> capture_operand(const A& x) { return capture<V>(&x, 1); }

// The four operations: f(x, y) and its derivatives, as arrays or as a sign.
struct add_elements {
  template <class V> static V f(const V& a, const V& b) { return a + b; }
};
struct subtract_elements {
  template <class V> static V f(const V& a, const V& b) { return a - b; }
};
struct multiply_elements {
  template <class V> static V f(const V& a, const V& b) { return a * b; }
  template <class V> static V by_first(const V&, const V& b) { return b; }
  template <class V> static V by_second(const V& a, const V&) { return a; }
};
struct divide_elements {
  template <class V> static V f(const V& a, const V& b) { return a / b; }
  template <class V> static V by_first(const V&, const V& b) { return V(1) / b; }
  template <class V> static V by_second(const V& a, const V& b) { return -(a / b) / b; }
};

template <class V, class Operation, class A, class B> vector<adjoint<V>> elementwise_arithmetic(const A& a, const B& b) {
  require_tape<V>();
  tape<V>& t = *tape<V>::current;
  const captured_values<V> x = capture_operand<V>(a), y = capture_operand<V>(b);
  std::size_t n = 1;
  if constexpr (!value<A>) n = a.size();
  else n = b.size();
  const std::size_t x_step = value<A> ? 0 : 1, y_step = value<B> ? 0 : 1;
  vector<V> values(n);
  for (std::size_t i = 0; i < n; ++i) values[i] = Operation::f(x.values[i * x_step], y.values[i * y_step]);
  V* own = nullptr;
  auto r = with_cells(values.data(), n, own);
  auto* const e = t.template push<elementwise_tape_entry<V>>(elementwise_tape_entry<V>::pull_all);
  e->n = n;
  e->own = own;
  e->x = {x.cells, nullptr, V(1)};
  e->y = {y.cells, nullptr, V(std::same_as<Operation, subtract_elements> ? -1 : 1)};
  if constexpr (requires(V v) { Operation::by_first(v, v); }) {
    if (x.cells) {
      V* const by = t.template take<V>(n);
      for (std::size_t i = 0; i < n; ++i) by[i] = Operation::by_first(x.values[i * x_step], y.values[i * y_step]);
      e->x.by = by;
    }
    if (y.cells) {
      V* const by = t.template take<V>(n);
      for (std::size_t i = 0; i < n; ++i) by[i] = Operation::by_second(x.values[i * x_step], y.values[i * y_step]);
      e->y.by = by;
    }
  }
  return r;
}

template <class A, class B>
  requires either_adjoint<A, B>
auto operator+(vector<A> x, vector<B> y) { return elementwise_arithmetic<primal_of_operands<A, B>, add_elements>(x, y); }
template <class A, class B>
  requires either_adjoint<A, B>
auto operator-(vector<A> x, vector<B> y) { return elementwise_arithmetic<primal_of_operands<A, B>, subtract_elements>(x, y); }
template <class A, class B>
  requires either_adjoint<A, B>
auto operator*(vector<A> x, vector<B> y) { return elementwise_arithmetic<primal_of_operands<A, B>, multiply_elements>(x, y); }
template <class A, class B>
  requires either_adjoint<A, B>
auto operator/(vector<A> x, vector<B> y) { return elementwise_arithmetic<primal_of_operands<A, B>, divide_elements>(x, y); }
template <class A, value B>
  requires either_adjoint<A, B>
auto operator+(vector<A> x, const B& y) { return elementwise_arithmetic<primal_of_operands<A, B>, add_elements>(x, y); }
template <class A, value B>
  requires either_adjoint<A, B>
auto operator-(vector<A> x, const B& y) { return elementwise_arithmetic<primal_of_operands<A, B>, subtract_elements>(x, y); }
template <class A, value B>
  requires either_adjoint<A, B>
auto operator*(vector<A> x, const B& y) { return elementwise_arithmetic<primal_of_operands<A, B>, multiply_elements>(x, y); }
template <class A, value B>
  requires either_adjoint<A, B>
auto operator/(vector<A> x, const B& y) { return elementwise_arithmetic<primal_of_operands<A, B>, divide_elements>(x, y); }
template <value A, class B>
  requires either_adjoint<A, B>
auto operator+(const A& x, vector<B> y) { return elementwise_arithmetic<primal_of_operands<A, B>, add_elements>(x, y); }
template <value A, class B>
  requires either_adjoint<A, B>
auto operator-(const A& x, vector<B> y) { return elementwise_arithmetic<primal_of_operands<A, B>, subtract_elements>(x, y); }
template <value A, class B>
  requires either_adjoint<A, B>
auto operator*(const A& x, vector<B> y) { return elementwise_arithmetic<primal_of_operands<A, B>, multiply_elements>(x, y); }
template <value A, class B>
  requires either_adjoint<A, B>
auto operator/(const A& x, vector<B> y) { return elementwise_arithmetic<primal_of_operands<A, B>, divide_elements>(x, y); }

// The derivatives of a number with respect to the elements of a vector it depends on; `by` null: 1.
template <class V> struct reduction_part {
  captured_cells<V> cells;
  const V* by = nullptr;
};
template <class V, std::size_t N> struct reduction_entry : tape_entry {
  V own;
  reduction_part<V> of[N];
  static void pull_all(tape_entry* e) {
    const auto& self = static_cast<const reduction_entry&>(*e);
    for (const auto& part : self.of) {
      if (part.by)
        part.cells.add_all_of([&]<class P>(std::size_t i) { return passed_on(P(self.own), P::load(part.by + i)); },
                              [&](std::size_t i) { return passed_on(self.own, part.by[i]); });
      else
        part.cells.add_all_of([&]<class P>(std::size_t) { return P(self.own); }, [&](std::size_t) { return self.own; });
    }
  }
};
// A number that depends on several vectors.
template <class V, std::same_as<reduction_part<V>>... Parts> adjoint<V> reduced(const V& value, const Parts&... parts) {
  if (!(static_cast<bool>(parts.cells) || ...)) return {value, V(0), nullptr};
  using entry = reduction_entry<V, sizeof...(Parts)>;
  auto* const e = tape<V>::current->template push<entry>(entry::pull_all);
  e->own = V(0);
  std::size_t k = 0;
  ((e->of[k++] = parts), ...);
  return {value, V(1), &e->own};
}

template <class A>
  requires is_adjoint<std::remove_const_t<A>>
auto sum(vector<A> x) {
  using V = primal_of<std::remove_const_t<A>>;
  require_tape<V>();
  const auto c = capture_operand<V>(x);
  V total(0);
  for (std::size_t i = 0; i < x.size(); ++i) total = total + c.values[i];
  return reduced<V>(total, reduction_part<V>{c.cells, nullptr});
}
template <class A, class B>
  requires either_adjoint<A, B>
auto dot(vector<A> a, vector<B> b) {
  using V = primal_of_operands<A, B>;
  require_tape<V>();
  const auto x = capture_operand<V>(a), y = capture_operand<V>(b);
  return reduced<V>(dot_of(x.values, y.values, a.size()), reduction_part<V>{x.cells, y.values}, reduction_part<V>{y.cells, x.values});
}
template <class V> adjoint<V> log_sum_exp(const vector<adjoint<V>>& a) {
  require_tape<V>();
  const auto x = capture_operand<V>(a);
  const vector<const V> plain(x.values, a.size());
  V* const shares = tape<V>::current->template take<V>(a.size());
  const V f = log_sum_exp(plain);
  for (std::size_t i = 0; i < a.size(); ++i) shares[i] = exp(x.values[i] - where(isfinite(f), f, V(0)));
  return reduced<V>(f, reduction_part<V>{x.cells, shares});
}

// softmax(x): derivatives d → s ∘ (d − s · d).
template <class V> struct softmax_entry : tape_entry {
  std::size_t n;
  V* own;
  const V* shares;
  captured_cells<V> x;
  static void pull_all(tape_entry* e) {
    const auto& self = static_cast<const softmax_entry&>(*e);
    const V middle = dot_of(static_cast<const V*>(self.own), self.shares, self.n);
    for (std::size_t i = 0; i < self.n; ++i) self.x.add(i, self.shares[i] * (self.own[i] - middle));
  }
};
template <class V> vector<adjoint<V>> softmax(const vector<adjoint<V>>& a) {
  require_tape<V>();
  const auto x = capture_operand<V>(a);
  V* const shares = tape<V>::current->template take<V>(a.size());
  softmax_of(x.values, a.size(), shares);
  V* own = nullptr;
  auto r = with_cells<V>(shares, a.size(), own);
  auto* const e = tape<V>::current->template push<softmax_entry<V>>(softmax_entry<V>::pull_all);
  e->n = x.cells ? a.size() : 0;
  e->own = own;
  e->shares = shares;
  e->x = x.cells;
  return r;
}

}  // namespace starling
