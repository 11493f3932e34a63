// The runs that the value and the derivatives of an expectation are made of, for one block of lanes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <starling/execution/executor.hpp>
#include <starling/inference/expectations/expectation_handler.hpp>
#include <starling/inference/expectations/lane_means.hpp>
#include <starling/models/gradient.hpp>

namespace starling {

// Of one block: the cost and its derivatives, a number a lane.
template <class V> struct block_derivatives {
  struct parameter {
    literal name;
    std::vector<double> values;
    std::vector<V> by;
  };
  V cost = V(0);
  std::vector<V> arguments;
  std::vector<parameter> parameters;

  V of_parameter(const literal& name, std::size_t i) const {
    for (const auto& p : parameters)
      if (p.name.hash() == name.hash()) return p.by[i];
    return V(0);
  }
  parameter& parameter_named(const literal& name, std::span<const double> values) {
    for (auto& p : parameters)
      if (p.name.hash() == name.hash()) return p;
    parameters.push_back({name, {values.begin(), values.end()}, std::vector<V>(values.size(), V(0))});
    return parameters.back();
  }
};

template <class G, class Arguments, class V> class expectation_run {
 public:
  using A = adjoint<V>;

  template <class T> expectation_run(const G& model, const Arguments& as, const key& k, const lane_request<T>& n) : model_(model), arguments_(as), key_(k) {
    if (const auto given = argument_lanes(as); given != 0 && given != n.first + n.count)
      throw std::invalid_argument("expectation: arguments are given for " + std::to_string(given) + " lanes, it runs " + std::to_string(n.first + n.count));
    // The first run finds the structure, and whether scores are needed.
    enumeration picks;
    workspace w;
    structure_ = plain_run({n.first, n.first + n.count}, picks, nullptr, &has_scores_, w).structure;
  }

  // The numbers of the runs of some blocks, one after the other.
  struct workspace {
    tile_storage<V> plain;
    tile_storage<A> on_tape;
    enumeration picks;
    workspace() { plain.keep_densities = on_tape.keep_densities = false; }
  };

  bool has_scores() const { return has_scores_; }

  // f(block, its lanes, workspace) for all blocks, some of them one after the other.
  template <class F> void over_blocks(const lane_blocks<V>& blocks, F f) const {
    const std::size_t together = blocks.count / 64 + 1;
    parallel_for((blocks.count + together - 1) / together, [&](std::size_t some) {
      workspace w;
      for (std::size_t b = some * together; b < blocks.count && b < (some + 1) * together; ++b) f(b, blocks.place(b), w);
    });
  }

  // The cost in each lane, its mean over enumerated sites.
  V expected_cost(const run_place& place, workspace& w) const {
    V sum(0);
    do {
      const auto r = plain_run(place, w.picks, nullptr, nullptr, w);
      sum = sum + weighted(r.weight, r.cost);
    } while (w.picks.advance());
    return sum;
  }

  // baseline: the mean cost of the other lanes.
  block_derivatives<V> derivatives(const run_place& place, const V& baseline, workspace& w) const {
    block_derivatives<V> found;
    const arena_scope memory;
    tape_scope<V> tape;
    with_arguments<V>(arguments_, place.first_lane, place.lanes, [&](const auto&... a) {
      const auto given = std::tuple_cat(argument_variable<true>(tape, a)...);
      std::uint32_t combination = 0;
      do add_derivatives(place, baseline, given, w, combination++, found);
      while (w.picks.advance());
      found.arguments.reserve(std::apply([](const auto&... x) { return (count_of(x) + ... + 0); }, given));
      std::apply([&](const auto&... x) { (add_argument(x, found.arguments), ...); }, given);
    });
    return found;
  }

 private:
  struct plain_result {
    V cost, weight;
    std::shared_ptr<const schema> structure;
  };

  static V weighted(const V& weight, const V& cost) { return where(weight > V(0), weight * cost, V(0)); }

  template <class R, class Value> static R as_cost(const Value& value) {
    constexpr bool is_number = value_traits<std::remove_cvref_t<Value>>::is_real || value_traits<std::remove_cvref_t<Value>>::is_integer;
    static_assert(is_number, "sl::expectation: the body must return its cost, a number");
    return R(as_real(value));
  }
  const std::shared_ptr<const schema> no_structure_ = nullptr;

  plain_result plain_run(const run_place& place, enumeration& picks, const std::vector<forced_value<V>>* forced, bool* scores, workspace& w) const {
    const arena_scope memory;
    tile_storage<V>& storage = w.plain;
    const bool known = !G::is_dynamic && structure_;
    structure_walk walk(known ? structure_ : no_structure_, known);
    if (known) storage.fit(*structure_);
    expectation_handler<V> h(walk, key_, storage, place, picks, nullptr, forced);
    const V cost = with_arguments<V>(arguments_, place.first_lane, place.lanes, [&](const auto&... a) { return as_cost<V>(model_.run(h, a...)); });
    auto structure = walk.finish();
    throw_if_bad(h.problem(), *structure);
    if (scores) *scores = h.has_scores();
    return {cost, h.weight(), std::move(structure)};
  }

  // Of one combination of enumerated values; those with respect to arguments are gathered in the cells of `given`.
  template <class Given>
  void add_derivatives(const run_place& place, const V& baseline, const Given& given, workspace& w, std::uint32_t combination, block_derivatives<V>& found) const {
    const arena_scope memory;
    tape_scope<V> tape;
    tile_storage<A>& storage = w.on_tape;
    const bool known = !G::is_dynamic && structure_;
    structure_walk walk(known ? structure_ : no_structure_, known);
    if (known) storage.fit(*structure_);
    parameter_variables<V> parameters(tape);
    expectation_handler<A> h(walk, key_, storage, place, w.picks, &parameters, nullptr);
    const A cost = std::apply([&](const auto&... x) { return as_cost<A>(model_.run(h, x...)); }, given);
    if (!known || h.problem().found) throw_if_bad(h.problem(), *walk.finish());
    const V c = cost.value(), weight = h.weight().value();
    const auto possible = weight > V(0);
    const V signal = where(possible, V(weight * c), V(0));
    cost.add_derivative(where(possible, weight, V(0)));
    h.weight().add_derivative(where(either(possible, c - c == V(0)), c, V(0)));
    h.scores().add_derivative(weighted(weight, V(c - baseline)));
    for (const auto& s : h.own_scores()) s.log_density.add_derivative(weighted(weight, V(c - s.baseline)));
    add_jumps(place, w.picks, combination, h.jumps(), signal, w);
    tape.sweep();
    found.cost = found.cost + signal;
    parameters.each([&](const literal& name, std::span<const double> values, const V* cells) {
      auto& p = found.parameter_named(name, values);
      for (std::size_t i = 0; i < values.size(); ++i) p.by[i] = p.by[i] + cells[i];
    });
  }

  template <class X> static constexpr bool is_variables = requires(const X& x) { x[0].cell(); x.size(); };
  template <class X> static std::size_t count_of(const X& x) {
    if constexpr (is_adjoint<X>) return 1;
    else if constexpr (is_variables<X>) return x.size();
    else return 0;
  }
  template <class X> static void add_argument(const X& x, std::vector<V>& to) {
    if constexpr (is_adjoint<X>) to.push_back(x.derivative());
    else if constexpr (is_variables<X>)
      for (std::size_t i = 0; i < x.size(); ++i) to.push_back(x[i].derivative());
  }

  // The cost, weighted, of a run like the one with these picks in which some sites are forced.
  V rerun(const run_place& place, const enumeration& picks, const std::vector<forced_value<V>>& forced, workspace& w) const {
    enumeration same = picks;
    const auto r = plain_run(place, same, &forced, nullptr, w);
    return weighted(r.weight, r.cost);
  }

  void add_jumps(const run_place& place, const enumeration& picks, std::uint32_t combination, const std::vector<jump<V>>& jumps, const V& signal, workspace& w) const {
    if (jumps.empty()) return;
    std::vector<forced_value<V>> forced(1);
    V total(0);
    for (const auto& j : jumps) {
      const auto moves = j.coefficient != V(0);
      if (!any(moves)) continue;
      if (j.is_perturbation) {
        total = total + abs(j.coefficient);
        continue;
      }
      forced[0] = {j.site, moves, j.plus};
      const V plus = rerun(place, picks, forced, w);
      V minus = signal;
      if (j.has_minus) forced[0].value = j.minus, minus = rerun(place, picks, forced, w);
      j.direction.add_derivative(where(moves, V(j.coefficient * (plus - minus)), V(0)));
    }
    if (!any(total > V(0))) return;
    // Each lane runs one of its perturbations, which then stands for all of them.
    stream<V> chooser(key_.scope(hash_text("perturbation")), place.first_lane);
    chooser.visit(combination);
    const V target = total * chooser.uniform();
    V reached(0);
    forced.clear();
    std::vector<const jump<V>*> tried;
    auto pending = total > V(0);
    for (const auto& j : jumps) {
      if (!j.is_perturbation) continue;
      reached = reached + abs(j.coefficient);
      const auto mine = both(pending, both(j.coefficient != V(0), target <= reached));
      pending = both(pending, !mine);
      if (!any(mine)) continue;
      forced.push_back({j.site, mine, j.plus});
      tried.push_back(&j);
    }
    if (tried.empty()) return;
    const V difference = rerun(place, picks, forced, w) - signal;
    for (std::size_t i = 0; i < tried.size(); ++i)
      tried[i]->direction.add_derivative(where(forced[i].lanes, V(copysign(total, tried[i]->coefficient) * difference), V(0)));
  }

  const G& model_;
  const Arguments& arguments_;
  key key_;
  std::shared_ptr<const schema> structure_;
  bool has_scores_ = false;
};

}  // namespace starling
