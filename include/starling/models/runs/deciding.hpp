// The handler that decides values: simulate, generate, assess, update and regenerate are what they ask of it (a planner).
//
// At each site one of few things happens, in lanes by masks. Its value is
//   drawn   from the model, or, where nothing may be drawn (assess), an error
//   given   by a constraint
//   kept    from the run before
// and, where it was not drawn, it counts in the weight: with its log density, or (regenerate) with what its log density changed. These steps
// are found while the structure is found; written to a plan they are followed in other blocks of lanes, in chains, in particles.
#pragma once

#include <cstdint>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <starling/models/runs/factors_gone.hpp>
#include <starling/models/handler.hpp>
#include <starling/models/runs/planner.hpp>
#include <starling/models/kept/run_kept.hpp>
#include <starling/models/runs/run_lanes.hpp>

namespace starling {

template <class V, class Reading = reading<V>>
class deciding_handler : public site_handler<deciding_handler<V, Reading>, Reading> {
 public:
  using base = site_handler<deciding_handler<V, Reading>, Reading>;
  using walk_type = typename Reading::walk;
  static constexpr bool always_follows = std::is_same_v<walk_type, frozen_walk>;
  static constexpr bool is_plain = !Reading::examines;  // the quick run
  static constexpr bool can_keep = base::width == 1 && !always_follows, keeps_lanes = base::width > 1 && !always_follows;

  // Finds the steps, and writes them to `plan` where one is given; the sites of the run before that change go to `changed`.
  deciding_handler(structure_walk& walk, const key& k, tile_storage<V>& storage, const planner<V>& asked = {}, const run_place& place = {},
                   site_plan* plan = nullptr, std::vector<std::uint32_t>* changed = nullptr)
      : base(walk, k, storage, place), asked_(asked), plan_(plan), way_(plan ? way::by_steps : way::puts), changed_(changed) {}
  // The same without a plan: the planner is made of `asked` where it stays, since a copy of what was just written in parts waits for memory.
  template <class... Asked>
  deciding_handler(structure_walk& walk, const key& k, tile_storage<V>& storage, const run_place& place, std::vector<std::uint32_t>* changed, const Asked&... asked)
      : base(walk, k, storage, place), asked_(asked...), way_(sizeof...(Asked) == 0 ? way::draws : way::puts), changed_(changed) {}
  // Everything is drawn.
  deciding_handler(walk_type& walk, const key& k, tile<V> t, const run_place& place) : base(walk, k, t, place) {}
  // Follows a plan. Shared values are in their place already.
  deciding_handler(walk_type& walk, const key& k, tile<V> t, const run_place& place, const site_plan& plan, const planner<V>& asked = {})
      : base(walk, k, t, place), asked_(asked), follows_(plan.data()) {}
  // The quick run: each site is visited once, and given in all lanes or in none. `standing`: of each site the place of its shared value, found
  // once for many runs, or null.
  deciding_handler(walk_type& walk, const key& k, stream<V>& numbers, tile<V> t, const run_place& place, const site_plan& plan, V* const* standing)
      : base(walk, k, numbers, t, place), follows_(plan.data()), standing_(standing) {}
  // Everything stands in its place, and is scored: in the order of the sites, to the same bits as score_handler. `standing`: see stand_all().
  deciding_handler(walk_type& walk, tile<V> t, const run_place& place, const site_plan& standing)
      : base(walk, key(0), t, place), asked_({&walk.current(), t}, false), follows_(standing.data()) { this->run.score.keep_order(); }
  // An instance of a call.
  deciding_handler(deciding_handler& outer, const instance_run& r) : base(outer, r), asked_(outer.asked_, r), way_(outer.way_), changed_(&r.changed) { keeping_ = {r.kept, outer.keeping_.arguments}; }
  deciding_handler(deciding_handler& outer, const lane_instance_run<V>& r)
    requires(base::width > 1)
      : base(outer, r), asked_(outer.asked_.within(r)) {
    keeping_ = r.kept;
    if (r.storage && outer.plan_) plan_ = r.new_plan();
    else if (const auto* const known = r.plan()) follows_ = known->data();
  }

