// Metropolis–Hastings with a proposal that is a generative function of the current state.
//
//   constexpr auto nudge = sl::gen([](auto& trace, const auto& current) {
//     trace("slope", sl::normal(current["slope"], 0.1));
//   });
//   sl::kernels::proposal(nudge)              sl::kernels::proposal(forward, backward)
// The choices of `forward` become values of the latents at the same addresses; all others stay.
//   log ratio = log p(t') − log p(t) − log q_forward(new values; t) + log q_backward(old values; t')
// `backward` must make the same choices as `forward`. Where the two differ each chain takes at each step one of them at random
// to move and the other one to come back: always moving by `forward` would not leave the posterior unchanged, since the way back of such
// a move is one by `backward`.
#pragma once

#include <string>
#include <utility>

#include <starling/inference/kernels/kernel.hpp>
#include <starling/models/edit.hpp>
#include <starling/models/runs/lane_block.hpp>
#include <starling/models/simulate.hpp>

namespace starling::kernels {

// Where the choices of a proposal's run go: the latent of the posterior for each. Throws for an address that is no latent, or another
// kind or size of value.
std::vector<std::uint32_t> proposed_latents(const schema& proposal, const schema& model, const std::vector<std::uint32_t>& latents);
// Throws where a choice is there in some lanes only: those move by regenerate, or by drift.
void require_there_in_all_lanes(const std::vector<std::uint32_t>& latents, const schema& proposal, const schema& model);
// Throws where two runs do not make the same choices.
void require_same_choices(std::vector<std::uint32_t> forward, std::vector<std::uint32_t> backward, const schema& model);

template <generative_function Forward, generative_function Backward = Forward>
class proposal : public kernel {
 public:
  static constexpr const char* name = "proposal";
  static constexpr bool is_memoryless = true;
  explicit proposal(Forward forward)
    requires std::is_same_v<Forward, Backward>
      : forward_(forward), backward_(forward) {}
  proposal(Forward forward, Backward backward) : forward_(std::move(forward)), backward_(std::move(backward)), differ_(true) {}

  // One of the two functions, and the latents that its choices are.
  template <class V>
  struct reading : lane_block<V> {
    std::vector<std::uint32_t> latents;
    template <class F, class Chains>
    reading(const F& f, Chains& chains) {
      this->find(chains.place(), [&](auto& h) { f.run(h, chains.current_choices()); });
      latents = proposed_latents(*this->structure, chains.structure(), chains.layout().latents);
    }
    std::size_t size(std::size_t j) const { return this->at(j).type.size(); }
  };
  template <class V>
  struct state {
    reading<V> forward, backward;
    std::vector<std::uint32_t> others;  // latents that stay
    std::vector<element_run> moved;
  };

  template <class Chains>
  auto start(Chains& chains) const {
    if constexpr (Chains::is_dynamic) {
      return 0;
    } else {
      constexpr bool fixed = !Forward::is_dynamic && !Backward::is_dynamic;
      static_assert(fixed, "proposal: the chains of a model of fixed structure need a proposal of fixed structure, sl::gen(body)");
      using block = reading<typename Chains::real>;
      state<typename Chains::real> s{block(forward_, chains), block(backward_, chains), {}, {}};
      require_same_choices(s.forward.latents, s.backward.latents, chains.structure());
      require_there_in_all_lanes(s.forward.latents, *s.forward.structure, chains.structure());
      require_there_in_all_lanes(s.backward.latents, *s.backward.structure, chains.structure());
      s.moved = element_runs(chains.structure(), s.forward.latents);
      for (const auto k : chains.layout().latents)
        if (!holds(s.forward.latents, k)) s.others.push_back(k);
      return s;
    }
  }

  template <class Chains, class State>
  auto step(const key& k, Chains& chains, State& s, const phase&) const {
    using V = typename Chains::real;
    mask_of<V> turned(false);
    if (differ_) {
      stream<V> direction(k.scope(hash_text("direction")), chains.place().first_lane);
      direction.visit(0);
      turned = direction.uniform() < V(0.5);
    }
    V ratio;
    if constexpr (Chains::is_dynamic)
      ratio = turned ? chains.candidate_by_edit(edits::proposal<Backward, Forward>(backward_, forward_), k)
                     : chains.candidate_by_edit(edits::proposal<Forward, Backward>(forward_, backward_), k);
    else
      ratio = propose(k, chains, s, turned);
    return accept_or_reject<V>(k, chains, ratio);
  }

 private:
  template <class Chains, class State>
  auto propose(const key& k, Chains& chains, State& s, const mask_of<typename Chains::real>& turned) const {
    using V = typename Chains::real;
    const arena_scope scope;
    V log_there = draw(k, chains, forward_, s.forward);
    write(chains, s.forward, mask_of<V>(true));
    if (differ_) {
      log_there = where(turned, draw(k, chains, backward_, s.backward), log_there);
      write(chains, s.backward, turned);
    }
    for (const auto other : s.others)
      std::copy(chains.current(other), chains.current(other) + chains.structure().sites()[other].type.size(), chains.candidate(other));
    const V change = chains.is_conditional() ? chains.candidate_by_update(s.moved, k.scope(hash_text("update"))) : chains.candidate_score() - chains.score();
    V log_home = score_current(chains, backward_, s.backward);
    if (differ_) log_home = where(turned, score_current(chains, forward_, s.forward), log_home);
    // A proposal with bad parameters has density 0: its move is rejected.
    return where(log_there > V(negative_infinity), change - log_there + log_home, V(negative_infinity));
  }
  // Draws from one of the functions given the current state; the log density of what was drawn.
  template <class Chains, class F, class V>
  static V draw(const key& k, Chains& chains, const F& f, reading<V>& to) {
    return to.draw(k.scope(hash_text(name)), chains.place(), [&](auto& h) { f.run(h, chains.current_choices()); });
  }
  template <class Chains, class V>
  static void write(Chains& chains, reading<V>& from, const mask_of<V>& lanes) {
    for (std::size_t j = 0; j < from.latents.size(); ++j) {
      V* to = chains.candidate(from.latents[j]);
      for (std::size_t e = 0; e < from.size(j); ++e) to[e] = where(lanes, from.values(j)[e], to[e]);
    }
  }
  // The log density of the current values under one of the functions given the candidate.
  template <class Chains, class F, class V>
  static V score_current(Chains& chains, const F& f, reading<V>& from) {
    for (std::size_t j = 0; j < from.latents.size(); ++j) std::copy(chains.current(from.latents[j]), chains.current(from.latents[j]) + from.size(j), from.values(j));
    return from.score(chains.place(), [&](auto& h) { f.run(h, chains.candidate_choices()); });
  }

  Forward forward_;
  Backward backward_;
  bool differ_ = false;
};
template <class F>
proposal(F) -> proposal<F, F>;
template <class F, class B>
proposal(F, B) -> proposal<F, B>;

}  // namespace starling::kernels
