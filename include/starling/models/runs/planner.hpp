// What simulate, generate, assess, update and regenerate ask of a run: which choices are drawn, given or kept.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include <starling/models/runs/constraints.hpp>
#include <starling/models/kept/lane_instances.hpp>
#include <starling/models/runs/old_values.hpp>
#include <starling/models/runs/presence.hpp>
#include <starling/models/runs/run_parts.hpp>
#include <starling/models/runs/site_plan.hpp>
#include <starling/traces/selection.hpp>

namespace starling {

// What an operation asks of a run, and how its steps are found.
template <class V>
class planner {
 public:
  planner() : planner(none()) {}                                            // simulate: everything is drawn
  planner(const choice_map& given, without_value rest = without_value::is_drawn) : cursor_(given), rest_(rest) {}  // generate; assess
  planner(const old_values<V>& old, const choice_map& given) : cursor_(given), old_(old), has_old_(true) {}  // update
  // regenerate: the sites of the run before that are marked in `redrawn` are not kept; `selected` says so of its kept instances.
  planner(const old_values<V>& old, const std::vector<std::uint8_t>& redrawn, const selection* selected = nullptr)
      : cursor_(none()), old_(old), redrawn_(redrawn.data()), selected_(selected), has_old_(true), differs_(true) {}
  // To follow a plan that keeps values of a run before, for update or for regenerate.
  planner(const old_values<V>& old, bool counts_differences) : cursor_(none()), old_(old), has_old_(true), differs_(counts_differences) {}

  // The same in an instance of a call.
  planner(const planner& outer, const instance_run& r) : cursor_(outer.cursor_), selected_(outer.selected_), has_old_(outer.has_old_), differs_(outer.differs_), rest_(outer.rest_) {
    if (has_old_ && r.before) old_ = {r.before->structure.get(), {r.old_values(), nullptr, r.old_densities()}};
    if (!selected_) return;
    if (r.before) selected_sites(*selected_, *r.before->structure, &r.node.where(), r.i, r.flags);
    redrawn_ = r.flags.data();
  }
  planner within(const lane_instance_run<V>& r) const {
    planner p(*this);
    p.old_ = {};
    if (has_old_ && r.entry.before) p.old_ = {r.old_structure(), r.old_numbers()};
    if (!selected_ || !r.storage) return p;
    if (r.entry.before) selected_sites(*selected_, *r.old_structure(), &r.call, r.i, r.entry.selected);
    p.redrawn_ = r.entry.selected.data();
    return p;
  }
  // Makes an entry one in which each lane can have a value of its own where it may be given one.
  void split(lane_entry<V>& entry, const path& instance) const {
    const schema& s = *entry.before->structure;
    if (s.shared_elements() == 0) return;
    std::vector<std::uint8_t> which(s.sites().size());
    bool some = false;
    for (std::uint32_t k = 0; k < which.size(); ++k) {
      which[k] = s.sites()[k].shared && splits(instance / s.path_of(k), s.sites()[k].type);
      some = some || which[k];
    }
    if (some) entry.before = own_lanes(*entry.before, which);
  }
  void go_on_after(const planner& inner) { cursor_ = inner.cursor_; }

  without_value rest() const { return rest_; }
  bool has_old() const { return has_old_; }
  bool counts_differences() const { return differs_; }
  const old_values<V>& old() const { return old_; }
  constraint_cursor& cursor() { return cursor_; }
  const constraint_cursor& cursor() const { return cursor_; }

  // Whether a site that is new has one value for all lanes.
  template <class Walk>
  bool is_shared(const position<Walk>& body, const site& s) {
    if (lanes_of<V> == 1 || has_old_ || cursor_.empty()) return false;
    const auto at = body.key_of(s);
    found_ = cursor_.find(at.full, at.parent, at.last_index);
    return found_ && found_.lane_stride == 0;
  }
  template <class Walk>
  site_step find(const position<Walk>& body, std::uint32_t k) {
    const site& s = body.at(k);
    site_step step{{}, old_.find(body.walk, k)};
    if (step.old >= 0 && redrawn_ && redrawn_[step.old]) step.old = -1;
    constraint_ref& c = step;
    // is_shared() has looked for it, but not at sites of conditional regions, which are never shared.
    if (lanes_of<V> > 1 && !has_old_ && body.walk.growing() && !s.is_conditional()) c = std::exchange(found_, {});
    else if (lanes_of<V> > 1 ? !cursor_.empty() : !cursor_.all_used()) c = constraint_of(body, k);
    if (c && c.type_code != s.type.code() && !is_for_another_region<V>(c, s)) [[unlikely]]
      check_constraint(c, s.type, body.walk.path_of(k));
    if constexpr (lanes_of<V> > 1)
      step.mixed = c.present || is_for_another_region<V>(c, s) || (has_old_ && s.is_conditional()) || (step.old >= 0 && old_.is_conditional(step.old));
    return step;
  }

  // The instances of a call that it concerns, all where nothing is kept.
  void add_touched(const path& call, std::size_t size, instance_set& todo) const {
    if (!has_old_) todo.add_all();
    else if (selected_) selected_->add_instances(call, size, todo);
    else cursor_.choices().add_instances(call, size, todo);
  }
  // Of a static model (static_model.hpp): marks what it concerns; false where that cannot be told.
  template <class Cone>
  bool touch(Cone& cone) const {
    return has_old_ && (selected_ ? cone.touch(*selected_) : cone.touch(cursor_.choices()));
  }

 private:
  // Whether it may give each lane another value at `where`.
  bool splits(const path& where, const choice_type& type) const {
    return selected_ ? selected_->contains(where) : given_to(cursor_.choices(), where, type).lane_stride != 0;
  }
  static const choice_map& none() {
    static const choice_map nothing;
    return nothing;
  }
  template <class Walk>
  constraint_ref constraint_of(const position<Walk>& body, std::uint32_t k) {
    const auto at = body.key_of(k);
    const constraint_ref c = cursor_.find(at.full, at.parent, at.last_index);
    if constexpr (lanes_of<V> > 1) return cursor_.choices().of_type(at.full, body.at(k).type.code(), c);
    else return c;
  }

  constraint_cursor cursor_;
  constraint_ref found_;
  old_values<V> old_;
  const std::uint8_t* redrawn_ = nullptr;
  const selection* selected_ = nullptr;
  bool has_old_ = false, differs_ = false;
  without_value rest_ = without_value::is_drawn;
};

// Appends the selected sites of `before` that `after` still has: their values were drawn anew.
void append_redrawn(const std::vector<std::uint8_t>& selected, const schema& before, const schema& after, std::vector<std::uint32_t>& changed);

// The weight of a run. Where differences count, those of kept choices and of factors that both runs have: what does not change counts exactly 0.
template <class V>
struct run_weight {
  site_sum<V> sum;
  V charged = V(0);               // factors that only the old run has
  std::uint32_t factors_met = 0;  // one lane: the sites from here on are those of such factors
  V total(bool differences) const { return differences ? log_difference(sum.total(), charged) : sum.total(); }
};

}  // namespace starling
