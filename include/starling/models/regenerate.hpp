#pragma once
// regenerate: draw the selected choices anew, keep the others.
// log weight = Σ over retained choices (in both traces, not selected; and factors) of new − old log density.
// Selected, new and removed choices cancel. Metropolis–Hastings accepts on this weight alone.
#include <starling/models/update.hpp>
#include <starling/traces/selection.hpp>

namespace starling {

// What regenerate does at one site, worked out once for all blocks of a batch.
struct regenerate_step {
  std::int64_t old = -1;  // the site before whose value is kept, -1 where a value is drawn
  bool mixed = false;     // not the same in all lanes
};

// Σ log density of the factors of a run among its sites from `first` on.
double factors_from(std::uint32_t first, const schema& run, const double* densities);

// Appends the selected sites of `before` that `after` still has: their values were drawn anew.
void append_redrawn(const std::vector<std::uint8_t>& selected, const schema& before, const schema& after, std::vector<std::uint32_t>& changed);

template <class V>
class regenerate_handler : public handler<regenerate_handler<V>, V> {
 public:
  using base = handler<regenerate_handler<V>, V>;

  regenerate_handler(structure_walk& walk, const key& k, tile_storage<V>& storage, const old_values<V>& old,
                     const std::vector<std::uint8_t>& selected_before, const run_place& place = {},
                     std::vector<regenerate_step>* plan = nullptr)
      : base(walk, k, storage, place), old_(old), selected_before_(selected_before.data()), plan_(plan) {}
  regenerate_handler(structure_walk& walk, const key& k, tile<V> t, const old_values<V>& old, const run_place& place,
                     const std::vector<regenerate_step>& plan)
      : base(walk, k, t, place), old_(old), frozen_plan_(plan.data()) {}

  // An instance of a call.
  static constexpr bool can_keep = base::width == 1, can_skip = can_keep;
  regenerate_handler(regenerate_handler& outer, const instance_run& r)
      : base(outer, r), old_{r.before ? r.before->structure.get() : nullptr, {r.old_values(), nullptr, r.old_densities()}},
        selection_(outer.selection_), selected_before_(r.flags.data()) {
    if (!r.before) return;
    selected_sites(*selection_, *r.before->structure, &r.node.where(), r.i, r.flags);
    selected_before_ = r.flags.data();
  }
  // What is selected inside of calls.
  void select(const selection& s) { selection_ = &s; }

  V weight() const { return log_difference(weight_.total(), charged_); }
  // Factors that both traces have count by what they changed, so that one that did not change counts exactly 0. Those that only the old
  // trace has are taken off: of one lane the sites from factors_met() on, of lanes also those in regions that run no more.
  void charge(const V& lp) { charged_ += lp; }
  std::uint32_t factors_met() const { return factors_met_; }
  auto sums() { return std::tie(weight_); }
  // Of a static model, as in update.
  template <class Cone>
  bool touch(Cone& cone) const { return cone.touch(*selection_); }
  void retain(std::uint32_t k, const V& lp) {
    const site& s = this->walk_[k];
    if (s.is_factor()) factors_met_ = k + 1;
    if (s.is_factor() || s.is_choice()) weight_.add(k, log_difference(lp, lp));
  }
  void count_rescored(const rescored& r) { weight_.add(this->walk_.position(), r.after - r.before); }
  const old_values<V>& old() const { return old_; }

 private:
  friend base;
  template <class X, class D>
  X decide(std::uint32_t k, const D& d) {
    const regenerate_step step = frozen_plan_ ? frozen_plan_[k] : find(k);
    const std::int64_t old = step.old;
    if constexpr (base::width > 1)
      if (step.mixed) [[unlikely]] return decide_mixed<X>(k, d, old);
    if (old < 0) {
      const X x = this->template draw<X>(k, d);
      this->record(k, x);
      this->score_site(k, d, x);
      return x;
    }
    V* to = this->place(k);
    const V* from = old_.at(old);
    if (from != to && (!this->walk_.slot(k).shared || this->growth_))
      for (std::size_t e = 0, n = rank_of<X> == 0 ? 1 : this->at(k).type.size(); e < n; ++e) to[e] = from[e];
    const X x = this->template value_in_place<X>(k);
    weight_.add(k, log_difference(this->score_site(k, d, x), old_.values.densities[old]));
    return x;
  }

