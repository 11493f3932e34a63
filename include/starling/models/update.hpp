#pragma once
// update: change choices, arguments or both, keeping the rest.
// log weight = Σ log density in the new trace over constrained and retained choices (and factors) − score of the old trace.
// What is new is drawn from the model and cancels; what falls away is charged through the old score.
#include "starling/models/constraints.hpp"
#include "starling/models/trace.hpp"
#include "starling/models/unreached.hpp"

namespace starling {

// Where an update finds the old value of a site: the same number while the structure is the same, by address after that.
template <class V>
struct old_values {
  const schema* structure = nullptr;
  tile<const V> values;  // of the old structure

  // The old site for site k of the run, or -1; its kind and size must be the same.
  std::int64_t find(const structure_walk& walk, std::uint32_t k) const {
    if (!walk.growing()) [[likely]] return k;
    const auto j = structure->find(walk[k].full);
    if (j < 0 || !(structure->sites()[static_cast<std::size_t>(j)].type == walk[k].type)) return -1;
    return j;
  }
  const V* at(std::int64_t j) const { return values.at(structure->sites()[static_cast<std::size_t>(j)]); }
};

// What an update does at one site, worked out once for all blocks of a batch.
struct update_step {
  constraint_ref constraint;
  std::int64_t old = -1;
};

// a − b for log weights; −∞ − (−∞) is −∞.
template <class V>
V log_difference(const V& a, const V& b) {
  const V w = a - b;
  return where(w == w, w, V(-std::numeric_limits<double>::infinity()));
}

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

  bool all_used() const { return cursor_.all_used(); }
  // Σ over constrained and retained choices, before the old score is taken off.
  V kept() const { return kept_; }

 private:
  friend base;
  template <class X, class D>
  X decide(std::uint32_t k, const D& d) {
    const site& s = this->at(k);
    const update_step step = frozen_plan_ ? frozen_plan_[k] : find(k);
    V* to = this->place(k);
    if (step.constraint) {
      if (writes(s)) put_constraint(to, step.constraint, s.type.size(), this->place_.first_lane, this->place_.lanes);
    } else if (step.old >= 0) {
      const V* from = old_.at(step.old);
      if (writes(s))
        for (std::size_t e = 0, n = s.type.size(); e < n; ++e) to[e] = from[e];
    } else {
      const X x = this->template draw<X>(k, d);
      this->record(k, x);
      this->score_site(k, d, x);
      return x;
    }
    const X x = take<X>(to, s.type);
    kept_ += this->score_site(k, d, x);
    return x;
  }

  void decide_factor(std::uint32_t k, const V& lp) {
    if (plan_) plan_->resize(k + 1);
    kept_ += lp;
  }

  // What all lanes share is written once, by the run that finds the structure.
  bool writes(const site& s) const { return !s.shared || this->growth_ != nullptr; }

  update_step find(std::uint32_t k) {
    const site& s = this->at(k);
    update_step step{cursor_.find(s), old_.find(this->walk_, k)};
    if (step.constraint) {
      if (step.constraint.type.code() != s.type.code()) check_constraint(step.constraint, s.type, this->walk_.current().path_of(k));
      if (changed_ && step.old >= 0) changed_->push_back(static_cast<std::uint32_t>(step.old));
    }
    if (plan_) {
      plan_->resize(k + 1);
      (*plan_)[k] = step;
    }
    return step;
  }

  static inline const choice_map nothing_{};
  old_values<V> old_;
  constraint_cursor cursor_;
  std::vector<update_step>* plan_ = nullptr;
  std::vector<std::uint32_t>* changed_ = nullptr;
  const update_step* frozen_plan_ = nullptr;
  V kept_ = V(0);
};

template <class Trace>
struct updated_trace {
  Trace trace;
  double weight = 0;   // log weight
  discarded discard;   // the old values at every overwritten and every removed address
};

// Sites of `before` that `after` does not have, or has with another kind or size.
void append_removed(const schema& before, const schema& after, std::vector<std::uint32_t>& changed);

template <class G, class Arguments>
double update_into(trace<G, Arguments>& t, std::shared_ptr<const Arguments> as, const choice_map& constraints, const key& k,
                   const run_place& place = {}) {
  double weight = 0;
  const auto& next_args = *as;
  t.advance(as, [&](const trace_state& old, trace_state& next, journal& j) {
    structure_walk walk(old.structure, false);
    const auto& numbers = old.numbers;
    update_handler<double> h(walk, k, next.numbers, {old.structure.get(), {numbers.values.data(), numbers.shared.data(), nullptr}},
                             constraints, place, nullptr, &j.changed);
    auto value = trace<G, Arguments>::run(t.model(), h, next_args);
    finish_run(walk, h, next);
    if (next.structure != old.structure) append_removed(*old.structure, *next.structure, j.changed);
    weight = log_difference(h.kept(), old.score);
    if (!h.all_used()) weight = unreached_weight(t, constraints, *next.structure, weight, "update");
    return value;
  });
  return weight;
}

// Changes the choices given by `constraints`. The trace is taken by value: moved in, it is updated in place, and rollback() takes
// the update back. Where this run of a dynamic model does not reach a constraint the weight is −∞.
template <generative_function G, class Arguments>
auto update(trace<G, Arguments> t, const choice_map& constraints, const key& k) {
  const double weight = update_into(t, t.shared_args(), constraints, k);
  auto discard = t.discard();
  return updated_trace<trace<G, Arguments>>{std::move(t), weight, std::move(discard)};
}

// The same with new arguments.
template <generative_function G, class Arguments>
auto update(trace<G, Arguments> t, const Arguments& as, const choice_map& constraints, const key& k) {
  const double weight = update_into(t, std::make_shared<const Arguments>(as), constraints, k);
  auto discard = t.discard();
  return updated_trace<trace<G, Arguments>>{std::move(t), weight, std::move(discard)};
}

}  // namespace starling
