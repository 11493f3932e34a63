#pragma once
// assess: the score of given choices. Every address must be given, and nothing else.
#include <starling/models/slips.hpp>
#include <starling/models/runs/constraints.hpp>
#include <starling/models/trace.hpp>
#include <starling/models/runs/batch_run.hpp>

namespace starling {

template <class Value>
struct assessed {
  double score = 0;  // log p(choices; arguments)
  Value value;       // what the body returns with these choices
};

// Throws std::invalid_argument where a choice is missing or one is not the model's.
template <generative_function G, class... A>
auto assess(const G& model, const arguments<A...>& as, const choice_map& choices) {
  require_one_lane(choices, "assess");
  using T = trace<G, arguments<A...>>;
  trace_state run;
  const arena_scope scope;
  structure_walk walk(run.structure, false);
  deciding_handler<double> h(walk, key(0), run.numbers, {}, nullptr, choices, without_value::is_missing);
  assessed<decltype(persist(T::run(model, h, as)))> r{0, persist(T::run(model, h, as))};
  finish_run(walk, h, run);
  if (!h.all_used()) {
    require_met(choices, *run.structure, "assess");
  }
  r.score = run.score;
  return r;
}

template <class Batch>
struct assessed_batch {
  std::vector<double> scores;
  Batch traces;  // with the values that the body returned
};

template <class G, class... A, class T>
auto assess_lanes(const G& model, const arguments<A...>& as, const choice_map& choices, const lane_request<T>& n, without_value missing = without_value::is_missing) {
  using V = native_pack<T>;
  using B = batch<G, arguments<A...>, V>;
  require_lanes(choices, n.first + n.count);
  B b(model, std::make_shared<const arguments<A...>>(as), n.count, n.first);
  const planner<V> asked(choices, missing);
  site_plan plan;
  const auto require_used = [&](const auto& h, const tile<V>& t, const run_place& place) {
    const auto constraint_of = [&](std::uint32_t j) { return j < plan.size() ? plan[j] : site_step(); };
    if (any(h.keeping().unreached | lanes_unreached(h.structure(), t, place, constraint_of)))
      throw std::invalid_argument("assess: in some lanes a value was given for a choice that the model does not make there");
  };
  batch_run(b).anew(
      [&](structure_walk& walk, tile_storage<V>& storage, const run_place& place, auto done) {
        deciding_handler<V> h(walk, key(0), storage, asked, place, &plan);
        done(h);
        require_met_by(h, walk, choices, "assess");
        require_used(h, storage.view(), place);
      },
      [&](structure_walk& walk, tile<V> t, const run_place& place, std::size_t, auto done) {
        deciding_handler<V> h(walk, key(0), t, place, plan, asked);
        done(h);
        require_used(h, t, place);
      });
  auto scores = b.scores();
  return assessed_batch<B>{std::move(scores), std::move(b)};
}

// N lanes at once, the choices shared or per lane.
template <generative_function G, class... A, class T>
  requires(!G::is_dynamic)
auto assess(const G& model, const arguments<A...>& as, const choice_map& choices, const lane_request<T>& n) {
  return assess_lanes(model, as, choices, n);
}

}  // namespace starling
