#pragma once
// update: change choices, arguments or both, keeping the rest.
// log weight = Σ log density in the new trace over constrained and retained choices (and factors) − score of the old trace.
// What is new is drawn from the model and cancels; what falls away is charged through the old score.

#include <starling/models/runs/constraints.hpp>
#include <starling/models/discarded_lanes.hpp>
#include <starling/models/kept/lay_flat.hpp>
#include <starling/models/runs/old_values.hpp>
#include <starling/models/trace.hpp>
#include <starling/models/runs/unreached.hpp>
#include <starling/models/batch.hpp>

namespace starling {

template <class Trace>
struct updated_trace {
  Trace trace;
  double weight = 0;   // log weight
  discarded discard;   // the old values at every overwritten and every removed address
};

// Nothing where it lost track of instances (lay_flat.hpp).
template <class G, class Arguments>
std::optional<double> update_once(trace<G, Arguments>& t, const std::shared_ptr<const Arguments>& as, const choice_map& constraints, const key& k,
                                  const run_place& place, const change_hints* hints, const constraint_options& o) {
  double weight = 0;
  const auto& next_args = *as;
  const bool done = t.advance(
      as, [&](const trace_state& old, trace_state& next, journal& j) {
        structure_walk walk(old.structure, false);
        const auto& numbers = old.numbers;
        const old_values<double> before{old.structure.get(), {numbers.values.data(), numbers.shared.data(), numbers.densities.data()}};
        deciding_handler<double> h(walk, k, next.numbers, place, &j.changed, before, constraints);
        t.keep_instances_of(h);
        auto value = trace<G, Arguments>::run(t.model(), h, next_args);
        finish_run(walk, h, next);
        if (next.structure != old.structure) append_removed(*old.structure, *next.structure, j.changed);
        j.is_lost = j.lost_track(old, *next.structure, constraints);
        if (j.is_lost) return value;
        weight = log_difference(h.weight(), old.score);
        if (!h.all_used()) weight = unreached_weight(t, next_args, constraints, *next.structure, old.structure.get(), weight, "update", o);
        return value;
      },
      hints);
  return done ? std::optional(weight) : std::nullopt;
}
template <class G, class Arguments>
double update_into(trace<G, Arguments>& t, const std::shared_ptr<const Arguments>& as, const choice_map& constraints, const key& k,
                   const run_place& place = {}, const change_hints* hints = nullptr, const constraint_options& o = {}) {
  return keeping_track(t, [&] { return update_once(t, as, constraints, k, place, hints, o); });
}

// A trace that was changed by f, which gives the weight.
template <class T, class F>
auto changed_trace(T&& given, F&& f) {
  return with_own(std::forward<T>(given), [&](auto& t) {
    const double weight = f(t);
    auto discard = t.discard();
    return updated_trace<std::remove_cvref_t<T>>{std::move(t), weight, std::move(discard)};
  });
}

// Changes the choices given by `constraints`. A trace that is moved in is updated in place, and rollback() takes the update back; one that
// is not is copied. Where the update throws, a trace moved in is as before and still the caller's; only an update before it cannot be
// taken back any more. A constraint that this run does not reach makes the weight −∞, or is ignored: {.unreached = sl::ignore}.
template <trace_type T>
auto update(T&& given, const choice_map& constraints, const key& k, const constraint_options& o = {}) {
  require_one_lane(constraints, "update");
  return changed_trace(std::forward<T>(given), [&](auto& t) { return update_into(t, t.shared_args(), constraints, k, {}, nullptr, o); });
}

// The same with new arguments.
template <trace_type T>
auto update(T&& given, const typename std::remove_cvref_t<T>::arguments_type& as, const choice_map& constraints, const key& k,
            const constraint_options& o = {}) {
  require_one_lane(constraints, "update");
  return changed_trace(std::forward<T>(given), [&](auto& t) {
    return update_into(t, std::make_shared<const typename std::remove_cvref_t<T>::arguments_type>(as), constraints, k, {}, nullptr, o);
  });
}

// The same with hints about how the arguments changed (change.hpp).
template <trace_type T>
auto update(T&& given, const typename std::remove_cvref_t<T>::arguments_type& as, const change_hints& hints, const choice_map& constraints,
            const key& k, const constraint_options& o = {}) {
  require_one_lane(constraints, "update");
  return changed_trace(std::forward<T>(given), [&](auto& t) {
    return update_into(t, std::make_shared<const typename std::remove_cvref_t<T>::arguments_type>(as), constraints, k, {}, &hints, o);
  });
}

// N lanes at once, with the arguments `as`. A batch that is moved in and throws is as before.
template <batch_type B>
auto update(B&& given, std::shared_ptr<const typename std::remove_cvref_t<B>::arguments_type> as, const choice_map& constraints, const key& k,
            const constraint_options& o = {}) {
  using V = typename std::remove_cvref_t<B>::pack_type;
  site_plan plan;
  const auto constraint_of = [&](std::uint32_t j) { return j < plan.size() ? plan[j] : site_step(); };
  require_lanes(constraints, given.first_lane() + given.size());
  const auto is_split = [&](const schema& before, std::uint32_t s) {
    const site& here = before.sites()[s];
    const auto c = constraints.find(here.full, here.parent, here.last_index);
    return c && c.lane_stride != 0;
  };
  return changed_batch(std::forward<B>(given), std::move(as), is_split, touched_by_constraints{&constraints}, [&](auto&, const batch_before<V>& before, std::vector<V>& weights, auto&& run) {
    const auto weight_of = [&](const deciding_handler<V>& h, const tile<V>& t, const run_place& place, std::size_t block) {
      const V w = log_difference(h.weight(), before.scores[block]);
      if (o.unreached == ignore) return w;
      return where(h.keeping().unreached | lanes_unreached(h.structure(), t, place, constraint_of), V(negative_infinity), w);
    };
    run(
        [&](structure_walk& walk, tile_storage<V>& storage, const run_place& place, auto done) {
          deciding_handler<V> h(walk, k, storage, {{before.structure.get(), before.block(0)}, constraints}, place, &plan);
          done(h);
          require_met_by(h, walk, constraints, "update");  // it may have ended before the run it began as
          weights[0] = weight_of(h, storage.view(), place, 0);
        },
        [&](structure_walk& walk, tile<V> t, const run_place& place, std::size_t block, auto done) {
          deciding_handler<V> h(walk, k, t, place, plan, {{before.structure.get(), before.block(block)}, false});
          done(h);
          weights[block] = weight_of(h, t, place, block);
        },
        [&](std::uint32_t s) { return static_cast<bool>(constraint_of(s)); });
  });
}
template <batch_type B>
auto update(B&& given, const choice_map& constraints, const key& k, const constraint_options& o = {}) {
  return update(std::forward<B>(given), given.shared_args(), constraints, k, o);
}
template <batch_type B>
auto update(B&& given, const typename std::remove_cvref_t<B>::arguments_type& as, const choice_map& constraints, const key& k,
            const constraint_options& o = {}) {
  return update(std::forward<B>(given), std::make_shared<const typename std::remove_cvref_t<B>::arguments_type>(as), constraints, k, o);
}

}  // namespace starling
