// How the choices of a model depend on each other: its body run once on symbols (values/symbol.hpp).
//
//   const auto graph = sl::dependencies(model, sl::args(xs));
//   graph.parents({"y", 0})        the choices that its distribution depends on, through arithmetic and calls
//   graph.children("slope")        the choices whose distributions depend on it
//   graph.cone({"slope"})          what has to be scored again when these change: they and their children
//   graph.to_dot()                 the same as DOT, for Graphviz
//
// Real arguments (double, std::vector<double>, sl::each of one) are followed where the body takes them as `const auto&`; all others,
// and those of combinators, are constants. A distribution depends on what it tells parameters() of; without it, on what its density does.
// Where the structure depends on a random value (switch_, mask) all branches are followed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include <starling/models/arguments.hpp>
#include <starling/models/runs/choice.hpp>
#include <starling/models/generative_function.hpp>
#include <starling/models/runs/handler_defaults.hpp>
#include <starling/models/runs/symbolic_arguments.hpp>
#include <starling/traces/address.hpp>
#include <starling/values/symbol.hpp>

namespace starling {

class dependency_graph {
 public:
  using node_id = symbol_nodes::id;
  // A choice, a factor or an argument: what it depends on, and (of a choice or argument) the node of its value. Or a map, unfold, …, and
  // what its arguments depend on.
  struct vertex {
    enum class kind { choice,
                      factor,
                      argument,
                      instances } what = kind::choice;
    path where;
    std::uint64_t hash = 0;
    node_id inputs = symbol_nodes::nothing, value = symbol_nodes::nothing;
    std::uint64_t instances = 0;  // the hash of the address of the outermost map, unfold, … that it is in; 0: none
  };
  // A call outside of instances, and the node of its result.
  struct call_vertex {
    std::uint64_t hash = 0;
    node_id result = symbol_nodes::nothing;
  };

  // In the order of the run.
  const std::vector<vertex>& vertices() const { return vertices_; }
  const std::vector<call_vertex>& calls() const { return calls_; }
  // Whether the structure depends on a random value, and where.
  bool is_conditional() const { return conditional_; }
  const path& first_condition() const { return condition_; }

  // All throw std::out_of_range where no choice stands at `where`.
  std::vector<path> parents(const path& where) const;
  std::vector<std::size_t> arguments_of(const path& where) const;
  std::vector<path> children(const path& where) const;
  std::vector<path> cone(std::initializer_list<path> changed) const { return cone(std::span(changed.begin(), changed.size())); }
  std::vector<path> cone(std::span<const path> changed) const;
  std::string to_dot() const;

  // The vertex of the choice at the path with this hash, or −1.
  std::int64_t find(std::uint64_t hash) const;
  // What depends on the value of a vertex directly: vertices, and calls whose results do.
  struct dependents {
    std::vector<std::uint32_t> vertices, calls;
  };
  dependents dependents_of(std::uint32_t vertex) const;

 private:
  friend class symbol_handler;
  void finish();
  std::uint32_t at(const path& where) const;
  std::vector<std::uint32_t> inputs_of(std::uint32_t vertex) const;

