// Vectors of adjoints that are not worked out yet. Arithmetic on vectors makes a node: an operation and its operands. Who consumes the vector, most often
// a density, works it out in blocks that stay in the nearest cache, and passes the derivatives back within the same block: one pass over the data, no
// entry on the tape, one sum in registers for each number that all elements depend on. Where the elements themselves are asked for they are worked out
// once, as numbers with cells of their own, with one entry on the tape.
//
// A node holds its own copies: what its operands were made of may change or go. Nodes live as long as the tape's entries.
#pragma once

#include <cstddef>
#include <cstring>
#include <type_traits>

#include <starling/values/adjoint_number.hpp>
#include <starling/values/captured_cells.hpp>
#include <starling/values/dual.hpp>
#include <starling/values/matrix_kernels.hpp>

namespace starling {

// How elements are worked on: in one lane in packs of them, in lanes one by one.
template <class V> struct element_work {
  using type = V;
};
template <std::floating_point V> struct element_work<V> {
  using type = native_pack<V>;
};
template <class V> using element_work_of = typename element_work<V>::type;
template <class V> inline constexpr std::size_t elements_in_work = std::is_arithmetic_v<V> ? lanes_of<element_work_of<V>> : 1;
template <class V> inline constexpr std::size_t elements_in_block = std::is_arithmetic_v<V> ? 256 : 32;

template <class V> [[gnu::always_inline]] inline element_work_of<V> load_work(const V* from) {
  if constexpr (std::is_arithmetic_v<V>) return element_work_of<V>::load(from);
  else return *from;
}
template <class V> [[gnu::always_inline]] inline void store_work(const element_work_of<V>& x, V* to) {
  if constexpr (std::is_arithmetic_v<V>) x.store(to);
  else *to = x;
}
template <class V> [[gnu::always_inline]] inline V sum_of_work(const element_work_of<V>& x) {
  if constexpr (std::is_arithmetic_v<V>) return sum(x);
  else return x;
}

// A node. In a pass, for the block of m elements from `first` on (in one lane m is rounded up to whole packs: what lies beyond counts nowhere):
// `now` are its values; `slope`, where something was given, the derivatives of the result with respect to them, 0 beyond the end.
template <class V> struct vector_node {
  using work = element_work_of<V>;

  std::size_t n = 0;
  std::size_t depth = 0;   // of the scope of the tape that it was made in
  std::size_t weight = 1;  // nodes in all, counted along all ways
  bool is_active = false;  // has derivatives
  bool is_number = false;  // one number for all elements
  bool takes_derivative = false;  // a function: needs room for its derivative
  bool is_listed = false;  // in a pass
  bool is_leaf = false;
  void (*forward)(vector_node&, std::size_t first, std::size_t m) = nullptr;
  void (*backward)(vector_node&, std::size_t first, std::size_t m) = nullptr;  // passes the slopes on; null: nothing to do
  vector_node* a = nullptr;
  vector_node* b = nullptr;
  adjoint<V>* elements = nullptr;  // once they were asked for

  const V* now = nullptr;
  const V* slope = nullptr;
  V* values = nullptr;      // room for a block's
  V* slopes = nullptr;
  V* room = nullptr;        // for a block's slopes
  V* derivative = nullptr;  // of the values by those of `a`, of functions
  V total = V(0);           // of numbers: the sum of the slopes
  vector_node* next = nullptr;
  vector_node* previous = nullptr;

  // f(i): the slopes of elements i, i + 1, … that one consumer gives.
  template <class F> [[gnu::always_inline]] void give(std::size_t m, F f) {
    if (!is_active) return;
    constexpr std::size_t width = elements_in_work<V>;
    if (is_number) {
      work sum(0);
      for (std::size_t i = 0; i < m; i += width) sum = sum + f(i);
      total = total + sum_of_work<V>(sum);
    } else if (slope) {
      for (std::size_t i = 0; i < m; i += width) store_work<V>(load_work<V>(slope + i) + f(i), slopes + i);
      slope = slopes;
    } else {
      for (std::size_t i = 0; i < m; i += width) store_work<V>(f(i), slopes + i);
      slope = slopes;
    }
  }
  // The same of slopes that stand somewhere.
  [[gnu::noinline]] void give_all(std::size_t m, const V* from) {
    if (is_active && !is_number && !slope) slope = from;
    else give(m, [&](std::size_t i) { return load_work<V>(from + i); });
  }
};

// How many elements of n from `first` on are in a block, and the same rounded up to whole packs.
template <class V> inline std::size_t block_size(std::size_t n, std::size_t first) { return n - first < elements_in_block<V> ? n - first : elements_in_block<V>; }
template <class V> inline std::size_t block_room(std::size_t m) { return (m + elements_in_work<V> - 1) / elements_in_work<V> * elements_in_work<V>; }

template <class Node, class V> Node& new_node(std::size_t n) {
  auto& node = *::new (static_cast<void*>(tape<V>::current->template take<Node>(1))) Node();
  node.n = n;
  node.depth = tape<V>::current->depth();
  return node;
}

// A number that all elements share.
template <class V> struct number_node : vector_node<V> {
  adjoint<V> x;
};

// Numbers side by side: constants, or numbers with cells.
template <class V> struct leaf_node : vector_node<V> {
  const V* all = nullptr;
  captured_cells<V> cells;

  static void take(vector_node<V>& node, std::size_t first, std::size_t m) {
    auto& self = static_cast<leaf_node&>(node);
    if (first + block_room<V>(m) <= self.n || !std::is_arithmetic_v<V>) {
      self.now = self.all + first;
      if (self.cells && !self.cells.each) {
        // What is given goes to the cells at once.
        self.slopes = self.cells.cells + first;
        self.slope = self.slopes;
        self.is_direct = true;
      }
    } else {
      for (std::size_t i = 0; i < block_room<V>(m); ++i) self.values[i] = self.all[first + (i < m ? i : m - 1)];
      self.now = self.values;
      self.slopes = self.room;
      self.is_direct = false;
    }
  }
  static void pass_on(vector_node<V>& node, std::size_t first, std::size_t m) {
    auto& self = static_cast<leaf_node&>(node);
    if (self.is_direct) return;
    for (std::size_t i = 0, end = m < self.n - first ? m : self.n - first; i < end; ++i) self.cells.add(first + i, self.slope[i]);
  }
  bool is_direct = false;
};
template <class V> leaf_node<V>& new_leaf(const V* all, const captured_cells<V>& cells, std::size_t n) {
  auto& leaf = new_node<leaf_node<V>, V>(n);
  leaf.all = all;
  leaf.cells = cells;
  leaf.is_active = static_cast<bool>(cells);
  leaf.is_leaf = true;
  leaf.forward = leaf_node<V>::take;
  leaf.backward = leaf_node<V>::pass_on;
  return leaf;
}

// The nodes that a result needs, in an order in which operands come first, and a pass over them. Scratch memory is the run's arena's, of the scope
// that the owner has open.
template <class V> class vector_pass {
 public:
  vector_pass() = default;
  vector_pass(const vector_pass&) = delete;
  vector_pass& operator=(const vector_pass&) = delete;
  ~vector_pass() {
    for (auto* p = first_; p; p = p->next) p->is_listed = false;
  }

  [[gnu::noinline]] void add(vector_node<V>& node) {
    if (node.is_listed) return;
    node.is_listed = true;
    if (node.a) add(*node.a);
    if (node.b) add(*node.b);
    node.previous = last_;
    node.next = nullptr;
    (last_ ? last_->next : first_) = &node;
    last_ = &node;
    constexpr std::size_t room = elements_in_block<V>;
    auto& memory = arena::current();
    node.values = memory.take<V>(room);
    if (node.is_number) {
      for (std::size_t i = 0; i < room; ++i) node.values[i] = static_cast<const number_node<V>&>(node).x.value();
      node.now = node.values;
      node.total = V(0);
    } else if (node.is_active) {
      node.slopes = node.room = memory.take<V>(room);
      if (node.takes_derivative) node.derivative = memory.take<V>(room);
    }
  }
  // The values of m elements from `first` on, everywhere; nothing is given yet.
  [[gnu::noinline]] void forward(std::size_t first, std::size_t m) {
    for (auto* p = first_; p; p = p->next) {
      p->slope = nullptr;
      if (p->forward) p->forward(*p, first, m);
    }
  }
  // Passes on what was given.
  [[gnu::noinline]] void backward(std::size_t first, std::size_t m) {
    for (auto* p = last_; p; p = p->previous)
      if (p->slope && p->backward) p->backward(*p, first, m);
  }
  // After the last block: to the cells of the numbers.
  [[gnu::noinline]] void finish() {
    for (auto* p = first_; p; p = p->next)
      if (p->is_number && p->is_active) static_cast<number_node<V>*>(p)->x.add_derivative(p->total);
  }

 private:
  vector_node<V>* first_ = nullptr;
  vector_node<V>* last_ = nullptr;
};

// The elements of a node as numbers of their own.
template <class V> struct worked_out_entry : tape_entry {
  vector_node<V>* node;
  V* own;
  static void pull_all(tape_entry* e) {
    const auto& self = static_cast<const worked_out_entry&>(*e);
    const arena_scope scratch;
    vector_pass<V> pass;
    pass.add(*self.node);
    for (std::size_t first = 0, n = self.node->n; first < n; first += elements_in_block<V>) {
      const std::size_t m = block_size<V>(n, first);
      pass.forward(first, m);
      self.node->give_all(block_room<V>(m), self.own + first);
      pass.backward(first, block_room<V>(m));
    }
    pass.finish();
  }
};
// Once for all; but in a scope within that of the node the elements are constants, and not kept.
template <class V> [[gnu::noinline]] adjoint<V>* worked_out(vector_node<V>& node) {
  if (node.elements) return node.elements;
  if (!tape<V>::current) [[unlikely]]
    throw_no_tape();
  tape<V>& t = *tape<V>::current;
  const bool inside = t.depth() != node.depth;
  const std::size_t n = node.n;
  auto* const elements = t.template take<adjoint<V>>(n);
  if (node.is_leaf) {
    const auto& leaf = static_cast<const leaf_node<V>&>(node);
    for (std::size_t i = 0; i < n; ++i) elements[i] = leaf.cells && !inside ? adjoint<V>(leaf.all[i], V(1), leaf.cells.cells + i) : adjoint<V>(leaf.all[i]);
    if (!inside) node.elements = elements;
    return elements;
  }
  V* const own = node.is_active && !inside ? t.cells(block_room<V>(n)) : nullptr;
  {
    const arena_scope scratch;
    vector_pass<V> pass;
    pass.add(node);
    for (std::size_t first = 0; first < n; first += elements_in_block<V>) {
      const std::size_t m = block_size<V>(n, first);
      pass.forward(first, m);
      for (std::size_t i = 0; i < m; ++i) elements[first + i] = own ? adjoint<V>(node.now[i], V(1), own + first + i) : adjoint<V>(node.now[i]);
    }
  }
  if (own) {
    auto* const e = t.template push<worked_out_entry<V>>(worked_out_entry<V>::pull_all);
    e->node = &node;
    e->own = own;
  }
  if (!inside) node.elements = elements;
  return elements;
}

}  // namespace starling