  // Improper distributions take their start instead of refusing: what inference asks for.
  void allow_starts() { this->run.use_start = true; }
  V weight() const { return weight_.total(asked_.counts_differences()); }
  auto sums() { return std::tie(weight_.sum); }
  bool all_used() const { return asked_.cursor().all_used(); }
  std::uint32_t factors_met() const { return weight_.factors_met; }
  void charge(const V& lp) { weight_.charged += lp; }

  // What a trace keeps of the run (run_kept.hpp, static_model.hpp).
  auto& keeping() { return keeping_; }
  const auto& keeping() const { return keeping_; }
  const planner<V>& asked() const { return asked_; }
  void add_touched(const path& call, std::size_t size, instance_set& todo) const { asked_.add_touched(call, size, todo); }
  // A site that stays as it is.
  void retain(std::uint32_t k, const V& lp) {
    const site& s = this->run.at(k);
    if (!asked_.counts_differences()) return weight_.sum.add(k, lp);
    if (s.is_factor()) weight_.factors_met = k + 1;
    if (s.is_factor() || s.is_choice()) weight_.sum.add(k, log_difference(lp, lp));
  }
  void count_rescored(const rescored& r) {
    if (asked_.counts_differences()) weight_.sum.add(this->run.body.walk.position(), r.after - r.before);
  }
  // `child` ran an instance; all of a call are done, with their total and what was drawn afresh in it; some are no more.
  void absorb(deciding_handler& child, const instance_run& r, const schema& now, V& fresh) {
    asked_.go_on_after(child.asked_);
    const bool differences = asked_.counts_differences();
    if (differences || !asked_.has_old()) weight_.sum.add(this->run.body.walk.position(), child.weight());
    else if (child.score() != child.weight()) fresh += log_difference(child.score(), child.weight());
    if (!r.before || !asked_.has_old()) return;
    const schema& before = *r.before->structure;
    if (differences) append_redrawn(r.flags, before, now, r.changed);
    if (&before != &now) append_removed(before, now, r.changed);
    if (differences) charge(factors_from(child.factors_met(), before, r.old_densities()));
  }
  // The same in a block of a batch; what is new counts at once.
  void absorb_lanes(deciding_handler& child, const lane_instance_run<V>& r, const schema& now, const tile<V>& numbers, V& fresh) {
    asked_.go_on_after(child.asked_);
    keeping_.add_unreached(child.keeping_, r, now, numbers, this->run.lanes.place);
    const bool differences = asked_.counts_differences();
    if (differences || !r.entry.before) weight_.sum.add(this->run.body.walk.position(), child.weight());
    else fresh += where(child.score() == child.weight(), V(0), log_difference(child.score(), child.weight()));
    if (differences && r.entry.before) charge(factors_gone<V>(*r.old_structure(), r.old_numbers(), child.factors_met(), now, numbers));
  }
  void lose_lanes(const lane_column<V>& c, std::size_t block) {
    if (asked_.counts_differences()) charge(factors_of(c, block));
  }
  void split(lane_entry<V>& entry, const path& instance) const { asked_.split(entry, instance); }
  void count_instances(std::uint32_t k, const V& total, const V& fresh) {
    if (asked_.has_old() && !asked_.counts_differences()) weight_.sum.add(k, total - fresh);
  }
  void lose(const kept_instances& node) {
    if (asked_.counts_differences()) charge(node.factors());
  }
  void lose_instance(const kept_instances& node, std::size_t i) {
    if (asked_.counts_differences()) charge(node.factors(i));
  }

 private:
  friend base;
  bool follows() const { return always_follows || follows_; }
  bool is_shared(const site& s) { return asked_.is_shared(this->run.body, s); }

