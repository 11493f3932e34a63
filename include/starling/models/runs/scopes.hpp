// What a run enters and leaves while a body runs: calls, and the conditional regions of combinators. Parts: run_parts of some reading.
#pragma once

#include <cstdint>
#include <tuple>
#include <type_traits>
#include <utility>

#include <starling/models/runs/run_parts.hpp>
#include <starling/traces/address.hpp>
#include <starling/values/where.hpp>

namespace starling {

// What a run that draws keeps of its numbers outside of a scope.
template <class V, bool Draws>
struct outer_numbers {};
template <class V>
struct outer_numbers<V, true> {
  typename stream<V>::outer_scope scope;
};

// Random numbers of its own, while it lives: those of a call, or of a conditional region of one.
template <class Parts>
struct own_numbers {
  Parts& run;
  std::uint32_t visit;
  std::uint64_t region;
  outer_numbers<typename Parts::V, Parts::draws> outer;
  own_numbers(Parts& parts, std::uint64_t region_now)
      : run(parts), visit(std::exchange(run.numbers.visit, 0u)), region(std::exchange(run.numbers.region, region_now)) {
    const std::uint64_t scope = region_now == 0 ? run.body.scope : hash_combine(run.body.scope, region_now);
    if constexpr (Parts::draws) run.numbers.stream.enter(outer.scope, run.numbers.all.scope(scope), run.lanes.place.first_lane, run.lanes.active);
  }
  ~own_numbers() {
    run.numbers.visit = visit;
    run.numbers.region = region;
    if constexpr (Parts::draws) run.numbers.stream.leave(outer.scope);
  }
};

// Enters a call, and leaves it however the callee ends.
template <class Parts>
struct in_call {
  Parts& run;
  std::uint32_t outer;
  std::uint64_t outer_hash;
  in_call(Parts& parts, const address& a) : run(parts), outer(run.body.walk.enter(a)), outer_hash(run.body.scope) { run.body.scope = extend_hash(outer_hash, a); }
  ~in_call() {
    run.body.walk.leave(outer);
    run.body.scope = outer_hash;
  }
};
template <class Parts>
struct call_scope : in_call<Parts>, own_numbers<Parts> {
  call_scope(Parts& run, const address& a) : in_call<Parts>(run, a), own_numbers<Parts>(run, 0) {}
};

// One of the regions of a call, by its number.
template <class Parts>
struct region_numbers : own_numbers<Parts> {
  region_numbers(Parts& run, std::uint64_t region) : own_numbers<Parts>(run, hash_combine(run.numbers.region, region)) {}
};

// A conditional region in lanes: the lanes of m are active in it, which its presence site says.
template <class Parts>
struct in_region {
  using V = typename Parts::V;
  Parts& run;
  active_lanes<V> lanes;
  std::uint32_t outside, first_site;
  in_region(Parts& parts, const mask_of<V>& m) : run(parts), lanes(run.lanes), outside(run.body.walk.enter_region()), first_site(run.body.walk.presence()) {
    run.make_room();
    run.lanes.alive = run.lanes.alive & (run.score.total() > V(negative_infinity));
    run.lanes.active = run.lanes.active & m;
  }
  ~in_region() {
    run.lanes = lanes;
    run.body.walk.leave_region(outside);
  }
};

// It counts everything from zero, and gives what its lanes have to the sums outside: the score, and `sums` of the operation.
template <class Parts, class Sums>
struct region_scope : in_region<Parts>, region_numbers<Parts> {
  using V = typename Parts::V;
  template <class... S>
  static std::tuple<S...> values_of(const std::tuple<S&...>& sums) { return sums; }
  using sums_type = decltype(values_of(std::declval<Sums>()));
  Sums now;
  decltype(Parts::score) score;
  sums_type outer;
  region_scope(Parts& run, const mask_of<V>& m, std::uint64_t region, const Sums& sums)
      : in_region<Parts>(run, m), region_numbers<Parts>(run, region), now(sums), score(run.score.take()), outer(sums) {
    std::apply([](auto&... v) { ((v = {}), ...); }, now);
  }
  void keep_what_counts() {
    Parts& run = in_region<Parts>::run;
    const std::uint32_t first = in_region<Parts>::first_site;
    const auto kept = [&](auto sum, const auto& inner) {
      sum.add(first, V(where(run.lanes.active, inner.total(), V(0))));
      return sum;
    };
    run.score = kept(score, run.score);
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      ((std::get<I>(now) = kept(std::get<I>(outer), std::get<I>(now))), ...);
    }(std::make_index_sequence<std::tuple_size_v<sums_type>>());
    V* const densities = run.storage.now.densities;
    if (!densities) return;
    densities[first] = V(0);
    for (std::uint32_t k = first + 1; k < run.body.walk.position(); ++k) densities[k] = where(run.lanes.active, densities[k], V(0));
  }
};

}  // namespace starling