  symbol_nodes nodes_;
  std::vector<vertex> vertices_;
  std::vector<call_vertex> calls_;
  std::vector<std::pair<std::uint64_t, std::uint32_t>> by_hash_;  // open addressing: the hash of a choice and its vertex + 1, 0 where there is none
  std::unordered_map<node_id, std::uint32_t> by_value_;
  std::vector<std::uint32_t> first_use_, uses_;  // of each node: the joins, vertices and calls (one numbering, in that order) that use it
  bool conditional_ = false;
  path condition_;
};

// Whether a type can hold no symbols: numbers, data, texts, ….
template <class X>
constexpr bool holds_no_symbols() {
  if constexpr (symbolic<X>) return false;
  else if constexpr (std::is_arithmetic_v<X> || std::is_enum_v<X> || std::is_empty_v<X>) return true;
  else if constexpr (parts_kind<X> != made::whole) return !some_part<X>([]<class P>(std::type_identity<P>) { return !holds_no_symbols<P>(); });
  else if constexpr (requires { typename X::value_type; }) return !std::is_same_v<std::remove_const_t<typename X::value_type>, X> && holds_no_symbols<std::remove_const_t<typename X::value_type>>();
  else return false;
}

// What a value of any shape depends on; everything, where that cannot be seen.
template <class X>
symbol_nodes::id nodes_in(const X& x) {
  symbol_nodes::id all = symbol_nodes::nothing;
  const auto add = [&](const auto& part) { all = join_nodes(all, nodes_in(part)); };
  if constexpr (holds_no_symbols<X>()) return all;
  else if constexpr (symbolic<X>) return x.node();
  else if constexpr (parts_kind<X> != made::whole) for_each_part(add, x);
  else if constexpr (requires { x.size(); x[std::size_t{0}]; })
    for (std::size_t i = 0; i < x.size(); ++i) add(x[i]);
  else return symbol_nodes::everything;
  return all;
}

// Whom a distribution may tell its parameters, to see whether it does.
struct no_visitor {
  template <class Value, class Ok>
  void operator()(std::string_view, const Value&, const Ok&, std::string_view) const {}
};

// The handler of a run on symbols: it decides nothing and scores nothing.
class symbol_handler : public handler_defaults<symbol_handler, symbol> {
 public:
  explicit symbol_handler(dependency_graph& graph) : graph_(graph), nodes_(graph.nodes_) {}

  template <class D>
    requires distribution_type<D>
  auto operator()(const address& a, const D& d) {
    using X = typename D::template value<symbol>;
    const symbol_nodes::id inputs = inputs_of<X>(d);
    return value_at<X>(claim(dependency_graph::vertex::kind::choice, a, inputs), d);
  }
  template <class G, class... Args>
    requires(!distribution_type<G>)
  decltype(auto) operator()(const address& a, const G& g, const Args&... args) {
    static_assert(generative_function<G>, "trace(address, f, args…): f is neither a distribution nor a generative function; wrap a callable in sl::gen(f)");
    if constexpr (G::knows_address) {
      return call_without_numbers(a, g, args...);
    } else {
      if (a.hash() == address().hash()) return g.run(*this, args...);
      const inside scope(*this, a);
      if constexpr (std::is_void_v<decltype(g.run(*this, args...))>) {
        g.run(*this, args...);
        end_call(symbol_nodes::nothing);
      } else {
        std::decay_t<decltype(g.run(*this, args...))> r = g.run(*this, args...);
        end_call(nodes_in(r));
        return r;
      }
    }
  }
  template <class X>
  void factor(const X& log_density) {
    claim(dependency_graph::vertex::kind::factor, address(), join_nodes(symbol_node_of(log_density), active_.node()));
  }
  template <class F>
  void masked(const mask& m, std::uint64_t, F&& f) {
    if (m.node() == symbol_nodes::nothing && !m.value()) return;
    if (m.node() != symbol_nodes::nothing) note_condition();
    const mask outside = active_;
    active_ = active_ & m;
    f();
    active_ = outside;
  }
  template <class R, class Policy, class F>
  results<R> instances(std::size_t n, Policy&& policy, F&& f) {
    if (instances_ == 0) claim(dependency_graph::vertex::kind::instances, address(), policy.is_told_all ? nodes_in(policy.arguments) : symbol_nodes::everything);
    const std::uint64_t outside = instances_;
    if (outside == 0) instances_ = where_.hash();
    const auto each = run_each<R>(*this, n, [&](auto& self, std::size_t i, const results<R>& so_far) {
      const inside scope(self, address(static_cast<std::int64_t>(i)));
      return f(self, i, so_far);
    });
    instances_ = outside;
    return each;
  }
  mask active() const { return active_; }
  const path& here() const { return where_; }

