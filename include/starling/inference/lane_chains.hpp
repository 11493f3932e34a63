// W Markov chains of one posterior in the lanes of V: their current state, and a candidate beside it. What kernels work on.
#pragma once

#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include <starling/inference/draw_layout.hpp>
#include <starling/inference/lane_temperatures.hpp>
#include <starling/inference/metropolis.hpp>
#include <starling/inference/posterior_layout.hpp>
#include <starling/inference/run_checkpoint.hpp>
#include <starling/inference/score_run.hpp>
#include <starling/models/runs/current.hpp>
#include <starling/models/regenerate.hpp>
#include <starling/values/branchless.hpp>
#include <starling/values/exp.hpp>

namespace starling {

template <class V, class Posterior>
class lane_chains {
 public:
  using real = V;
  using posterior_type = Posterior;
  using mask = mask_of<V>;
  static constexpr bool is_dynamic = false;

  lane_chains(const Posterior& post, const posterior_layout<V>& layout, const run_place& place)
      : post_(post), layout_(layout), place_(place), shared_(layout.shared) {
    current_.fit(*layout.structure);
    candidate_.fit(*layout.structure);
    for (const site_slot& s : layout.structure->slots()) places_.push_back(view(candidate_, false).at(s));
    current_.shared.clear();
    candidate_.shared.clear();
    if (is_conditional()) keep_densities_ = true;
  }

  // Whether choices may be there in some lanes only. Then moves may change branches: they go through candidate_by_update or …_by_regenerate.
  bool is_conditional() const { return structure().is_conditional(); }

  // Draws starting points from the prior (improper choices at their start) until every lane has a finite density: 100 tries.
  // goes_on() is asked before each; false where it said no.
  template <class GoesOn = std::true_type>
  bool start(const key& k, GoesOn goes_on = {}) {
    mask waiting = mask(true);
    bad_parameter bad;
    for (std::uint64_t attempt = 0; attempt < 100 && any(waiting); ++attempt) {
      if (!goes_on()) return false;
      const arena_scope scope;
      structure_walk walk(layout_.structure, true);
      deciding_handler<V> h(walk, fold_in(k, attempt), view(candidate_, true), place_, layout_.plan);
      h.allow_starts();
      post_.run(h);
      const V score = where(unobserved(candidate_), V(negative_infinity), h.score());
      bad.keep_first(h.problem());
      const mask good = waiting & (score > V(negative_infinity)) & (score < V(positive_infinity));
      take_over(good, score);
      waiting = waiting & !good;
    }
    if (any(waiting)) refuse_to_start(bad, waiting);
    return true;
  }

  const Posterior& posterior() const { return post_; }
  const posterior_layout<V>& layout() const { return layout_; }
  const schema& structure() const { return *layout_.structure; }
  const run_place& place() const { return place_; }
  const V& score() const { return score_; }
  // Kernels that need log densities a site say so when they start; from then on they are kept.
  void keep_densities() {
    keep_densities_ = true;
    score_candidate_from_current();
  }

  // From now on the target of each lane is prior · likelihood^β (parallel tempering). No choice may be there under a condition only.
  void temper(const V& beta) {
    temperatures_.used = true;
    temperatures_.beta = beta;
    keep_densities();
  }
  const lane_temperatures<V>& temperatures() const { return temperatures_; }
  // Lane i of one and lane j of another, or the same, exchange their latents; temper() before the next step.
  static void exchange(lane_chains& a, int i, lane_chains& b, int j) {
    for (std::size_t e = 0; e < a.current_.values.size(); ++e) {
      V &x = a.current_.values[e], &y = b.current_.values[e];
      const auto of_x = x[i];
      x.set(i, y[j]);
      y.set(j, of_x);
    }
  }

  // The values of all latents, by their offsets.
  const V* current_values() const { return current_.values.data(); }
  V* candidate_values() { return candidate_.values.data(); }
  // The same for draws: NaN for choices that are not there.
  const V* recorded_values() {
    if (!is_conditional()) return current_values();
    recorded_ = current_.values;
    mark_absent(structure(), view(current_, false), recorded_.data());
    return recorded_.data();
  }
  // The current value of a site, and where a kernel writes the candidate's.
  const V* current(std::uint32_t k) const { return current_.values.data() + structure().slots()[k].offset; }
  V* candidate(std::uint32_t k) { return candidate_.values.data() + structure().slots()[k].offset; }

  // As a proposal reads them, by address.
  starling::current_choices<V> current_choices() const { return {structure(), {current_.values.data(), shared_.data(), nullptr}}; }
  starling::current_choices<V> candidate_choices() const { return {structure(), {candidate_.values.data(), shared_.data(), nullptr}}; }

