// Numbers that carry what they depend on and nothing else: one run of a body on them finds how its choices depend on each other
// (models/dependencies.hpp). A symbol stands for a number of any run, so, as with packs, it cannot be tested in an `if`.
//
// What a number depends on is a node of a graph: nothing, everything, a leaf (a choice, an argument), or a join of two nodes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include <starling/values/pick.hpp>
#include <starling/values/vector.hpp>

namespace starling {

// The nodes of a run on symbols, in order: a join comes after what it joins.
class symbol_nodes {
 public:
  using id = std::uint32_t;
  static constexpr id nothing = 0, everything = 1;
  struct node {
    id a = nothing, b = nothing;  // a leaf joins nothing with nothing
  };

  id leaf() { return add({}); }
  id join(id a, id b) {
    if (a == b || b == nothing || a == everything) return a;
    if (a == nothing || b == everything) return b;
    const node& last = nodes_.back();
    if (last.a == a && last.b == b) return static_cast<id>(nodes_.size() - 1);
    return add({a, b});
  }
  const std::vector<node>& all() const { return nodes_; }

  // Of the run of this thread. Throws std::logic_error outside of one.
  static symbol_nodes& current() {
    if (!current_) [[unlikely]]
      throw std::logic_error("symbols meet outside of a run on symbols: sl::dependencies(model, args)");
    return *current_;
  }
  // Makes `nodes` the current ones while it lives.
  class scope {
   public:
    explicit scope(symbol_nodes& nodes) : before_(current_) { current_ = &nodes; }
    ~scope() { current_ = before_; }
    scope(const scope&) = delete;
    scope& operator=(const scope&) = delete;

   private:
    symbol_nodes* before_;
  };

 private:
  id add(node n) {
    nodes_.push_back(n);
    return static_cast<id>(nodes_.size() - 1);
  }
  inline static constinit thread_local symbol_nodes* current_ = nullptr;
  std::vector<node> nodes_ = std::vector<node>(2);
};

class symbol;
class symbol_whole;
class symbol_mask;

template <class S> struct symbol_traits {
  using real = symbol;
  using integer = symbol_whole;
  using mask = symbol_mask;
  static constexpr int lanes = 2, rank = 3;  // it stands for more runs than one
};
template <> struct value_traits<symbol> : symbol_traits<symbol> {
  using scalar = double;
  static constexpr bool is_real = true, is_integer = false, is_boolean = false;
};
template <> struct value_traits<symbol_whole> : symbol_traits<symbol_whole> {
  using scalar = long;
  static constexpr bool is_real = false, is_integer = true, is_boolean = false;
};
template <> struct value_traits<symbol_mask> : symbol_traits<symbol_mask> {
  using scalar = bool;
  static constexpr bool is_real = false, is_integer = false, is_boolean = true;
};

template <class A> inline constexpr bool is_symbol = false;
template <> inline constexpr bool is_symbol<symbol> = true;
template <> inline constexpr bool is_symbol<symbol_whole> = true;
template <> inline constexpr bool is_symbol<symbol_mask> = true;
template <class A>
concept symbolic = is_symbol<std::remove_cvref_t<A>>;
// Values of which at least one is a symbol, beside plain numbers.
template <class... A>
concept with_symbols = (symbolic<A> || ...) && ((symbolic<A> || std::is_arithmetic_v<A>)&&...);

// What a value depends on; what several do together.
template <class A> inline symbol_nodes::id symbol_node_of(const A& x) {
  if constexpr (symbolic<A>) return x.node();
  else return symbol_nodes::nothing;
}
inline symbol_nodes::id join_nodes(symbol_nodes::id a, symbol_nodes::id b) {
  if (a == b || b == symbol_nodes::nothing) return a;
  if (a == symbol_nodes::nothing) return b;
  return symbol_nodes::current().join(a, b);
}
template <class... A> inline symbol_nodes::id nodes_of(const A&... x) {
  symbol_nodes::id all = symbol_nodes::nothing;
  ((all = join_nodes(all, symbol_node_of(x))), ...);
  return all;
}

// A boolean. `value`: what it is, where it depends on nothing.
class symbol_mask {
 public:
  symbol_mask() = default;
  template <std::same_as<bool> Bool> symbol_mask(Bool b) : value_(b) {}
  static symbol_mask at(symbol_nodes::id n) { return symbol_mask(n, true); }
  symbol_nodes::id node() const { return node_; }
  bool value() const { return value_; }
  bool operator[](int) const { return true; }
  template <std::same_as<bool> Bool> explicit operator Bool() const {
    static_assert(false_for<Bool>,
                  "an `if`, `&&` or `||` here depends on a random value, so the structure of the model would: choose values with "
                  "sl::where(condition, a, b), combine conditions with & | !, or declare the model sl::gen(sl::dynamic, body)");
    return false;
  }
  // Friends, so that sl::all and sl::none by themselves stay one function each: in addresses and selections they stand for every index, every address and none.
  friend bool all(symbol_mask) { return true; }
  friend bool none(symbol_mask) { return true; }
  friend symbol_mask operator!(symbol_mask a) { return symbol_mask(a.node_, a.node_ != symbol_nodes::nothing || !a.value_); }