  template <class X, class D>
  [[gnu::always_inline]] X decide(std::uint32_t k, const D& d) {
    if constexpr (is_plain) {
      if (V* const place = standing_[k]) [[likely]]
        return count(k, d, view_or_take<X>(place, choice_type_of<X>(d)), -1);
    } else if (!can_keep && follows() && this->run.body.walk.slot(k).shared) [[likely]] {
      return count(k, d, this->run.template value_in_place<X>(k), follows_[k].old);
    }
    if constexpr (can_keep) {
      if (way_ == way::puts && put_next(k, choice_type_of<X>(d))) {
        if (changed_) note_changed(asked_.old().find(this->run.body.walk, k));
        return count(k, d, this->run.template value_in_place<X>(k), -1);
      }
      return way_ == way::draws ? draw_apart<X>(k, d) : decide_apart<X>(k, d);
    } else if constexpr (always_follows) {
      return decide_as<X>(k, d, follows_[k]);
    } else {
      return follows_ ? decide_as<X>(k, d, follows_[k]) : decide_as<X>(k, d, find(k));
    }
  }
  template <class X, class D>
  [[gnu::noinline]] X draw_apart(std::uint32_t k, const D& d) {
    return draw<X>(k, d);
  }
  template <class X, class D>
  [[gnu::noinline]] X decide_apart(std::uint32_t k, const D& d) {
    return decide_as<X>(k, d, follows_ ? follows_[k] : find(k));
  }
  template <class X, class D>
  [[gnu::always_inline]] X decide_as(std::uint32_t k, const D& d, const site_step& step) {
    if constexpr (base::width > 1 && !is_plain)
      if (step.mixed) [[unlikely]]
        return decide_mixed<X>(k, d, step);
    if (!step && step.old < 0) {
      if constexpr (!is_plain && !always_follows)
        if (asked_.rest() != without_value::is_drawn) return nobody<X>(k);
      return draw<X>(k, d);
    }
    V* const to = this->run.place(k);
    const std::size_t size = rank_of<X> == 0 ? 1 : this->run.at(k).type.size();
    // What all lanes share is written once, by the run that finds the structure.
    if (!this->run.body.walk.slot(k).shared || this->run.storage.growth) {
      if (step) put_constraint(to, step, size, this->run.lanes.place.first_lane, this->run.lanes.place.lanes);
      else if (const V* const from = asked_.old().at(step.old); from != to)
        for (std::size_t e = 0; e < size; ++e) to[e] = from[e];
    }
    return count(k, d, this->run.template value_in_place<X>(k), step ? -1 : step.old);
  }

  template <class X, class D>
  [[gnu::always_inline]] X draw(std::uint32_t k, const D& d) {
    const X x = this->run.template draw<X>(k, d);
    this->run.record(k, x);
    if constexpr (!is_plain) this->run.score_site(k, d, x);
    else weight_.sum.add(k, look_at(d, x));
    return x;
  }
  // A value that was not drawn, and stands in its place; it is that of site `old` before, or −1.
  template <class X, class D>
  [[gnu::always_inline]] X count(std::uint32_t k, const D& d, const X& x, std::int64_t old) {
    if constexpr (is_plain) {
      weight_.sum.add(k, this->run.unexamined_density(d, x));
    } else {
      const bool differs = old >= 0 && asked_.counts_differences();
      const V before = differs ? asked_.old().values.densities[old] : V(0);  // an update in place overwrites it
      const V lp = this->run.score_site(k, d, x);
      weight_.sum.add(k, differs ? log_difference(lp, before) : lp);
    }
    return x;
  }
  // Without examination: 0 where what was drawn has a finite density, NaN elsewhere, by which the caller sees that it has to run again.
  // Draws of reals with bad parameters are NaN themselves where elementwise sees to it.
  template <class X, class D>
  static V look_at(const D& d, const X& x) {
    if constexpr (requires { typename D::formulas; } && std::is_same_v<X, V>) return x * V(0);
    else if constexpr (requires { typename D::formulas; } && std::is_same_v<X, vector<V>>) return sum(x) * V(0);
    else return run_parts<Reading>::unexamined_density(d, x) * V(0);
  }