  // The candidate's latents become the current ones, for a kernel that changes some of them.
  void begin_candidate() { candidate_.values = current_.values; }
  // The score of the candidate, all of whose latents are set. NaN and +∞ count as −∞.
  V candidate_score() {
    if (examinations_ > 0 || keep_densities_) {
      if (examinations_ > 0) --examinations_;
      examine_candidate();
    } else {
      score_run<V> quick{*layout_.structure, view(candidate_, false), place_, places_.data()};
      run_under(post_, quick);
      candidate_score_ = quick.score;
      if (any(!(candidate_score_ > V(negative_infinity)))) examine_candidate();
    }
    return candidate_score_;
  }

  // Draws the sites that `plan` marks −1 into the candidate, keeps the others; returns the log weight.
  V candidate_by_regenerate(const site_plan& plan, const key& k) {
    const arena_scope scope;
    structure_walk walk(layout_.structure, true);
    const old_values<V> old{layout_.structure.get(), {current_.values.data(), shared_.data(), current_.densities.data()}};
    deciding_handler<V> h(walk, k, view(candidate_, true), place_, plan, {old, true});
    post_.run(h);
    note_problem(h.problem());
    candidate_score_ = where(unobserved(candidate_), V(negative_infinity), h.score());
    if (is_conditional()) h.charge(factors_gone<V>(structure(), old.values, h.factors_met(), structure(), view(candidate_, true)));
    if (temperatures_.used) [[unlikely]] {
      candidate_score_ = temperatures_.score(structure(), layout_.plan, candidate_.densities.data());
      const V weight = temperatures_.weight_of_redrawn(structure(), layout_.plan, current_.densities.data(), candidate_.densities.data(), [&](std::uint32_t s) { return plan[s].old < 0; });
      return where(candidate_score_ > V(negative_infinity), weight, V(negative_infinity));
    }
    return where(candidate_score_ > V(negative_infinity), h.weight(), V(negative_infinity));
  }

  // The candidate's latents in `moved` were proposed, symmetrically; all others stay. What a lane reaches for the first time is drawn from
  // the prior and cancels, as does what falls away. Returns the log Metropolis–Hastings ratio.
  V candidate_by_update(const std::vector<element_run>& moved, const key& k) {
    if constexpr (lanes_of<V> == 1) {  // a chain that runs alone has no branches: run.hpp
      return candidate_score() - score_;
    } else {
      proposed_ = current_.values;
      for (const auto [first, size] : moved) std::copy(candidate_.values.data() + first, candidate_.values.data() + first + size, proposed_.data() + first);
      if (update_plan_.empty())
        for (std::uint32_t s = 0; const site& here : structure().sites()) {
          update_plan_.push_back({static_cast<const constraint_ref&>(layout_.plan[s]), here.again ? here.first : s, here.is_conditional()});
          ++s;
        }
      const arena_scope scope;
      structure_walk walk(layout_.structure, true);
      deciding_handler<V> h(walk, k, view(candidate_, true), place_, update_plan_, {{layout_.structure.get(), {proposed_.data(), shared_.data(), nullptr}}, false});
      post_.run(h);
      note_problem(h.problem());
      candidate_score_ = where(unobserved(candidate_), V(negative_infinity), h.score());
      const V removed = removed_density(structure(), view(current_, true), view(candidate_, true));
      return where(candidate_score_ > V(negative_infinity), log_difference(h.weight(), score_) + removed, V(negative_infinity));
    }
  }

  // The candidate becomes the current state where `accepted`; elsewhere the candidate is forgotten.
  void accept(mask accepted) { take_over(accepted, candidate_score_); }
  // The same where only the latents given changed and densities are not kept.
  void accept(mask accepted, const std::vector<element_run>& changed) {
    if (keep_densities_) return accept(accepted);
    V* const now = current_.values.data();
    const V* const next = candidate_.values.data();
    for (const auto [first, size] : changed)
      for (std::uint32_t e = first; e < first + size; ++e) now[e] = chosen(accepted, next[e], now[e]);
    score_ = chosen(accepted, candidate_score_, score_);
  }

  // Runs the body over the current state and sends its notes.
  void send_notes(note_sink<V>& sink) { score_standing(view(current_, false), nullptr, &sink); }

  // Between steps, of chains that were started. The score computed anew is saved with it: when it is read model and data must give the same bits.
  template <class Archive>
  void archive(Archive& a) {
    V expected = score_standing(view(current_, false));
    const std::vector<V> own = current_.values;
    a(current_.values, current_.densities, score_, examinations_, expected);
    if constexpr (Archive::reads) {
      for (std::uint32_t k = 0; k < layout_.plan.size(); ++k)  // what is observed is this posterior's, whatever was saved
        if (const site& s = structure().sites()[k]; layout_.plan[k] && !s.shared) std::copy(own.data() + s.offset, own.data() + s.offset + s.type.size(), current_.values.data() + s.offset);
      if (any(!(score_standing(view(current_, false)) == expected))) refuse_other_densities();
    }
  }
  // Lanes that proposed parameters outside a distribution's domain, and the first example.
  std::size_t problems() const { return problems_; }
  const bad_parameter& first_problem() const { return problem_; }