  // Lanes that had the value keep it, the others draw.
  template <class X, class D>
  [[gnu::noinline]] X decide_mixed(std::uint32_t k, const D& d, std::int64_t old) {
    const auto kept = old >= 0 ? old_.present(old) : mask_of<V>(false);
    this->draw_where(!kept, k, [&] { return this->template draw<X>(k, d); });
    V* to = this->place(k);
    for (std::size_t e = 0, n = this->at(k).type.size(); e < n && old >= 0; ++e) to[e] = where(kept, old_.at(old)[e], to[e]);
    const X x = this->template value_in_place<X>(k);
    const V lp = this->score_site(k, d, x);
    if (old >= 0) weight_.add(k, where(kept, log_difference(lp, density_of(*old_.structure, old_.values, static_cast<std::uint32_t>(old))), V(0)));
    return x;
  }

  // A factor has no address: it is the same while the run is as before.
  void decide_factor(std::uint32_t k, const V& lp) {
    const bool met = frozen_plan_ ? frozen_plan_[k].old >= 0 : old_.structure && !this->walk_.growing();
    if (plan_) {
      plan_->resize(k + 1);
      if (met) (*plan_)[k].old = k;
    }
    if (met) factors_met_ = k + 1;
    weight_.add(k, met ? log_difference(lp, old_.values.densities[k]) : lp);
  }

  regenerate_step find(std::uint32_t k) {
    regenerate_step step{old_.find(this->walk_, k)};
    if (step.old >= 0 && selected_before_[step.old]) step.old = -1;
    if constexpr (base::width > 1) step.mixed = this->at(k).is_conditional() || (step.old >= 0 && old_.is_conditional(step.old));
    if (plan_) {
      plan_->resize(k + 1);
      (*plan_)[k] = step;
    }
    return step;
  }

  void add_touched(const kept_instances& node, instance_set& todo) { selection_->add_instances(node.where(), node.size(), todo); }
  void absorb(regenerate_handler& child, const instance_run& r, const schema& now, V&) {
    weight_.add(this->walk_.position(), child.weight());
    if (!r.before) return;
    const schema& before = *r.before->structure;
    append_redrawn(r.flags, before, now, r.changed);
    if (&before != &now) append_removed(before, now, r.changed);
    charge(factors_from(child.factors_met(), before, r.old_densities()));
  }
  void lose(const kept_instances& node) { charge(node.factors()); }
  void lose_instance(const kept_instances& node, std::size_t i) { charge(node.factors(i)); }

