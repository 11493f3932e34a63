#pragma once
// generate: a trace that agrees with constraints, the rest drawn from the model.
// log weight = Σ log density of the constrained choices (and factors). No constraints: 0. All constrained: the score.
#include <starling/models/slips.hpp>
#include <starling/models/constraints.hpp>
#include <starling/models/trace.hpp>
#include <starling/models/unreached.hpp>
#include <starling/models/batch.hpp>

namespace starling {

// Walk: frozen_walk where a plan is followed over and over (importance sampling, starting chains), structure_walk otherwise.
// Plain: each site is visited once, and constrained in all lanes or in none; the places of shared values are found once for many runs.
template <class V, class Walk = structure_walk, bool Examines = true, bool Plain = false>
class generate_handler : public handler<generate_handler<V, Walk, Examines, Plain>, V, Walk, true, Examines> {
 public:
  using base = handler<generate_handler<V, Walk, Examines, Plain>, V, Walk, true, Examines>;
  static constexpr bool is_plain = Plain;
  static constexpr bool always_frozen = std::is_same_v<Walk, frozen_walk>;

  // While the structure is being found constraints are looked up, and written to `plan` where one is given.
  generate_handler(structure_walk& walk, const key& k, tile_storage<V>& storage, const choice_map& constraints,
                   const run_place& place = {}, std::vector<constraint_ref>* plan = nullptr)
      : base(walk, k, storage, place), cursor_(constraints), plan_(plan) {}
  // Frozen: the plan says which sites are constrained. Shared values are in their place already.
  generate_handler(Walk& walk, const key& k, tile<V> t, const run_place& place, const std::vector<constraint_ref>& plan)
      : base(walk, k, t, place), cursor_(nothing_), frozen_plan_(plan.data()) {}

  // `standing`, of a plain run: of each site the place of its shared value, or null.
  generate_handler(Walk& walk, const key& k, stream<V>& numbers, tile<V> t, const run_place& place, const std::vector<constraint_ref>& plan,
                   V* const* standing = nullptr)
      : base(walk, k, numbers, t, place), cursor_(nothing_), frozen_plan_(plan.data()), standing_(standing) {}

  // An instance of a call.
  static constexpr bool can_keep = base::width == 1 && !always_frozen;
  generate_handler(generate_handler& outer, const instance_run& r) : base(outer, r), cursor_(outer.cursor_) {}

  // Improper distributions take their start instead of refusing: what inference asks for.
  void allow_starts() { this->use_start_ = true; }
  V weight() const { return weight_.total(); }
  auto sums() { return std::tie(weight_); }
  bool all_used() const { return cursor_.all_used(); }

 private:
  friend base;
  bool is_shared(const site& s) {
    if constexpr (base::width == 1) return false;
    found_ = cursor_.find(s.full, s.parent, s.last_index);
    return found_ && found_.lane_stride == 0;
  }

  template <class X, class D>
  [[gnu::always_inline]] X decide(std::uint32_t k, const D& d) {
    if constexpr (Plain) {
      if (V* const place = standing_[k]) [[likely]] return keep(k, d, view_or_take<X>(place, choice_type_of<X>(d)));
    } else if ((always_frozen || frozen_plan_) && this->walk_.slot(k).shared) [[likely]] {
      return keep(k, d, this->template value_in_place<X>(k));
    }
    if constexpr (base::width == 1 && !always_frozen)
      if (!plan_ && !frozen_plan_ && this->put_next(cursor_, k, choice_type_of<X>(d))) return keep(k, d, this->template value_in_place<X>(k));
    const constraint_ref c = constraint(k);
    if (!c) {
      const X x = this->template draw<X>(k, d);
      this->record(k, x);
      if constexpr (Examines) this->score_site(k, d, x);
      else weight_.add(k, look_at(d, x));
      return x;
    }
    if constexpr (base::width > 1 && !Plain)
      if (c.present || is_for_another_region<V>(c, this->at(k))) [[unlikely]] return decide_mixed<X>(k, d, c);
    put_constraint(this->place(k), c, rank_of<X> == 0 ? 1 : this->at(k).type.size(), this->place_.first_lane, this->place_.lanes);
    return keep(k, d, this->template value_in_place<X>(k));
  }