 private:
  // Scores what stands in t, with a look at every site, by the handler that draws starts too: the body is not compiled for it once more.
  V score_standing(const tile<V>& t, bad_parameter* problem = nullptr, note_sink<V>* notes = nullptr) {
    if (standing_.empty()) standing_ = stand_all(structure().sites().size());
    const arena_scope scope;
    structure_walk walk(layout_.structure, true);
    deciding_handler<V> h(walk, t, place_, standing_);
    h.send_notes_to(notes);
    post_.run(h);
    if (problem) *problem = h.problem();
    return h.score();
  }
  // The lanes that do not have every observation.
  mask unobserved(tile_storage<V>& s) {
    if (!is_conditional()) return mask(false);
    return lanes_unreached(structure(), view(s, false), place_, [&](std::uint32_t k) { return layout_.plan[k]; });
  }
  tile<V> view(tile_storage<V>& s, bool densities) {
    return {s.values.data(), shared_.data(), densities ? s.densities.data() : nullptr};
  }
  void take_over(mask accepted, const V& score) {
    for (std::size_t e = 0; e < current_.values.size(); ++e) current_.values[e] = where(accepted, candidate_.values[e], current_.values[e]);
    for (std::size_t e = 0; e < current_.densities.size(); ++e) current_.densities[e] = where(accepted, candidate_.densities[e], current_.densities[e]);
    score_ = where(accepted, score, score_);
    if (temperatures_.used) temperatures_.likelihood = where(accepted, temperatures_.of_candidate, temperatures_.likelihood);
  }
  // The score with a look at every site. Where some density was not finite the next candidates are examined at once.
  [[gnu::noinline]] void examine_candidate() {
    bad_parameter problem;
    const V score = score_standing(view(candidate_, keep_densities_), &problem);
    note_problem(problem);
    candidate_score_ = where(unobserved(candidate_), V(negative_infinity), score);
    if (temperatures_.used) candidate_score_ = temperatures_.score(structure(), layout_.plan, candidate_.densities.data());
    if (any(!(candidate_score_ > V(negative_infinity)))) examinations_ = 16;
  }
  void score_candidate_from_current() {
    candidate_.values = current_.values;
    candidate_score();
    accept(mask(true));
  }
  void note_problem(const bad_parameter& bad) {
    if (!bad.found) return;
    ++problems_;
    problem_.keep_first(bad);
  }
  // Quotes the last try of the first lane that found no start: the first site that makes its density −∞.
  [[noreturn, gnu::noinline, gnu::cold]] void refuse_to_start(const bad_parameter& bad, const mask& waiting) const {
    std::string text = "no starting point with a finite density was found in 100 draws from the prior";
    int lane = 0;
    if constexpr (lanes_of<V> > 1)
      while (lane + 1 < lanes_of<V> && !waiting[lane]) ++lane;
    const auto number = [&](const V& x) {
      if constexpr (lanes_of<V> > 1) return static_cast<double>(x[lane]);
      else return x;
    };
    for (std::uint32_t k = 0; k < structure().sites().size() && !bad.found; ++k) {
      if (number(candidate_.densities[k]) > negative_infinity) continue;
      const site& s = structure().sites()[k];
      text += "; in the last one the density is 0 at " + structure().path_of(k).str() + " (" + std::string(s.distribution) + ")";
      if (s.is_choice() && s.type.rank == 0)
        text += ", whose value is " + std::to_string(number(*((s.shared ? shared_ : candidate_.values).data() + s.offset)));
      break;
    }
    if (bad.found) text += "; the first trouble was " + bad.sentence(structure());
    throw std::runtime_error(text + ". Check the observations and the priors");
  }

  const Posterior& post_;
  const posterior_layout<V>& layout_;
  run_place place_;
  std::vector<V> shared_;
  tile_storage<V> current_, candidate_;
  std::vector<const V*> places_;  // of the candidate's values
  std::vector<V> proposed_, recorded_;  // of conditional structures
  site_plan update_plan_, standing_;
  lane_temperatures<V> temperatures_;
  V score_ = V(negative_infinity), candidate_score_ = V(negative_infinity);
  bool keep_densities_ = false;
  int examinations_ = 0;
  std::size_t problems_ = 0;
  bad_parameter problem_;
};

}  // namespace starling