  old_values<V> old_;
  const selection* selection_ = nullptr;
  const std::uint8_t* selected_before_ = nullptr;
  std::vector<regenerate_step>* plan_ = nullptr;
  const regenerate_step* frozen_plan_ = nullptr;
  site_sum<V> weight_;
  V charged_ = V(0);
  std::uint32_t factors_met_ = 0;
};

// Σ of the factors of a block before that are no more: those from site `met` on, and those in regions that run no more. (Before it, both
// structures are the same.)
template <class V>
V factors_gone(const schema& before, const tile<const V>& old, std::uint32_t met, const schema& after, const tile<V>& now) {
  V total(0);
  for (std::uint32_t k = 0; k < before.sites().size(); ++k) {
    const site& s = before.sites()[k];
    if (!s.is_factor()) continue;
    if (k >= met) total += old.densities[k];
    else if (s.is_conditional()) total += where(*now.at(after.slots()[s.presence]) != V(0), V(0), old.densities[k]);
  }
  return total;
}

template <class G, class Arguments>
double regenerate_once(trace<G, Arguments>& t, const std::shared_ptr<const Arguments>& as, const selection& s, const key& k,
                       const run_place& place, const std::vector<std::uint8_t>* marks) {
  double weight = 0;
  const auto& next_args = *as;
  t.advance(as, [&](const trace_state& old, trace_state& next, journal& j) {
    if (!marks) selected_sites(s, *old.structure, nullptr, 0, j.selected);
    const auto& selected = marks ? *marks : j.selected;
    structure_walk walk(old.structure, false);
    const auto& numbers = old.numbers;
    const old_values<double> before{old.structure.get(), {numbers.values.data(), numbers.shared.data(), numbers.densities.data()}};
    regenerate_handler<double> h(walk, k, next.numbers, before, selected, place);
    h.select(s);
    t.keep_instances_of(h);
    auto value = trace<G, Arguments>::run(t.model(), h, next_args);
    finish_run(walk, h, next);
    append_redrawn(selected, *old.structure, *next.structure, j.changed);
    if (next.structure != old.structure) append_removed(*old.structure, *next.structure, j.changed);
    if (j.lost_track(old, *next.structure, s)) throw lost_track();
    h.charge(factors_from(h.factors_met(), *old.structure, old.numbers.densities.data()));
    weight = h.weight();
    return value;
  });
  return weight;
}
template <class G, class Arguments>
double regenerate_into(trace<G, Arguments>& t, const std::shared_ptr<const Arguments>& as, const selection& s, const key& k,
                       const run_place& place = {}, const std::vector<std::uint8_t>* marks = nullptr) {
  return keeping_track(t, [&] { return regenerate_once(t, as, s, k, place, marks); });
}

// Draws the selected choices anew. A trace that is moved in is changed in place, as in update.
template <trace_type T>
auto regenerate(T&& given, const selection& s, const key& k) {
  return changed_trace(std::forward<T>(given), [&](auto& t) { return regenerate_into(t, t.shared_args(), s, k); });
}

// The same with new arguments.
template <trace_type T>
auto regenerate(T&& given, const typename std::remove_cvref_t<T>::arguments_type& as, const selection& s, const key& k) {
  return changed_trace(std::forward<T>(given), [&](auto& t) {
    return regenerate_into(t, std::make_shared<const typename std::remove_cvref_t<T>::arguments_type>(as), s, k);
  });
}

// N lanes at once, with the arguments `as`. A batch that is moved in and throws is as before.
template <batch_type B>
auto regenerate(B&& given, std::shared_ptr<const typename std::remove_cvref_t<B>::arguments_type> as, const selection& s, const key& k) {
  using V = typename std::remove_cvref_t<B>::pack_type;
  const auto selected = selected_sites(s, given.structure());
  std::vector<regenerate_step> plan;
  const auto is_split = [&](std::uint32_t i) { return selected[i] != 0; };
  return changed_batch(std::forward<B>(given), std::move(as), is_split, [&](auto& b, const batch_before<V>& before, std::vector<V>& weights, auto&& run) {
    std::uint32_t met = 0;
    const auto weight_of = [&](auto& h, const tile<V>& now, std::size_t block) {
      h.charge(factors_gone<V>(*before.structure, before.block(block), met, h.structure(), now));
      return h.weight();
    };
    run(
        [&](structure_walk& walk, tile_storage<V>& storage, const run_place& place, auto done) {
          regenerate_handler<V> h(walk, k, storage, {before.structure.get(), before.block(0)}, selected, place, &plan);
          done(h);
          met = h.factors_met();
          weights[0] = weight_of(h, storage.view(), 0);
        },
        [&](structure_walk& walk, tile<V> t, const run_place& place, std::size_t block, auto done) {
          regenerate_handler<V> h(walk, k, t, {before.structure.get(), before.block(block)}, place, plan);
          done(h);
          weights[block] = weight_of(h, t, block);
        },
        [&](std::uint32_t i) { return selected[i] != 0; });
    const auto drawn = [&](std::uint32_t i) {
      const auto j = before.structure->find(b.structure().sites()[i].full, b.structure().sites()[i].type);
      return j >= 0 && selected[static_cast<std::size_t>(j)] != 0;
    };
    return touched_sites{[drawn](std::uint32_t i) { return std::optional(drawn(i)); }, [drawn](std::uint32_t i, const run_place&) { return mask_of<V>(drawn(i)); }};
  });
}
template <batch_type B>
auto regenerate(B&& given, const selection& s, const key& k) {
  return regenerate(std::forward<B>(given), given.shared_args(), s, k);
}
template <batch_type B>
auto regenerate(B&& given, const typename std::remove_cvref_t<B>::arguments_type& as, const selection& s, const key& k) {
  return regenerate(std::forward<B>(given), std::make_shared<const typename std::remove_cvref_t<B>::arguments_type>(as), s, k);
}

}  // namespace starling
