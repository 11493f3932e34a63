// Involutive MCMC (Cusumano-Towner, Lew, Mansinghka: arXiv 2007.09871; Neklyudov et al.: ICML 2020): auxiliary choices u are drawn by a
// generative function q of the current state, then a deterministic map that is its own inverse makes (t', u') of (t, u).
//
//   constexpr auto steps = sl::gen([](auto& trace, const auto& current) { trace("u", sl::normal(0.0, 0.5)); });
//   kernels::involution(steps, [](auto& move) {
//     move.model.set("x", move.model["x"] * sl::exp(move.auxiliary["u"]));
//     move.auxiliary.set("u", -move.auxiliary["u"]);
//   })
//   log ratio = log p(t') − log p(t) + log q(u'; t') − log q(u; t) + log |det J|
// What the map may do, and J: trace_transform.hpp. Choices of the model that it does not write stay; it writes every auxiliary choice. In
// chains of dynamic models it may change the structure, which is reversible jump MCMC (Green 1995): it writes whatever the new state has
// and the old one had not, and reads the continuous choices that fall away. In lanes the structure is fixed, and so is what it reads and
// writes: branches are `where`.
//
// That the map is its own inverse is checked, at the first steps of each chain and every so often after that; a move that cannot be
// undone is an error that names the address that did not come back.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <starling/inference/kernels/kernel.hpp>
#include <starling/inference/transform_checks.hpp>
#include <starling/models/runs/lane_block.hpp>
#include <starling/models/simulate.hpp>
#include <starling/models/update.hpp>

namespace starling::kernels {

struct involution_options {
  std::size_t first_checks = 100;  // at so many steps of each chain
  std::size_t check_every = 100;   // after that; 0: never
  double tolerance = 1e-6;         // times 1 + |value|; at least 1e-3 in single precision
};

template <generative_function Proposal, class Transform>
class involution : public kernel {
 public:
  static constexpr const char* name = "involution";
  involution(Proposal proposal, Transform transform, involution_options options = {})
      : proposal_(std::move(proposal)), transform_(std::move(transform)), options_(options) {}

  template <class V>
  struct state {
    std::size_t steps = 0;  // so far: the first are checked, and one in many later
    transform_runner<V> forth, home;

    template <class Archive>
    void archive(Archive& a) {
      a(steps);
    }
  };
  template <class V>
  struct state_of_lanes : state<V> {
    lane_block<V> there, back;  // the auxiliary choices u, u'
    std::vector<path> paths;    // their addresses
  };

  template <class Chains>
  auto start(Chains& chains) const {
    if constexpr (Chains::is_dynamic) {
      return state<double>();
    } else {
      constexpr bool fixed = !Proposal::is_dynamic;
      static_assert(fixed, "involution: the chains of a model of fixed structure need auxiliary choices of fixed structure, sl::gen(body)");
      refuse_conditional(chains, name);
      using V = typename Chains::real;
      state_of_lanes<V> s;
      s.there.find(chains.place(), [&](auto& h) { proposal_.run(h, chains.current_choices()); });
      const schema& structure = *s.there.structure;
      if (structure.is_conditional()) throw std::invalid_argument("involution: over lanes the auxiliary choices must be the same in all of them, but they have branches");
      for (const auto site : s.there.choices) s.paths.push_back(structure.path_of(site));
      s.back = s.there;
      return s;
    }
  }

  template <class Chains, class State>
  auto step(const key& k, Chains& chains, State& s, const phase&) const {
    using V = typename Chains::real;
    const bool checks = s.steps < options_.first_checks || (options_.check_every != 0 && s.steps % options_.check_every == 0);
    ++s.steps;
    const arena_scope scope;
    V ratio;
    if constexpr (Chains::is_dynamic) ratio = chains.candidate_by([&](auto& trace, bool& changed) { return move_trace(k, chains, s, trace, changed, checks); });
    else ratio = move_lanes(k, chains, s, checks);
    return accept_or_reject<V>(k, chains, ratio);
  }

