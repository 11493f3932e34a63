#pragma once
// assess: the score of given choices. Every address must be given, and nothing else.
#include <starling/models/slips.hpp>
#include <starling/models/runs/constraints.hpp>
#include <starling/models/trace.hpp>
#include <starling/models/runs/batch_run.hpp>

namespace starling {

template <class V>
class assess_handler : public site_handler<assess_handler<V>, reading<V>> {
 public:
  using base = site_handler<assess_handler<V>, reading<V>>;

  assess_handler(structure_walk& walk, tile_storage<V>& storage, const choice_map& choices, const run_place& place = {})
      : base(walk, key(0), storage, place), cursor_(choices) {}
  assess_handler(structure_walk& walk, tile<V> t, const choice_map& choices, const run_place& place)
      : base(walk, key(0), t, place), cursor_(choices) {}
  bool all_used() const { return cursor_.all_used(); }

  // The instances of a batch (run_lanes.hpp).
  static constexpr bool keeps_lanes = base::width > 1;
  assess_handler(assess_handler& outer, const lane_instance_run<V>& r)
    requires(base::width > 1)
      : base(outer, r), cursor_(outer.cursor_), leads_back_(outer.leads_back_) {
    keeping_ = r.kept;
  }
  auto& keeping() { return keeping_; }
  const auto& keeping() const { return keeping_; }
  void add_touched(const path&, std::size_t, instance_set& todo) const { todo.add_all(); }
  void absorb_lanes(assess_handler& child, const lane_instance_run<V>& r, const schema& now, const tile<V>& numbers, V&) {
    cursor_ = child.cursor_;
    const auto given = [&](std::uint32_t j) { return given_to(cursor_.choices(), r.where() / now.path_of(j), now.sites()[j].type); };
    keeping_.unreached = keeping_.unreached | child.keeping_.unreached | lanes_unreached(now, numbers, this->run.lanes.place, given);
  }
  void lose_lanes(const lane_column<V>&, std::size_t) {}
  void split(lane_entry<V>&, const path&) const {}
  void count_instances(std::uint32_t, const V&, const V&) {}
  // Of a proposal that leads back from a move: what is missing was not discarded.
  void leads_back() { leads_back_ = true; }

 private:
  friend base;
  template <class X, class D>
  X decide(std::uint32_t k, const D& d) {
    const site& s = this->run.at(k);
    const auto at = this->run.body.key_of(s);
    constraint_ref c = cursor_.find(at.full, at.parent, at.last_index);
    if constexpr (base::width > 1) c = cursor_.choices().of_type(at.full, s.type.code(), c);
    if (is_for_another_region<V>(c, s) && !any(lanes_given<V>(c, this->run.lanes.place) & this->run.lanes.active)) c = {};
    if (!all(lanes_given<V>(c, this->run.lanes.place) | !this->run.lanes.active)) missing(k, lanes_given<V>(c, this->run.lanes.place));
    if (!c) return nobody<X>(k);
    if (c.type_code != s.type.code()) check_constraint(c, s.type, this->run.body.walk.path_of(k));
    put_constraint(this->run.place(k), c, s.type.size(), this->run.lanes.place.first_lane, this->run.lanes.place.lanes);
    const X x = take<X>(this->run.place(k), s.type);
    this->run.score_site(k, d, x);
    return x;
  }

  // A choice of a region that runs in none of these lanes.
  template <class X>
  X nobody(std::uint32_t k) {
    for (std::size_t e = 0; e < this->run.at(k).type.size(); ++e) this->run.place(k)[e] = V(not_a_number);
    return take<X>(this->run.place(k), this->run.at(k).type);
  }

  [[noreturn, gnu::noinline, gnu::cold]] void missing(std::uint32_t k, const mask_of<V>& given) const {
    std::string lane;
    if constexpr (base::width > 1) {
      const auto lacking = this->run.lanes.active & !given;
      int l = 0;
      while (!lacking[l]) ++l;
      if (any(given)) lane = " in lane " + std::to_string(this->run.lanes.place.first_lane + static_cast<std::size_t>(l));
    }
    const std::string where = this->run.body.walk.path_of(k).str() + lane;
    if (leads_back_) throw std::invalid_argument("edit: the backward proposal makes a choice at " + where + ", for which the move discarded no value");
    throw std::invalid_argument("assess: no value was given for " + where);
  }

  constraint_cursor cursor_;
  bool leads_back_ = false;
  struct nothing_kept {};
  std::conditional_t<keeps_lanes, lane_place<V>, nothing_kept> keeping_;
};

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
  assess_handler<double> h(walk, run.numbers, choices);
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
auto assess_lanes(const G& model, const arguments<A...>& as, const choice_map& choices, const lane_request<T>& n, bool leads_back) {
  using V = native_pack<T>;
  using B = batch<G, arguments<A...>, V>;
  require_lanes(choices, n.first + n.count);
  B b(model, std::make_shared<const arguments<A...>>(as), n.count, n.first);
  const auto require_used = [&](const auto& h, const tile<V>& t, const run_place& place) {
    const auto constraint_of = [&](std::uint32_t j) { const auto& s = h.structure().sites()[j]; return choices.of_type(s.full, s.type.code(), choices.find(s.full, s.parent, s.last_index)); };
    if (any(h.keeping().unreached | lanes_unreached(h.structure(), t, place, constraint_of)))
      throw std::invalid_argument("assess: in some lanes a value was given for a choice that the model does not make there");
  };
  batch_run(b).anew(
      [&](structure_walk& walk, tile_storage<V>& storage, const run_place& place, auto done) {
        assess_handler<V> h(walk, storage, choices, place);
        if (leads_back) h.leads_back();
        done(h);
        require_met_by(h, walk, choices, "assess");
        require_used(h, storage.view(), place);
      },
      [&](structure_walk& walk, tile<V> t, const run_place& place, std::size_t, auto done) {
        assess_handler<V> h(walk, t, choices, place);
        if (leads_back) h.leads_back();
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
  return assess_lanes(model, as, choices, n, false);
}

}  // namespace starling