  // Some lanes are given a value, some keep theirs, some draw.
  template <class X, class D>
  [[gnu::noinline]] X decide_mixed(std::uint32_t k, const D& d, const site_step& step) {
    auto& run = this->run;
    const auto& old = asked_.old();
    const auto before = step.old >= 0 ? old.present(step.old) : mask_of<V>(false);
    auto given = lanes_given<V>(step, run.lanes.place);
    const bool elsewhere = is_for_another_region<V>(step, run.at(k));
    if (elsewhere && any(given & run.lanes.active)) check_constraint(step, run.at(k).type, run.body.walk.path_of(k));
    if (elsewhere) given = mask_of<V>(false);
    if (const auto lacking = run.lanes.active & !(before | given); asked_.rest() != without_value::is_drawn && any(lacking))
      refuse_missing(run.body.walk.path_of(k), asked_.rest(), any(given) ? lacking.bits() : 0, run.lanes.place.first_lane);
    run.draw_where(!(before | given), k, [&] { return run.template draw<X>(k, d); });
    const std::size_t size = run.at(k).type.size();
    V* to = run.place(k);
    vector<V> constrained(size);
    if (step && !elsewhere) put_constraint(constrained.data(), step, size, run.lanes.place.first_lane, run.lanes.place.lanes);
    for (std::size_t e = 0; e < size; ++e) {
      if (step.old >= 0) to[e] = where(before, old.at(step.old)[e], to[e]);
      if (step) to[e] = where(given, constrained[e], to[e]);
    }
    const X x = run.template value_in_place<X>(k);
    const V lp = run.score_site(k, d, x);
    const V counted = step.old >= 0 && asked_.counts_differences() ? log_difference(lp, density_of(*old.structure, old.values, static_cast<std::uint32_t>(step.old))) : lp;
    weight_.sum.add(k, where(before | given, counted, V(0)));
    return x;
  }

  // A choice that may not be drawn: an error, but where it is in a region that runs in none of these lanes.
  template <class X>
  [[gnu::noinline, gnu::cold]] X nobody(std::uint32_t k) {
    if (any(this->run.lanes.active)) refuse_missing(this->run.body.walk.path_of(k), asked_.rest());
    V* const to = this->run.place(k);
    for (std::size_t e = 0; e < this->run.at(k).type.size(); ++e) to[e] = V(not_a_number);
    return this->run.template value_in_place<X>(k);
  }

  // A factor has no address: it is the same while the run is as before.
  void decide_factor(std::uint32_t k, const V& lp) {
    const bool differences = asked_.counts_differences();
    const bool met = differences && (follows() ? follows_[k].old >= 0 : asked_.old().structure && !this->run.body.walk.growing());
    if (plan_) plan_->resize(k + 1);
    if (plan_ && met) (*plan_)[k].old = k;
    if (met) weight_.factors_met = k + 1;
    weight_.sum.add(k, met ? log_difference(lp, asked_.old().values.densities[k]) : lp);
  }

  // One lane: puts the constraint that stands next to its place, where it is for site k. Inlined so that the type stays in registers: writing it in
  // parts and reading it whole stalls.
  [[gnu::always_inline]] bool put_next(std::uint32_t k, const choice_type& type) {
    const auto& run = this->run;
    const double* const from = asked_.cursor().next(run.body.inside ? run.body.key_of(k).full : run.at(k).full, type.code());
    if (!from) return false;
    for (std::size_t e = 0; e < type.size(); ++e) run.place(k)[e] = from[e];
    return true;
  }
  site_step find(std::uint32_t k) {
    const site_step step = asked_.find(this->run.body, k);
    if (step) note_changed(step.old);
    if constexpr (keeps_lanes)
      if (step.old < 0 && asked_.has_old() && asked_.old().find(this->run.body.walk, k) < 0) keeping_.look_for(this->run.body.walk.path_of(k));
    if (plan_) write_down(k, step);
    return step;
  }
  void note_changed(std::int64_t old) {
    if (changed_ && old >= 0) changed_->push_back(static_cast<std::uint32_t>(old));
  }
  [[gnu::noinline]] void write_down(std::uint32_t k, const site_step& step) { plan_->resize(k + 1), (*plan_)[k] = step; }

  planner<V> asked_;
  site_plan* plan_ = nullptr;                     // where steps go that are found
  const site_step* follows_ = nullptr;            // steps that are known
  // Of one lane, without steps: everything is drawn, or the constraint that stands next is put at once where it is for the site.
  enum class way : std::uint8_t { by_steps,
                                  draws,
                                  puts } way_ = way::by_steps;
  V* const* standing_ = nullptr;
  std::vector<std::uint32_t>* changed_ = nullptr;
  run_weight<V> weight_;
  std::conditional_t<keeps_lanes, lane_place<V>, kept_run> keeping_;
};

// Follow a plan over and over: importance sampling, particles.
template <class V> using following_handler = deciding_handler<V, reading<V, frozen_walk>>;
template <class V> using quick_following_handler = deciding_handler<V, reading<V, frozen_walk, true, false>>;

}  // namespace starling
