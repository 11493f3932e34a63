// One Markov chain of a posterior whose structure depends on its choices: a single trace that kernels change and take back.
//
// An observed address stays observed: a move that removes or changes one has posterior density 0 and is rejected.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <starling/inference/lane_chains.hpp>
#include <starling/models/edit.hpp>
#include <starling/models/posterior.hpp>
#include <starling/random/stream.hpp>

namespace starling {

// Σ log density over choices of `before` that `after` does not have (with their kind and size).
double removed_density(const trace_state& before, const schema& after);
// Whether the run still has every observation.
bool holds_observations(const choice_map& observations, const trace_state& state);

// The observations that no run of several visited.
struct unvisited_observations {
  std::vector<path> paths;
  bool some_ran = false;

  bool may_be() const { return !some_ran || !paths.empty(); }
  void add(const std::vector<path>& of_a_run) {
    if (!some_ran) paths = of_a_run;
    else std::erase_if(paths, [&](const path& p) {
      for (const path& q : of_a_run)
        if (p == q) return false;
      return true;
    });
    some_ran = true;
  }
};

template <class Posterior>
class trace_chain {
 public:
  using real = double;
  using mask = bool;
  using trace_type = trace<typename Posterior::model_type, typename Posterior::arguments_type>;
  static constexpr bool is_dynamic = true;

  trace_chain(const Posterior& post, std::size_t chain, std::size_t chains)
      : post_(post), place_{chain, chains}, trace_(post.model(), post.shared_args()) {
    trace_.keep_no_instances();  // kernels read all choices as sites of one run
  }

  // As lane_chains: draws from the prior until the density is finite, 100 tries.
  void start(const key& k) {
    std::string trouble;
    for (std::uint64_t attempt = 0; attempt < 100; ++attempt) {
      try {
        const double w = generate_into(trace_, post_.observations(), fold_in(k, attempt), true, place_);
        if (w > negative_infinity && is_finite(trace_.score())) return;
        look_for_unvisited(w);
      } catch (const parameter_error& e) {
        if (trouble.empty()) trouble = e.what();
      }
    }
    throw std::runtime_error("no starting point with a finite density was found in 100 draws from the prior" +
                             describe_unvisited(unvisited_.paths, addresses_of(structure())) + (trouble.empty() ? "" : "; the first trouble was " + trouble) + ". Check the observations and the priors");
  }

  // A particle: draws the latents, the observations in place; its log weight. Bad parameters of a distribution give it weight 0.
  double draw(const key& k, const run_place& place) {
    place_ = place;
    try {
      const double w = generate_into(trace_, post_.observations(), k, false, place_);
      look_for_unvisited(w);
      return w;
    } catch (const parameter_error& e) {
      if (problems_++ == 0) problem_ = e.what();
      return negative_infinity;
    }
  }

  // Which observations none of the particles drawn so far visited.
  const unvisited_observations& unvisited() const { return unvisited_; }

  const Posterior& posterior() const { return post_; }
  const run_place& place() const { return place_; }
  double score() const { return trace_.score(); }
  const schema& structure() const { return trace_.structure(); }
  const trace_state& state() const { return trace_.state(); }
  bool is_observed(const site& s) const {
    return static_cast<bool>(post_.observations().find(s.full, s.parent, s.last_index));
  }
  // The sites of the current trace that are latents and that `at` holds.
  std::vector<std::uint8_t> selected(const selection& at) const {
    auto marks = selected_sites(at, structure());
    for (std::uint32_t k = 0; k < marks.size(); ++k) {
      const site& s = structure().sites()[k];
      if (marks[k] && (!s.is_choice() || is_observed(s))) marks[k] = 0;
    }
    return marks;
  }

  // The same for a kernel that moves them; whether there ever were some is remembered.
  std::vector<std::uint8_t> selected_to_move(const selection& at) {
    auto marks = selected(at);
    bool some = false;
    for (const auto m : marks) some = some || m;
    for (auto& use : uses_)
      if (use.at == &at) {
        use.met = use.met || some;
        return marks;
      }
    uses_.push_back({&at, some});
    return marks;
  }
  // The selections of kernels that never held a latent of this chain.
  std::vector<std::string> selections_unmet() const {
    std::vector<std::string> unmet;
    for (const auto& use : uses_)
      if (!use.met) unmet.push_back(use.at->str());
    return unmet;
  }