  // Argument k of the model, as a symbol where it is real and `Follow`.
  template <bool Follow, class A>
  auto argument(std::size_t k, const A& a) {
    if constexpr (!Follow || std::is_same_v<symbolic_argument<A>, A>) return a;
    else return symbols_for(a, symbol::at(claim_argument(k)));
  }
  void finish() { graph_.finish(); }
  symbol_nodes& nodes() { return nodes_; }

 private:
  // Of a function whose parameters are not there: all that it gives depends on all that it takes.
  template <class G, class... Args>
  auto call_without_numbers(const address& a, const G& g, const Args&... args) {
    symbol_nodes::id all = symbol_nodes::nothing;
    ((all = join_nodes(all, nodes_in(args))), ...);
    const auto r = g.filled(args..., symbol::at(all));
    if (a.hash() != address().hash()) {
      const inside scope(*this, a);
      end_call(all);
    }
    return r;
  }
  struct inside {
    symbol_handler& h;
    path outer;
    inside(symbol_handler& handler, const address& a) : h(handler), outer(handler.where_) { h.where_.append(a); }
    ~inside() { h.where_ = std::move(outer); }
  };
  symbol_nodes::id claim(dependency_graph::vertex::kind what, const address& a, symbol_nodes::id inputs);
  symbol_nodes::id claim_argument(std::size_t k);
  void end_call(symbol_nodes::id result);
  void note_condition();

  template <class X, class D>
  symbol_nodes::id inputs_of(const D& d) const {
    symbol_nodes::id all = active_.node();
    constexpr bool tells = !std::is_same_v<decltype(&D::template parameters<const no_visitor&>), void (distribution::*)(const no_visitor&) const>;
    if constexpr (tells) {
      d.parameters([&](std::string_view, const auto& value, const auto& ok, std::string_view) { all = join_nodes(all, join_nodes(nodes_in(value), nodes_in(ok))); });
    } else if constexpr (!is_improper<D> && !std::is_empty_v<D>) {
      all = join_nodes(all, nodes_in(d.log_density(value_at<X>(symbol_nodes::nothing, d))));
    }
    return all;
  }
  template <class X, class D>
  static X value_at(symbol_nodes::id n, const D& d) {
    const auto element = choice_element<X>::at(n);
    if constexpr (rank_of<X> == 0) return element;
    else if constexpr (rank_of<X> == 1) return X(static_cast<std::size_t>(d.size()), element);
    else {
      X x(static_cast<std::size_t>(d.rows()), static_cast<std::size_t>(d.cols()));
      for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = element;
      return x;
    }
  }

  dependency_graph& graph_;
  symbol_nodes& nodes_;
  path where_;
  symbol_mask active_ = symbol_mask(true);
  std::uint64_t instances_ = 0;
};

// Runs the model, with arguments as they are or (Follow) as symbols.
template <bool... Follow, class G, class... A>
dependency_graph run_on_symbols(const G& model, const A&... as) {
  dependency_graph graph;
  symbol_handler h(graph);
  const arena_scope scope;
  const symbol_nodes::scope symbols(h.nodes());
  [&]<std::size_t... K>(std::index_sequence<K...>) {
    const std::tuple<decltype(h.template argument<Follow>(K, as))...> given{h.template argument<Follow>(K, as)...};
    std::apply([&](const auto&... a) { model.run(h, a...); }, given);
  }(std::index_sequence_for<A...>());
  h.finish();
  return graph;
}

template <generative_function G, class... A>
dependency_graph dependencies(const G& model, const arguments<A...>& as) {
  return std::apply([&](const auto&... a) {
    using F = followed_arguments<G, symbol_handler, std::decay_t<decltype(a)>...>;
    return [&]<bool... Follow>(std::integer_sequence<bool, Follow...>) { return run_on_symbols<Follow...>(model, a...); }(F());
  },
                    as.values);
}

}  // namespace starling
