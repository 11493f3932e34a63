#pragma once
// update: change choices, arguments or both, keeping the rest.
// log weight = Σ log density in the new trace over constrained and retained choices (and factors) − score of the old trace.
// What is new is drawn from the model and cancels; what falls away is charged through the old score.

#include <starling/models/constraints.hpp>
#include <starling/models/discarded_lanes.hpp>
#include <starling/models/lay_flat.hpp>
#include <starling/models/old_values.hpp>
#include <starling/models/trace.hpp>
#include <starling/models/unreached.hpp>
#include <starling/models/batch.hpp>

namespace starling {

// What an update does at one site, worked out once for all blocks of a batch.
struct update_step {
  constraint_ref constraint;
  std::int64_t old = -1;
  bool mixed = false;  // not the same in all lanes
};

template <class V>
class update_handler : public handler<update_handler<V>, V> {
 public:
  using base = handler<update_handler<V>, V>;

  update_handler(structure_walk& walk, const key& k, tile_storage<V>& storage, const old_values<V>& old, const choice_map& constraints,
                 const run_place& place = {}, std::vector<update_step>* plan = nullptr, std::vector<std::uint32_t>* changed = nullptr)
      : base(walk, k, storage, place), old_(old), cursor_(constraints), plan_(plan), changed_(changed) {}
  update_handler(structure_walk& walk, const key& k, tile<V> t, const old_values<V>& old, const run_place& place,
                 const std::vector<update_step>& plan)
      : base(walk, k, t, place), old_(old), cursor_(nothing_), frozen_plan_(plan.data()) {}

  // An instance of a call.
  static constexpr bool can_keep = base::width == 1, can_skip = can_keep;
  update_handler(update_handler& outer, const instance_run& r)
      : base(outer, r), old_{r.before ? r.before->structure.get() : nullptr, {r.old_values(), nullptr, nullptr}}, cursor_(outer.cursor_), changed_(&r.changed) {}

  bool all_used() const { return cursor_.all_used(); }
  // Σ over constrained and retained choices, before the old score is taken off.
  V kept() const { return kept_.total(); }
  auto sums() { return std::tie(kept_); }
  // Of a static model (static_model.hpp): marks what the update touches; false where that cannot be told. A site that it leaves as it is.
  template <class Cone>
  bool touch(Cone& cone) const { return cone.touch(cursor_.choices()); }
  void retain(std::uint32_t k, const V& lp) { kept_.add(k, lp); }
  void count_rescored(const rescored&) {}
  const old_values<V>& old() const { return old_; }

 private:
  friend base;
  template <class X, class D>
  [[gnu::always_inline]] X decide(std::uint32_t k, const D& d) {
    if constexpr (base::width == 1)
      if (!plan_ && !frozen_plan_ && this->put_next(cursor_, k, choice_type_of<X>(d))) {
        note_changed(old_.find(this->walk_, k));
        const X x = this->template value_in_place<X>(k);
        kept_.add(k, this->score_site(k, d, x));
        return x;
      }
    return decide_by_plan<X>(k, d);
  }
  template <class X, class D>
  [[gnu::noinline]] X decide_by_plan(std::uint32_t k, const D& d) {
    const std::size_t size = rank_of<X> == 0 ? 1 : this->at(k).type.size();
    V* to = this->place(k);
    const update_step step = frozen_plan_ ? frozen_plan_[k] : find(k);
    if constexpr (base::width > 1)
      if (step.mixed) [[unlikely]] return decide_mixed<X>(k, d, step);
    if (step.constraint) {
      if (writes(k)) put_constraint(to, step.constraint, size, this->place_.first_lane, this->place_.lanes);
    } else if (step.old >= 0) {
      const V* from = old_.at(step.old);
      if (from != to && writes(k))
        for (std::size_t e = 0; e < size; ++e) to[e] = from[e];
    } else {
      const X x = this->template draw<X>(k, d);
      this->record(k, x);
      this->score_site(k, d, x);
      return x;
    }
    const X x = this->template value_in_place<X>(k);
    kept_.add(k, this->score_site(k, d, x));
    return x;
  }

  template <class X, class D>  // some lanes are given a value, some keep theirs, some draw
  [[gnu::noinline]] X decide_mixed(std::uint32_t k, const D& d, const update_step& step) {
    const auto before = step.old >= 0 ? old_.present(step.old) : mask_of<V>(false);
    auto given = lanes_given<V>(step.constraint, this->place_);
    const bool elsewhere = is_for_another_region<V>(step.constraint, this->at(k));
    if (elsewhere && any(given & this->active())) check_constraint(step.constraint, this->at(k).type, this->walk_.path_of(k));
    if (elsewhere) given = mask_of<V>(false);
    this->draw_where(!(before | given), k, [&] { return this->template draw<X>(k, d); });
    const std::size_t size = this->at(k).type.size();
    V* to = this->place(k);
    vector<V> constrained(size);
    if (step.constraint && !elsewhere) put_constraint(constrained.data(), step.constraint, size, this->place_.first_lane, this->place_.lanes);
    for (std::size_t e = 0; e < size; ++e) {
      if (step.old >= 0) to[e] = where(before, old_.at(step.old)[e], to[e]);
      if (step.constraint) to[e] = where(given, constrained[e], to[e]);
    }
    const X x = this->template value_in_place<X>(k);
    kept_.add(k, where(before | given, this->score_site(k, d, x), V(0)));
    return x;
  }

  void decide_factor(std::uint32_t k, const V& lp) {
    if (plan_) plan_->resize(k + 1);
    kept_.add(k, lp);
  }