  // Without examination: 0 where what was drawn has a finite density, NaN elsewhere, by which the caller sees that it has to run again.
  // Draws of reals with bad parameters are NaN themselves where elementwise sees to it.
  template <class X, class D>
  static V look_at(const D& d, const X& x) {
    if constexpr (requires { typename D::formulas; } && std::is_same_v<X, V>) return x * V(0);
    else if constexpr (requires { typename D::formulas; } && std::is_same_v<X, vector<V>>) return sum(x) * V(0);
    else return base::unexamined_density(d, x) * V(0);
  }

  // Some lanes are given a value, some draw.
  template <class X, class D>
  [[gnu::noinline]] X decide_mixed(std::uint32_t k, const D& d, const constraint_ref& c) {
    auto given = lanes_given<V>(c, this->place_);
    const std::size_t size = this->at(k).type.size();
    vector<V> constrained(size);
    if (is_for_another_region<V>(c, this->at(k))) {
      if (any(given & this->active())) check_constraint(c, this->at(k).type, this->walk_.path_of(k));
      given = mask_of<V>(false);
    } else {
      put_constraint(constrained.data(), c, size, this->place_.first_lane, this->place_.lanes);
    }
    this->draw_where(!given, k, [&] { return this->template draw<X>(k, d); });
    V* to = this->place(k);
    for (std::size_t e = 0; e < size; ++e) to[e] = where(given, constrained[e], to[e]);
    const X x = this->template value_in_place<X>(k);
    weight_.add(k, where(given, this->score_site(k, d, x), V(0)));
    return x;
  }

  // A value that stands in its place.
  template <class X, class D>
  [[gnu::always_inline]] X keep(std::uint32_t k, const D& d, const X& x) {
    if constexpr (Examines) weight_.add(k, this->score_site(k, d, x));
    else weight_.add(k, V(this->unexamined_density(d, x)));
    return x;
  }

  void decide_factor(std::uint32_t k, const V& lp) {
    if (plan_) plan_->resize(k + 1);
    weight_.add(k, lp);
  }

  constraint_ref constraint(std::uint32_t k) {
    if (always_frozen || frozen_plan_) [[likely]] return frozen_plan_[k];
    const site& s = this->at(k);
    // is_shared() has looked for it, but not at sites of conditional regions, which are never shared.
    constraint_ref c = base::width > 1 && this->walk_.growing() && !s.is_conditional() ? std::exchange(found_, {}) : find(k);
    if (c && c.type_code != s.type.code() && !is_for_another_region<V>(c, s)) check_constraint(c, s.type, this->walk_.path_of(k));
    if (plan_) {
      plan_->resize(k + 1);
      (*plan_)[k] = c;
    }
    return c;
  }

  constraint_ref find(std::uint32_t k) {
    if (cursor_.empty()) return {};
    const auto at = this->key_of(k);
    const constraint_ref c = cursor_.find(at.full, at.parent, at.last_index);
    if constexpr (base::width > 1) return cursor_.choices().of_type(at.full, this->at(k).type.code(), c);
    else return c;
  }
  void absorb(generate_handler& child, const instance_run&, const schema&, V&) {
    cursor_ = child.cursor_;
    weight_.add(this->walk_.position(), child.weight());
  }

  static inline const choice_map nothing_{};
  constraint_cursor cursor_;
  constraint_ref found_;
  std::vector<constraint_ref>* plan_ = nullptr;
  const constraint_ref* frozen_plan_ = nullptr;
  V* const* standing_ = nullptr;
  site_sum<V> weight_;
};

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
    generate_handler<double> h(walk, k, next.numbers, constraints, place);
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
  std::vector<constraint_ref> plan;
  const auto weight_of = [&](const auto& h, const tile<V>& t, const run_place& place) {
    if (o.unreached == ignore) return h.weight();
    const auto constraint_of = [&](std::uint32_t j) { return j < plan.size() ? plan[j] : constraint_ref(); };
    return where(lanes_unreached(h.structure(), t, place, constraint_of), V(negative_infinity), h.weight());
  };
  r.traces.run_all(
      nullptr,
      [&](structure_walk& walk, tile_storage<V>& storage, const run_place& place, auto done) {
        generate_handler<V> h(walk, k, storage, constraints, place, &plan);
        done(h);
        weights[0] = weight_of(h, storage.view(), place);
        require_met(constraints, walk.current(), "generate");
      },
      [&](structure_walk& walk, tile<V> t, const run_place& place, std::size_t block, auto done) {
        generate_handler<V> h(walk, k, t, place, plan);
        done(h);
        weights[block] = weight_of(h, t, place);
      });
  r.weights = column(weights, n.count);
  return r;
}

}  // namespace starling
