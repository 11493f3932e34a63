// Arithmetic on vectors of adjoints, and functions of their elements, as nodes (vector_nodes.hpp). Vectors of data and numbers are copied.
#pragma once

#include <cstddef>
#include <cstring>
#include <type_traits>

#include <starling/values/captured.hpp>
#include <starling/values/derivatives.hpp>

namespace starling {

// Built-in numbers, which all lanes share.
template <class V> struct data_node : vector_node<V> {
  const scalar_of<V>* all = nullptr;
  static void take(vector_node<V>& node, std::size_t first, std::size_t m) {
    const auto* const from = static_cast<const data_node&>(node).all + first;
    if constexpr (std::is_arithmetic_v<V>) {
      node.now = from;  // room for whole packs
    } else {
      for (std::size_t i = 0; i < m; ++i) node.values[i] = V(from[i]);
      node.now = node.values;
    }
  }
};

// An operand as a node.
template <class V, class A> vector_node<V>& node_of(const vector<A>& x) {
  using element = std::remove_const_t<A>;
  const std::size_t n = x.size();
  if constexpr (std::is_same_v<A, adjoint<V>>) {
    if (auto* const node = x.pending()) {
      if (node->weight < 32) return *node;
      worked_out(*node);  // no pass over very many nodes
    }
  }
  if constexpr (std::is_arithmetic_v<element> && !std::is_same_v<element, bool>) {
    auto& node = new_node<data_node<V>, V>(n);
    auto* const all = tape<V>::current->template take<scalar_of<V>>(block_room<V>(n));
    for (std::size_t i = 0; i < n; ++i) all[i] = static_cast<scalar_of<V>>(x[i]);
    for (std::size_t i = n; i < block_room<V>(n); ++i) all[i] = all[n - 1];
    node.all = all;
    node.forward = data_node<V>::take;
    return node;
  } else {
    const auto c = capture<V>(x.data(), n);
    return new_leaf<V>(c.values, c.cells, n);
  }
}
template <class V, value A> vector_node<V>& node_of(const A& x) {
  auto& node = new_node<number_node<V>, V>(1);
  node.is_number = true;
  if constexpr (is_adjoint<A>) node.x = x;
  else node.x = adjoint<V>(V(to_real(x)));
  node.is_active = !node.x.is_constant();
  return node;
}

// The four operations: f(x, y), and what they give their operands for the slopes d.
struct add_elements {
  template <class P> [[gnu::always_inline]] static P f(const P& a, const P& b) { return a + b; }
  template <class V> static void give(vector_node<V>& self, std::size_t m) {
    self.a->give_all(m, self.slope);
    self.b->give_all(m, self.slope);
  }
};
struct subtract_elements {
  template <class P> [[gnu::always_inline]] static P f(const P& a, const P& b) { return a - b; }
  template <class V> static void give(vector_node<V>& self, std::size_t m) {
    self.a->give_all(m, self.slope);
    self.b->give(m, [&](std::size_t i) { return -load_work<V>(self.slope + i); });
  }
};
struct multiply_elements {
  template <class P> [[gnu::always_inline]] static P f(const P& a, const P& b) { return a * b; }
  template <class V> static void give(vector_node<V>& self, std::size_t m) {
    self.a->give(m, [&](std::size_t i) { return passed_on(load_work<V>(self.slope + i), load_work<V>(self.b->now + i)); });
    self.b->give(m, [&](std::size_t i) { return passed_on(load_work<V>(self.slope + i), load_work<V>(self.a->now + i)); });
  }
};
struct divide_elements {
  template <class P> [[gnu::always_inline]] static P f(const P& a, const P& b) { return a / b; }
  template <class V> static void give(vector_node<V>& self, std::size_t m) {
    using P = element_work_of<V>;
    self.a->give(m, [&](std::size_t i) { return passed_on(load_work<V>(self.slope + i), P(P(1) / load_work<V>(self.b->now + i))); });
    self.b->give(m, [&](std::size_t i) {
      const P b = load_work<V>(self.b->now + i);
      return passed_on(load_work<V>(self.slope + i), P(-(load_work<V>(self.now + i)) / b));
    });
  }
};
template <class V, class Operation> struct operation_node {
  static void forward(vector_node<V>& self, std::size_t, std::size_t m) {
    for (std::size_t i = 0; i < m; i += elements_in_work<V>) store_work<V>(Operation::f(load_work<V>(self.a->now + i), load_work<V>(self.b->now + i)), self.values + i);
    self.now = self.values;
  }
  static void backward(vector_node<V>& self, std::size_t, std::size_t m) { Operation::give(self, m); }
};

template <class V> void set_operands(vector_node<V>& node, vector_node<V>& a, vector_node<V>* b) {
  node.a = &a;
  node.b = b;
  node.weight = 1 + a.weight + (b ? b->weight : 0);
  node.is_active = a.is_active || (b && b->is_active);
}
template <class V, class Operation, class A, class B> vector<adjoint<V>> vector_of_operation(const A& x, const B& y) {
  require_tape<V>();
  std::size_t n = 1;
  if constexpr (!value<A> && !value<B>) require_same_size(x.size(), y.size());
  if constexpr (!value<A>) n = x.size();
  else n = y.size();
  auto& a = node_of<V>(x);
  auto& b = node_of<V>(y);
  auto& node = new_node<vector_node<V>, V>(n);
  set_operands(node, a, &b);
  node.forward = operation_node<V, Operation>::forward;
  node.backward = operation_node<V, Operation>::backward;
  return vector<adjoint<V>>(node);
}

// f of each element. F: without state.
template <class V, class F> struct function_node {
  static void forward(vector_node<V>& self, std::size_t, std::size_t m) {
    using P = element_work_of<V>;
    for (std::size_t i = 0; i < m; i += elements_in_work<V>) {
      const auto r = F{}(dual_variable<0>(load_work<V>(self.a->now + i)));
      store_work<V>(r.value(), self.values + i);
      if (self.is_active) store_work<V>(r.template by<0>(), self.derivative + i);
    }
    self.now = self.values;
    (void)sizeof(P);
  }
  static void backward(vector_node<V>& self, std::size_t, std::size_t m) {
    self.a->give(m, [&](std::size_t i) { return passed_on(load_work<V>(self.slope + i), load_work<V>(self.derivative + i)); });
  }
};
// Of a vector that is not worked out a node, else the elements themselves, each with its cell.
template <class V, class F>
  requires std::is_same_v<decltype(std::declval<F&>()(std::declval<const adjoint<V>&>())), adjoint<V>>
vector<adjoint<V>> map_elements(vector<adjoint<V>> x, F f) {
  if constexpr (std::is_empty_v<F> && std::is_default_constructible_v<F>) {
    if (auto* const a = x.pending()) {
      auto& node = new_node<vector_node<V>, V>(x.size());
      set_operands<V>(node, *a, nullptr);
      node.takes_derivative = true;
      node.forward = function_node<V, F>::forward;
      node.backward = function_node<V, F>::backward;
      return vector<adjoint<V>>(node);
    }
  }
  const adjoint<V>* const from = x.data();
  vector<adjoint<V>> r(x.size());
  auto* const to = r.data();
  for (std::size_t i = 0; i < x.size(); ++i) to[i] = f(from[i]);
  return r;
}

template <class A, class B>
  requires either_adjoint<A, B>
auto operator+(vector<A> x, vector<B> y) { return vector_of_operation<primal_of_operands<A, B>, add_elements>(x, y); }
template <class A, class B>
  requires either_adjoint<A, B>
auto operator-(vector<A> x, vector<B> y) { return vector_of_operation<primal_of_operands<A, B>, subtract_elements>(x, y); }
template <class A, class B>
  requires either_adjoint<A, B>
auto operator*(vector<A> x, vector<B> y) { return vector_of_operation<primal_of_operands<A, B>, multiply_elements>(x, y); }
template <class A, class B>
  requires either_adjoint<A, B>
auto operator/(vector<A> x, vector<B> y) { return vector_of_operation<primal_of_operands<A, B>, divide_elements>(x, y); }
template <class A, value B>
  requires either_adjoint<A, B>
auto operator+(vector<A> x, const B& y) { return vector_of_operation<primal_of_operands<A, B>, add_elements>(x, y); }
template <class A, value B>
  requires either_adjoint<A, B>
auto operator-(vector<A> x, const B& y) { return vector_of_operation<primal_of_operands<A, B>, subtract_elements>(x, y); }
template <class A, value B>
  requires either_adjoint<A, B>
auto operator*(vector<A> x, const B& y) { return vector_of_operation<primal_of_operands<A, B>, multiply_elements>(x, y); }
template <class A, value B>
  requires either_adjoint<A, B>
auto operator/(vector<A> x, const B& y) { return vector_of_operation<primal_of_operands<A, B>, divide_elements>(x, y); }
template <value A, class B>
  requires either_adjoint<A, B>
auto operator+(const A& x, vector<B> y) { return vector_of_operation<primal_of_operands<A, B>, add_elements>(x, y); }
template <value A, class B>
  requires either_adjoint<A, B>
auto operator-(const A& x, vector<B> y) { return vector_of_operation<primal_of_operands<A, B>, subtract_elements>(x, y); }
template <value A, class B>
  requires either_adjoint<A, B>
auto operator*(const A& x, vector<B> y) { return vector_of_operation<primal_of_operands<A, B>, multiply_elements>(x, y); }
template <value A, class B>
  requires either_adjoint<A, B>
auto operator/(const A& x, vector<B> y) { return vector_of_operation<primal_of_operands<A, B>, divide_elements>(x, y); }

}  // namespace starling