  void add_touched(const kept_instances& node, instance_set& todo) { cursor_.choices().add_instances(node.where(), node.size(), todo); }
  void absorb(update_handler& child, const instance_run& r, const schema& now, V& fresh) {
    cursor_ = child.cursor_;
    if (r.before && r.before->structure.get() != &now) append_removed(*r.before->structure, now, r.changed);
    if (child.score() != child.kept()) fresh += log_difference(child.score(), child.kept());
  }
  void count_instances(std::uint32_t k, const V& total, const V& fresh) { kept_.add(k, total - fresh); }

  // What all lanes share is written once, by the run that finds the structure.
  bool writes(std::uint32_t k) const { return !this->walk_.slot(k).shared || this->growth_ != nullptr; }

  update_step find(std::uint32_t k) {
    update_step step{{}, old_.find(this->walk_, k)};
    if (base::width > 1 ? !cursor_.empty() : !cursor_.all_used()) {
      const auto at = this->key_of(k);
      step.constraint = cursor_.find(at.full, at.parent, at.last_index);
      if constexpr (base::width > 1) step.constraint = cursor_.choices().of_type(at.full, this->at(k).type.code(), step.constraint);
    }
    if (step.constraint) check(k, step.constraint, step.old);
    if constexpr (base::width > 1)
      step.mixed = this->at(k).is_conditional() || step.constraint.present || (step.old >= 0 && old_.is_conditional(step.old));
    if (plan_) plan(k, step);
    return step;
  }
  void check(std::uint32_t k, const constraint_ref& c, std::int64_t old) {
    const site& s = this->at(k);
    if (c.type_code != s.type.code() && !is_for_another_region<V>(c, s)) [[unlikely]] check_constraint(c, s.type, this->walk_.path_of(k));
    note_changed(old);
  }
  void note_changed(std::int64_t old) {
    if (changed_ && old >= 0) changed_->push_back(static_cast<std::uint32_t>(old));
  }
  [[gnu::noinline]] void plan(std::uint32_t k, const update_step& step) {
    plan_->resize(k + 1);
    (*plan_)[k] = step;
  }

  static inline const choice_map nothing_{};
  old_values<V> old_;
  constraint_cursor cursor_;
  std::vector<update_step>* plan_ = nullptr;
  std::vector<std::uint32_t>* changed_ = nullptr;
  const update_step* frozen_plan_ = nullptr;
  site_sum<V> kept_;
};

template <class Trace>
struct updated_trace {
  Trace trace;
  double weight = 0;   // log weight
  discarded discard;   // the old values at every overwritten and every removed address
};

template <class G, class Arguments>
double update_once(trace<G, Arguments>& t, const std::shared_ptr<const Arguments>& as, const choice_map& constraints, const key& k,
                   const run_place& place, const change_hints* hints, const constraint_options& o) {
  double weight = 0;
  const auto& next_args = *as;
  t.advance(as, [&](const trace_state& old, trace_state& next, journal& j) {
    structure_walk walk(old.structure, false);
    const auto& numbers = old.numbers;
    update_handler<double> h(walk, k, next.numbers, {old.structure.get(), {numbers.values.data(), numbers.shared.data(), numbers.densities.data()}},
                             constraints, place, nullptr, &j.changed);
    t.keep_instances_of(h);
    auto value = trace<G, Arguments>::run(t.model(), h, next_args);
    finish_run(walk, h, next);
    if (next.structure != old.structure) append_removed(*old.structure, *next.structure, j.changed);
    if (j.lost_track(old, *next.structure, constraints)) throw lost_track();
    weight = log_difference(h.kept(), old.score);
    if (!h.all_used()) weight = unreached_weight(t, next_args, constraints, *next.structure, old.structure.get(), weight, "update", o);
    return value;
  }, hints);
  return weight;
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
  std::vector<update_step> plan;
  const auto constraint_of = [&](std::uint32_t j) { return j < plan.size() ? plan[j].constraint : constraint_ref(); };
  require_lanes(constraints, given.first_lane() + given.size());
  const auto is_split = [&](std::uint32_t s) {
    const site& here = given.structure().sites()[s];
    const auto c = constraints.find(here.full, here.parent, here.last_index);
    return c && c.lane_stride != 0;
  };
  return changed_batch(std::forward<B>(given), std::move(as), is_split, [&](auto& b, const batch_before<V>& before, std::vector<V>& weights, auto&& run) {
    const auto weight_of = [&](const update_handler<V>& h, const tile<V>& t, const run_place& place, std::size_t block) {
      const V w = log_difference(h.kept(), before.scores[block]);
      if (o.unreached == ignore) return w;
      return where(lanes_unreached(h.structure(), t, place, constraint_of), V(negative_infinity), w);
    };
    run(
        [&](structure_walk& walk, tile_storage<V>& storage, const run_place& place, auto done) {
          update_handler<V> h(walk, k, storage, {before.structure.get(), before.block(0)}, constraints, place, &plan);
          done(h);
          require_met(constraints, *walk.finish(), "update");  // it may have ended before the run it began as
          weights[0] = weight_of(h, storage.view(), place, 0);
        },
        [&](structure_walk& walk, tile<V> t, const run_place& place, std::size_t block, auto done) {
          update_handler<V> h(walk, k, t, {before.structure.get(), before.block(block)}, place, plan);
          done(h);
          weights[block] = weight_of(h, t, place, block);
        },
        [&](std::uint32_t s) { return static_cast<bool>(constraint_of(s)); });
    return touched_sites{[&](std::uint32_t s) -> std::optional<bool> {
                           const auto c = constraint_of(s);
                           return c.present ? std::nullopt : std::optional(static_cast<bool>(c));
                         },
                         [&](std::uint32_t s, const run_place& place) {
                           return lanes_given<V>(constraint_of(s), {b.first_lane() + place.first_lane, b.first_lane() + b.size()});
                         }};
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