 private:
  template <class Chains, class Trace>
  double move_trace(const key& k, const Chains& chains, state<double>& s, Trace& t, bool& changed, bool checks) const {
    const auto& observations = chains.posterior().observations();
    auto as = std::make_shared<const arguments<current_trace>>(args(current_trace{&t.state()}));
    trace<Proposal, arguments<current_trace>> u(proposal_, std::move(as));
    simulate_into(u, k.scope(hash_text(name)), chains.place());
    const auto& there = s.forth(transform_, current_choices<double>(t.state()), current_choices<double>(u.state()));

    const double change = update_into(t, t.shared_args(), there.model.choices(), k.scope(hash_text("update")), chains.place(), nullptr, {.unreached = ignore});
    changed = true;
    if (!(change > negative_infinity)) return negative_infinity;
    const journal& update = t.last_update();
    const schema& old = *update.before.structure;
    require_determined(name, there.model.writes, observations, old, t.structure());

    kept_columns columns(name, there.columns);
    std::vector<path> moved;
    for (const auto site : update.changed) {
      moved.push_back(old.path_of(site));
      if (!observations.find(moved.back())) columns.add(there.model.reads, moved.back(), old.sites()[site].type, "changes");
    }
    std::vector<path> drawn;
    const choice_map choices = u.choices();
    for (const auto& e : choices.entries()) {
      drawn.push_back(e.where);
      columns.add(there.auxiliary.reads, e.where, e.value.type, "is an auxiliary choice");
    }
    const double volume = there.log_determinant(name, columns.marks());
    const trace_state home = assess_auxiliary(name, proposal_, t.state(), there.auxiliary.choices(), chains.place());
    const double ratio = change + home.score - u.score() + volume;
    if (checks && ratio > negative_infinity) {
      const current_choices<double> now(t.state());
      const auto& again = s.home(transform_, now, current_choices<double>(home), false);
      require_round_trip<double>(name, again.model, moved, current_choices<double>(update.before), &now, true, options_.tolerance);
      require_round_trip<double>(name, again.auxiliary, drawn, current_choices<double>(u.state()), nullptr, true, options_.tolerance);
    }
    return ratio;
  }

  template <class Chains, class State, class V = typename Chains::real>
  V move_lanes(const key& k, Chains& chains, State& s, bool checks) const {
    const schema& model = chains.structure();
    const current_choices<V> before = chains.current_choices(), drawn = s.there.current_choices();
    const V log_there = s.there.draw(k.scope(hash_text(name)), chains.place(), [&](auto& h) { proposal_.run(h, before); });
    const auto& there = s.forth(transform_, before, drawn);

    kept_columns columns(name, there.columns);
    std::vector<path> moved;
    chains.begin_candidate();
    for (const auto& w : there.model.writes) {
      const auto site = model.find(w.where.hash());
      if (site < 0) refuse_transform(name, "writes " + w.where.str() + ": the model has no choice at " + w.where.str());
      const auto place = static_cast<std::uint32_t>(site);
      if (!chains.layout().is_latent(place)) refuse_transform(name, "writes " + w.where.str() + ", which is observed");
      require_writable(name, w, model.sites()[place].type);
      columns.add(there.model.reads, w.where, w.type, "changes");
      const V* const from = there.model.numbers.data() + w.first;
      std::copy(from, from + w.type.size(), chains.candidate(place));
      if (checks) moved.push_back(w.where);
    }
    for (std::size_t j = 0; j < s.paths.size(); ++j) {
      const auto& here = s.back.at(j);
      columns.add(there.auxiliary.reads, s.paths[j], here.type, "is an auxiliary choice");
      const auto* w = there.auxiliary.writes.find(here.full);
      if (!w) refuse_transform(name, "does not write the auxiliary choice " + s.paths[j].str());
      require_writable(name, *w, here.type);
      const V* const from = there.auxiliary.numbers.data() + w->first;
      std::copy(from, from + w->type.size(), s.back.values(j));
    }
    if (there.auxiliary.writes.size() != s.paths.size()) refuse_transform(name, "writes " + there.auxiliary.writes.str() + " as auxiliary choices; the proposal does not make all of them");

    const V change = chains.candidate_score() - chains.score();
    const V log_home = s.back.score(chains.place(), [&](auto& h) { proposal_.run(h, chains.candidate_choices()); });
    const V sum = change + log_home - log_there + there.log_determinant(name, columns.marks());
    // Auxiliary choices that had density 0, for bad parameters, reject the move.
    const mask_of<V> possible((log_there > V(negative_infinity)) & (log_home > V(negative_infinity)));
    const V ratio = where(possible, sum, V(negative_infinity));
    if (checks) {
      const mask_of<V> finite = ratio > V(negative_infinity);
      const current_choices<V> now = chains.candidate_choices(), made = s.back.current_choices();
      const auto& again = s.home(transform_, now, made, false);
      require_round_trip<V>(name, again.model, moved, before, &now, finite, options_.tolerance);
      require_round_trip<V>(name, again.auxiliary, s.paths, drawn, nullptr, finite, options_.tolerance);
    }
    return ratio;
  }

  Proposal proposal_;
  Transform transform_;
  involution_options options_;
};

}  // namespace starling::kernels