  // Moves. Each gives the log Metropolis–Hastings ratio; accept(false) takes it back.
  double candidate_by_regenerate(const selection& at, const key& k) {
    const auto marks = selected_to_move(at);
    return attempt([&] { return regenerate_into(trace_, trace_.shared_args(), at, k, place_, &marks); });
  }
  // New values for some choices, proposed symmetrically. What the run reaches for the first time is drawn from the prior and cancels,
  // as does what falls away; a proposed value that is not reached any more counts for nothing.
  double candidate_by_update(const choice_map& proposed, const key& k) {
    return attempt([&] {
      double ratio = 0;
      trace_.advance(trace_.shared_args(), [&](const trace_state& old, trace_state& next, journal& j) {
        structure_walk walk(old.structure, false);
        const old_values<double> before{old.structure.get(), {old.numbers.values.data(), old.numbers.shared.data(), nullptr}};
        deciding_handler<double> h(walk, k, next.numbers, place_, &j.changed, before, proposed);
        auto value = trace_type::run(post_.model(), h, trace_.args());
        finish_run(walk, h, next);
        ratio = log_difference(h.weight(), old.score) + removed_density(old, *next.structure);
        return value;
      });
      return ratio;
    });
  }
  template <class Edit>
  double candidate_by_edit(const Edit& e, const key& k) {
    return attempt([&] {
      const auto& observed = post_.observations();
      auto r = edit(trace_, e, fold_in(k.scope(hash_text("lane")), place_.first_lane));  // of a copy
      before_ = std::exchange(trace_, std::move(r.target));
      copied_ = true;
      for (const auto& entry : trace_.discard().choices().entries())
        if (observed.contains(entry.where) && trace_.contains(entry.where))
          throw std::invalid_argument("proposal: it makes a choice at " + entry.where.str() + ", which is observed, no latent");
      return r.weight;
    });
  }
  // A move by the caller: f(trace, changed) updates the trace once, sets `changed` then, and gives the log ratio.
  template <class F>
  double candidate_by(F&& f) {
    return attempt([&] { return f(trace_, moved_); });
  }
  void accept(bool accepted) {
    if (!accepted && moved_) {
      if (copied_) trace_ = std::move(*before_);
      else trace_.rollback();
    }
    moved_ = copied_ = false;
    before_.reset();
  }

  void send_notes(note_sink<double>& sink) {
    const arena_scope scope;
    structure_walk walk(trace_.state().structure, true);
    auto numbers = trace_.state().numbers;
    const auto standing = stand_all(structure().sites().size());
    deciding_handler<double> h(walk, {numbers.values.data(), numbers.shared.data(), nullptr}, place_, standing);
    h.send_notes_to(&sink);
    post_.run(h);
  }

  std::size_t problems() const { return problems_; }
  const std::string& first_problem() const { return problem_; }

 private:
  void look_for_unvisited(double weight) {
    if (weight > negative_infinity) unvisited_.add({});
    else if (unvisited_.may_be()) unvisited_.add(unmet(post_.observations(), structure()));
  }
  // Bad parameters of a distribution reject the move.
  template <class Move>
  double attempt(Move&& move) {
    moved_ = false;
    try {
      const double ratio = move();
      moved_ = true;
      return holds_observations(post_.observations(), trace_.state()) ? ratio : negative_infinity;
    } catch (const parameter_error& e) {
      if (problems_++ == 0) problem_ = e.what();
      return negative_infinity;
    }
  }

  const Posterior& post_;
  run_place place_;
  trace_type trace_;
  std::optional<trace_type> before_;
  bool moved_ = false, copied_ = false;
  std::size_t problems_ = 0;
  std::string problem_;
  struct use {
    const selection* at;
    bool met;
  };
  std::vector<use> uses_;
  unvisited_observations unvisited_;
};

}  // namespace starling