 private:
  symbol_mask(symbol_nodes::id n, bool value) : node_(n), value_(value) {}
  symbol_nodes::id node_ = symbol_nodes::nothing;
  bool value_ = false;
};
inline bool any(symbol_mask) { return false; }

// A whole number.
class symbol_whole {
 public:
  symbol_whole() = default;
  template <std::integral Integer> symbol_whole(Integer) {}
  static symbol_whole from(const symbol& x);
  static symbol_whole at(symbol_nodes::id n) {
    symbol_whole x;
    x.node_ = n;
    return x;
  }
  symbol_nodes::id node() const { return node_; }
  long operator[](int) const { return 0; }

 private:
  symbol_nodes::id node_ = symbol_nodes::nothing;
};

// A real number.
class symbol {
 public:
  symbol() = default;
  template <class Number>
    requires std::is_arithmetic_v<Number>
  symbol(Number) {}
  symbol(const symbol_whole& x) : node_(x.node()) {}
  static symbol at(symbol_nodes::id n) {
    symbol x;
    x.node_ = n;
    return x;
  }
  symbol_nodes::id node() const { return node_; }
  double operator[](int) const { return 0; }

 private:
  symbol_nodes::id node_ = symbol_nodes::nothing;
};
inline symbol_whole symbol_whole::from(const symbol& x) { return at(x.node()); }

// Whole numbers and booleans among themselves give whole numbers, all else reals.
template <class A> inline constexpr bool is_whole_symbol = !value_traits<std::remove_cvref_t<A>>::is_real;
template <class... A> using symbol_number = std::conditional_t<(is_whole_symbol<A> && ...), symbol_whole, symbol>;
template <class... A> inline auto symbol_of(const A&... x) { return symbol_number<A...>::at(nodes_of(x...)); }

template <class A, class B>
  requires with_symbols<A, B>
inline auto operator+(const A& a, const B& b) { return symbol_of(a, b); }
template <class A, class B>
  requires with_symbols<A, B>
inline auto operator-(const A& a, const B& b) { return symbol_of(a, b); }
template <class A, class B>
  requires with_symbols<A, B>
inline auto operator*(const A& a, const B& b) { return symbol_of(a, b); }
template <class A, class B>
  requires with_symbols<A, B>
inline auto operator/(const A& a, const B& b) { return symbol_of(a, b); }
template <class A, class B>
  requires with_symbols<A, B>
inline auto operator%(const A& a, const B& b) { return symbol_of(a, b); }
template <symbolic A> inline auto operator-(const A& a) { return symbol_of(a); }
template <symbolic A> inline auto operator+(const A& a) { return symbol_of(a); }
template <symbolic A, class B>
  requires with_symbols<A, B>
inline A& operator+=(A& a, const B& b) { return a = A(a + b); }
template <symbolic A, class B>
  requires with_symbols<A, B>
inline A& operator-=(A& a, const B& b) { return a = A(a - b); }
template <symbolic A, class B>
  requires with_symbols<A, B>
inline A& operator*=(A& a, const B& b) { return a = A(a * b); }
template <symbolic A, class B>
  requires with_symbols<A, B>
inline A& operator/=(A& a, const B& b) { return a = A(a / b); }

template <class A, class B>
  requires with_symbols<A, B>
inline auto operator<(const A& a, const B& b) { return symbol_mask::at(nodes_of(a, b)); }
template <class A, class B>
  requires with_symbols<A, B>
inline auto operator<=(const A& a, const B& b) { return symbol_mask::at(nodes_of(a, b)); }
template <class A, class B>
  requires with_symbols<A, B>
inline auto operator>(const A& a, const B& b) { return symbol_mask::at(nodes_of(a, b)); }
template <class A, class B>
  requires with_symbols<A, B>
inline auto operator>=(const A& a, const B& b) { return symbol_mask::at(nodes_of(a, b)); }
template <class A, class B>
  requires with_symbols<A, B>
inline auto operator==(const A& a, const B& b) { return symbol_mask::at(nodes_of(a, b)); }
template <class A, class B>
  requires with_symbols<A, B>
inline auto operator!=(const A& a, const B& b) { return symbol_mask::at(nodes_of(a, b)); }
inline symbol_mask operator&(symbol_mask a, symbol_mask b) { return nodes_of(a, b) ? symbol_mask::at(nodes_of(a, b)) : symbol_mask(a.value() && b.value()); }
inline symbol_mask operator|(symbol_mask a, symbol_mask b) { return nodes_of(a, b) ? symbol_mask::at(nodes_of(a, b)) : symbol_mask(a.value() || b.value()); }
inline symbol_mask operator^(symbol_mask a, symbol_mask b) { return nodes_of(a, b) ? symbol_mask::at(nodes_of(a, b)) : symbol_mask(a.value() != b.value()); }

// a or b: it depends on both, and on the condition.
template <class A, class B>
  requires value<A> && value<B>
inline auto where(symbol_mask m, const A& a, const B& b) {
  if constexpr (value_traits<A>::is_boolean && value_traits<B>::is_boolean) return symbol_mask::at(nodes_of(m, a, b));
  else return symbol_number<A, B>::at(nodes_of(m, a, b));
}

// values[z]: any of them.
template <class Sequence> inline auto pick(const Sequence& values, const symbol_whole& z) {
  using element = std::remove_cvref_t<decltype(values[0])>;
  symbol_nodes::id all = z.node();
  if constexpr (symbolic<element>)
    for (std::size_t k = 0; k < std::size(values); ++k) all = join_nodes(all, symbol_node_of(values[k]));
  if constexpr (value_traits<element>::is_boolean) return symbol_mask::at(all);
  else return symbol_number<element>::at(all);
}

inline symbol to_real(const symbol& x) { return x; }
inline symbol to_real(const symbol_whole& x) { return symbol::at(x.node()); }
inline symbol to_real(const symbol_mask& x) { return symbol::at(x.node()); }
template <symbolic A> inline symbol_whole to_whole(const A& x) { return symbol_whole::at(x.node()); }
template <symbolic A> inline symbol_mask isnan(const A& x) { return symbol_mask::at(x.node()); }
template <symbolic A> inline symbol_mask isfinite(const A& x) { return symbol_mask::at(x.node()); }
template <symbolic A> inline A abs(const A& x) { return x; }
template <class A, class B>
  requires with_symbols<A, B>
inline auto min(const A& a, const B& b) { return symbol_of(a, b); }
template <class A, class B>
  requires with_symbols<A, B>
inline auto max(const A& a, const B& b) { return symbol_of(a, b); }

}  // namespace starling

#include <starling/values/symbol_math.hpp>
