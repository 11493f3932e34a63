// Predictive draws and log likelihoods of a dynamic model: single traces, one a draw. What a draw does not have is NaN in it.
#pragma once

#include <cstddef>
#include <vector>

#include <starling/execution/executor.hpp>
#include <starling/inference/pointwise.hpp>
#include <starling/inference/run_dynamic.hpp>

namespace starling {

// Reads values of choices from named draws.
class draw_reader {
 public:
  draw_reader(const draws& from, std::size_t draw) : from_(from), draw_(draw) {}
  // The value at `where`, of this type, in the draw. Throws std::invalid_argument where the draw has none.
  void read(const path& where, const choice_type& type, double* to) const;

 private:
  const draws& from_;
  std::size_t draw_;  // all chains in a row
};

// A run whose latents are those of a draw. Observed choices are drawn anew, or have their observed value.
class recall_handler : public site_handler<recall_handler, reading<double>> {
 public:
  recall_handler(structure_walk& walk, const key& k, tile_storage<double>& storage, const run_place& place, const draw_reader& latents,
                 const choice_map& observations, bool redraws)
      : site_handler(walk, k, storage, place), latents_(latents), observations_(observations), redraws_(redraws) {}

 private:
  friend site_handler;
  template <class X, class D>
  X decide(std::uint32_t k, const D& d) {
    const site& s = this->run.at(k);
    const auto observed = observations_.find(s.full, s.parent, s.last_index);
    if (observed && redraws_) {
      this->run.record(k, this->run.template draw<X>(k, d));
    } else if (observed) {
      if (observed.type_code != s.type.code()) check_constraint(observed, s.type, this->run.body.walk.current().path_of(k));
      put_constraint(this->run.place(k), observed, s.type.size(), 0, 1);
    } else {
      latents_.read(this->run.body.walk.current().path_of(k), s.type, this->run.place(k));
    }
    const X x = this->run.template value_in_place<X>(k);
    this->run.score_site(k, d, x);
    return x;
  }

  const draw_reader& latents_;
  const choice_map& observations_;
  bool redraws_;
};

// chains × draws runs, each written to a trace by `run(trace, chain, draw, place)`; then the values of its observed choices, or their log
// densities.
template <class Posterior, class Run>
draws observed_of_traces(const Posterior& post, std::size_t chains, std::size_t draws_of_each, bool pointwise, Run&& run) {
  using trace_type = trace<typename Posterior::model_type, typename Posterior::arguments_type>;
  if (post.observations().empty()) throw std::invalid_argument("the posterior has no observations: there is nothing to predict");
  std::vector<ragged_record> records(chains);
  parallel_for(chains, [&](std::size_t c) {
    trace_type t(post.model(), post.shared_args());
    t.keep_no_instances();
    for (std::size_t d = 0; d < draws_of_each; ++d) {
      run(t, c * draws_of_each + d, run_place{c * draws_of_each + d, chains * draws_of_each});
      records[c].begin_draw();
      const trace_state& state = t.state();
      const auto& sites = state.structure->sites();
      for (std::uint32_t k = 0; k < sites.size(); ++k) {
        if (!sites[k].is_choice() || !post.observations().find(sites[k].full, sites[k].parent, sites[k].last_index)) continue;
        if (pointwise) continue;
        records[c].note(state.structure->path_of(k), sites[k].type, state.numbers.values.data() + sites[k].offset);
      }
      if (pointwise) {
        const schema& structure = *state.structure;
        std::vector<std::uint32_t> observed;
        for (std::uint32_t k = 0; k < sites.size(); ++k)
          if (sites[k].is_choice() && post.observations().find(sites[k].full, sites[k].parent, sites[k].last_index)) observed.push_back(k);
        auto numbers = state.numbers;
        pointwise_densities<double> densities(structure, observed);
        densities.find(post, numbers.view(), run_place{c * draws_of_each + d, chains * draws_of_each});
        const auto types = densities.types();
        for (std::size_t j = 0; j < observed.size(); ++j) records[c].note(structure.path_of(observed[j]), types[j], densities.of(observed[j]).data());
      }
      records[c].end_draw(t.score(), 1);
    }
  });
  return collect_ragged(records, draws_of_each, false, false).posterior;
}

// The same for the draws of a fit.
template <class Posterior>
draws recall_draws(const Posterior& post, const draws& fit, bool pointwise, const key& k) {
  return observed_of_traces(post, fit.chains, fit.draws, pointwise, [&](auto& t, std::size_t draw, const run_place& place) {
    const draw_reader latents(fit, draw);
    t.advance(t.shared_args(), [&](const trace_state&, trace_state& next, journal&) {
      structure_walk walk(next.structure, false);
      recall_handler h(walk, k, next.numbers, place, latents, post.observations(), !pointwise);
      auto value = std::decay_t<decltype(t)>::run(post.model(), h, t.args());
      finish_run(walk, h, next);
      return value;
    });
  });
}

}  // namespace starling
