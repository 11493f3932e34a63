#pragma once
// generate: a trace that agrees with constraints, the rest drawn from the model.
// log weight = Σ log density of the constrained choices (and factors). No constraints: 0. All constrained: the score.
#include <starling/models/slips.hpp>
#include <starling/models/runs/constraints.hpp>
#include <starling/models/trace.hpp>
#include <starling/models/runs/unreached.hpp>
#include <starling/models/runs/batch_run.hpp>

namespace starling {

template <class Trace>
struct weighted_trace {
  Trace trace;
  double weight = 0;  // log weight
};

template <class G, class Arguments>
double generate_into(trace<G, Arguments>& t, const choice_map& constraints, const key& k, bool allow_starts = false,
                     const run_place& place = {}, const constraint_options& o = {}) {
  double weight = 0;
  t.advance(t.shared_args(), [&](const trace_state&, trace_state& next, journal&) {
    structure_walk walk(next.structure, false);
    deciding_handler<double> h(walk, k, next.numbers, place, nullptr, constraints);
    t.keep_instances_of(h);
    if (allow_starts) h.allow_starts();
    auto value = trace<G, Arguments>::run(t.model(), h, t.args());
    finish_run(walk, h, next);
    weight = h.weight();
    if (!h.all_used()) weight = unreached_weight(t, t.args(), constraints, *next.structure, nullptr, weight, "generate", o);
    return value;
  });
  return weight;
}

// A trace with the given choices, the others drawn; and its log weight. A constraint that the model cannot visit is an error that
// names it; one that this run did not reach makes the weight −∞, or is ignored: {.unreached = sl::ignore}.
template <generative_function G, class... A>
auto generate(const G& model, const arguments<A...>& as, const choice_map& constraints, const key& k, const constraint_options& o = {}) {
  using T = trace<G, arguments<A...>>;
  require_one_lane(constraints, "generate");
  weighted_trace<T> r{T(model, std::make_shared<const arguments<A...>>(as))};
  r.weight = generate_into(r.trace, constraints, k, false, {}, o);
  return r;
}

// The same into a trace of the same model and arguments: allocates nothing while the structure stays.
template <generative_function G, class Arguments>
auto generate(trace<G, Arguments>&& t, const choice_map& constraints, const key& k, const constraint_options& o = {}) {
  require_one_lane(constraints, "generate");
  const double weight = generate_into(t, constraints, k, false, {}, o);
  return weighted_trace<trace<G, Arguments>>{std::move(t), weight};
}

// N lanes at once. Constraints are shared by all lanes, or given for each through sl::per_lane.
template <generative_function G, class... A, class T>
  requires(!G::is_dynamic)
auto generate(const G& model, const arguments<A...>& as, const choice_map& constraints, const key& k, const lane_request<T>& n,
              const constraint_options& o = {}) {
  using V = native_pack<T>;
  using B = batch<G, arguments<A...>, V>;
  require_lanes(constraints, n.first + n.count);
  weighted_batch<B> r{B(model, std::make_shared<const arguments<A...>>(as), n.count, n.first), {}};
  std::vector<V> weights(r.traces.blocks());
  site_plan plan;
  const auto weight_of = [&](const auto& h, const tile<V>& t, const run_place& place) {
    if (o.unreached == ignore) return h.weight();
    const auto constraint_of = [&](std::uint32_t j) { return j < plan.size() ? plan[j] : site_step(); };
    return where(h.keeping().unreached | lanes_unreached(h.structure(), t, place, constraint_of), V(negative_infinity), h.weight());
  };
  batch_run(r.traces).anew(
      [&](structure_walk& walk, tile_storage<V>& storage, const run_place& place, auto done) {
        deciding_handler<V> h(walk, k, storage, constraints, place, &plan);
        done(h);
        weights[0] = weight_of(h, storage.view(), place);
        require_met_by(h, walk, constraints, "generate");
      },
      [&](structure_walk& walk, tile<V> t, const run_place& place, std::size_t block, auto done) {
        deciding_handler<V> h(walk, k, t, place, plan);
        done(h);
        weights[block] = weight_of(h, t, place);
      });
  r.weights = column(weights, n.count);
  return r;
}

}  // namespace starling
