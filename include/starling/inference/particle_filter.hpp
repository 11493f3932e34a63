// Particle filters: sequential Monte Carlo for a chain of states (unfold), step by step as observations come, or over all of them.
//
//   sl::particle_filter filter(walk, sl::args(initial, parameters…), {.particles = 10'000}, sl::key(1));
//   for (const double y : ys) filter.step({{"y", y}});
//   filter.log_evidence();  filter.mean("x");  filter.quantile("x", 0.95);  filter.history("x");
//   filter.mean([](const auto& state) { return state.x * state.v; });  // of what the kernel returned
//   filter.step({{"y", y}}, sl::args(control, parameters…));           // parameters that come with a step
//
// Bootstrap proposal: what a step does not observe is drawn from the kernel, weighted by the density of what it observes. Before a step
// particles are resampled (systematic) where the effective sample size has fallen below a share of the particles. The evidence grows by
// lse(W_t) − lse(W_{t−1}), W_{t−1} after resampling (Del Moral 2004, unbiased for the evidence itself). The kernel runs once a step;
// choices are kept a column a step with the ancestors, and histories are gathered only when somebody asks.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include <starling/combinators/unfold.hpp>
#include <starling/execution/executor.hpp>
#include <starling/inference/filter_population.hpp>
#include <starling/models/generate.hpp>
#include <starling/values/exp.hpp>
#include <starling/values/counts.hpp>

namespace starling {

template <class T, generative_function Kernel, class State, class... Parameters>
class basic_particle_filter : public filter_population<T, Kernel, State, Parameters...> {
  using population = filter_population<T, Kernel, State, Parameters...>;
  using population::arguments_, population::options_, population::blocks_, population::count_, population::states_, population::before_;
  using population::ess_, population::columns_, population::report_, population::run_kernel, population::place_of;
  using population::memory_, population::before_memory_, population::weights_, population::weight_sum_, population::log_evidence_;
  using typename population::V, typename population::S, typename population::column;

 public:
  using population::width;
  static_assert(!Kernel::is_dynamic, "a particle filter runs its kernel in lanes: the kernel must not be dynamic");

  basic_particle_filter(const unfold_model<Kernel>& chain, arguments<State, Parameters...> as, const particle_filter_options& o, const key& k)
      : population(chain.kernel, std::move(as), o), key_(k) {
    require_count("particle_filter", "particles", o.particles, 1, largest_lanes);
    if (!(o.resample_below >= 0 && o.resample_below <= 1))
      throw std::invalid_argument("particle_filter: resample_below is a share of the particles, from 0 to 1, got " + std::to_string(o.resample_below));
    const arena_scope scope;
    const S first = lift_value<V>(std::get<0>(arguments_.values));
    states_.resize(blocks_);
    if constexpr (holds_arena<S>) {
      memory_.resize(blocks_);
      next_memory_.resize(blocks_);
      before_memory_.resize(blocks_);
      resampled_memory_.resize(blocks_);
    }
    for (std::size_t b = 0; b < blocks_; ++b) states_[b] = own(first, memory_, b);
    next_states_ = before_ = states_;
    log_weights_.assign(blocks_, V(0));
    weights_.assign(blocks_, V(1));
    next_log_weights_ = log_weights_;
    next_weights_ = weights_;
    weight_sum_ = static_cast<double>(o.particles);
    log_total_ = log(static_cast<double>(o.particles));
    ess_ = static_cast<double>(o.particles);
  }

  // One step with these observations, by their addresses in the kernel; without, a prediction. Throws std::invalid_argument for one that
  // the kernel does not have and std::runtime_error where no particle has a density above 0; then all is as before.
  filter_step step(const choice_map& observations) {
    if (observations.lanes() != 0) throw std::invalid_argument("particle_filter: observations are shared by all particles");
    require_numbers(observations, "particle_filter: at step " + std::to_string(count_));
    const std::size_t t = count_;
    const key now = fold_in(key_, t);
    filter_step told;
    told.distinct = options_.particles;
    told.resampled = t > 0 && ess_ < options_.resample_below * static_cast<double>(options_.particles) + (options_.resample_below >= 1 ? 1 : 0);
    if (told.resampled) told.distinct = resample(now);
    const std::vector<S>& before = told.resampled ? resampled_ : states_;

    column next;
    site_plan plan;
    find_structure(t, now, observations, before[0], next, plan);
    next.values.reset(new V[blocks_ * next.structure->elements()]);
    std::vector<V*> standing;
    for (const site& here : next.structure->sites()) standing.push_back(here.shared ? next.shared.data() + here.offset : nullptr);
    step_run r{t, now, plan, standing, next};
    constexpr std::size_t part = 64;
    parallel_for(
        (blocks_ + part - 1) / part,
        [&](std::size_t p) {
          for (std::size_t b = p * part; b < std::min(blocks_, (p + 1) * part); ++b) {
            const arena_scope scope;
            V w = r.plain ? run_plain(r, before[b], b) : V(negative_infinity);
            if (any(!(w > V(negative_infinity)))) [[unlikely]]
              w = run_examined(r, before[b], b);
            w = told.resampled ? w : w + log_weights_[b];
            if (const std::size_t used = options_.particles - b * width; used < width)
              w = where(mask_of<V>::first(static_cast<std::int64_t>(used)), w, V(negative_infinity));
            next_log_weights_[b] = w;
          }
        },
        options_.threads);
    const double log_total_before = told.resampled ? log(static_cast<double>(options_.particles)) : log_total_;
    const weight_totals totals = normalise(next_log_weights_, next_weights_);
    if (!(totals.log_total > negative_infinity)) {
      const std::string infinite = infinity_among(observations);
      throw std::runtime_error("particle_filter: at step " + std::to_string(t) + " no particle has a density above 0; " +
                               (r.bad.found        ? "the first trouble was " + r.bad.sentence(*next.structure)
                                : infinite.empty() ? "more particles, or a wider model, may help"
                                                   : infinite));
    }
    // The step stands.
    if (told.resampled) next.ancestors = std::move(ancestors_);
    before_.swap(told.resampled ? resampled_ : states_);
    before_memory_.swap(told.resampled ? resampled_memory_ : memory_);
    states_.swap(next_states_);
    memory_.swap(next_memory_);
    log_weights_.swap(next_log_weights_);
    weights_.swap(next_weights_);
    weight_sum_ = totals.sum;
    log_total_ = totals.log_total;
    ess_ = totals.ess;
    told.ess = totals.ess;
    told.log_evidence = totals.log_total - log_total_before;
    log_evidence_ += told.log_evidence;
    if (!options_.history) columns_.clear();
    columns_.push_back(std::move(next));
    report_.add(t, told);
    ++count_;
    return told;
  }
  // The same with other parameters of the kernel, for this step and those that follow: a control, a time since the step before.
  filter_step step(const choice_map& observations, arguments<Parameters...> parameters) {
    const auto old = arguments_.values;
    arguments_.values = std::tuple_cat(std::tuple<State>(std::get<0>(old)), std::move(parameters.values));
    try {
      return step(observations);
    } catch (...) {
      arguments_.values = old;
      throw;
    }
  }

 private:
  void find_structure(std::size_t t, const key& now, const choice_map& observations, const S& state, column& next, site_plan& plan) const {
    const arena_scope scope;
    tile_storage<V> storage;
    // Which sites are observed is part of the structure: observations at other addresses find one of their own.
    next.observed = hash_of_addresses(observations);
    const bool alike = !columns_.empty() && columns_.back().observed == next.observed;
    const std::shared_ptr<const schema> expected = alike ? columns_.back().structure : nullptr;
    if (expected) storage.fit(*expected);
    structure_walk walk(expected, false);
    deciding_handler<V> h(walk, now, storage, observations, {0, options_.particles}, &plan);
    run_kernel(h, t, state);
    next.structure = walk.finish();
    storage.fit(*next.structure);
    plan.resize(next.structure->sites().size());
    next.shared = std::move(storage.shared);
    require_met(observations, *next.structure, "particle_filter");
  }

  // What a step runs with.
  struct step_run {
    std::size_t t;
    key now;
    const site_plan& plan;
    const std::vector<V*>& standing;  // where the shared values of sites are; null for others
    column& next;
    key scope = now.scope(path::root_hash);
    bool plain = !next.structure->is_conditional();  // each site is visited once
    bad_parameter bad = {};
  };

  [[gnu::always_inline]] V run_plain(const step_run& r, const S& state, std::size_t b) {
    frozen_walk walk(*r.next.structure);
    stream<V> numbers(r.scope, b * width);
    quick_following_handler<V> h(walk, r.now, numbers, place_of(r.next, b), {b * width, options_.particles}, r.plan, r.standing.data());
    next_states_[b] = own(run_kernel(h, r.t, state), next_memory_, b);
    return where(h.weight() > V(negative_infinity), h.weight(), V(negative_infinity));
  }
  // Where regions are conditional, and where a weight is 0: the same, looking for bad parameters.
  [[gnu::noinline]] V run_examined(step_run& r, const S& state, std::size_t b) {
    frozen_walk walk(*r.next.structure);
    following_handler<V> h(walk, r.now, place_of(r.next, b), {b * width, options_.particles}, r.plan);
    next_states_[b] = own(run_kernel(h, r.t, state), next_memory_, b);
    r.bad.keep_first_of_threads(h.problem());
    return where(h.score() > V(negative_infinity), h.weight(), V(negative_infinity));
  }

  // Draws the ancestors of the particles and gathers their states. How many particles have descendants.
  std::size_t resample(const key& now) {
    stream<double> numbers(now.scope(hash_text("resample")));
    numbers.visit(0);
    ancestors_.reset(new std::uint32_t[options_.particles + ancestor_slack]);
    systematic_ancestors(reinterpret_cast<const T*>(weights_.data()), options_.particles, weight_sum_, numbers.uniform(), ancestors_.get());
    resampled_.resize(blocks_, states_[0]);
    if constexpr (std::is_same_v<S, V>) {
      const T* from = reinterpret_cast<const T*>(states_.data());
      T* to = reinterpret_cast<T*>(resampled_.data());
      const std::uint32_t* const ancestors = ancestors_.get();
      for (std::size_t i = 0; i < options_.particles; ++i) to[i] = from[ancestors[i]];
    } else {
      for (std::size_t b = 0; b < blocks_; ++b) {
        if constexpr (holds_arena<S>) resampled_[b] = own(states_[b], resampled_memory_, b);
        for (std::size_t l = 0; l < width && b * width + l < options_.particles; ++l) {
          const std::uint32_t from = ancestors_[b * width + l];
          copy_lane(resampled_[b], static_cast<int>(l), states_[from / width], static_cast<int>(from % width));
        }
      }
    }
    std::size_t distinct = 1;  // ancestors ascend
    for (std::size_t i = 1; i < options_.particles; ++i) distinct += ancestors_[i] != ancestors_[i - 1];
    return distinct;
  }

  key key_;
  std::vector<S> next_states_, resampled_;
  std::vector<own_memory> next_memory_, resampled_memory_;
  std::vector<V> log_weights_, next_log_weights_, next_weights_;
  double log_total_ = 0;  // log Σ exp(log weight)
  std::shared_ptr<std::uint32_t[]> ancestors_;
};

template <generative_function Kernel, class State, class... Parameters>
class particle_filter : public basic_particle_filter<double, Kernel, State, Parameters...> {
 public:
  particle_filter(const unfold_model<Kernel>& chain, arguments<State, Parameters...> as, const particle_filter_options& o, const key& k)
      : basic_particle_filter<double, Kernel, State, Parameters...>(chain, std::move(as), o, k) {}
};
// The same in single precision, twice the particles a register.
template <generative_function Kernel, class State, class... Parameters>
class float_particle_filter : public basic_particle_filter<float, Kernel, State, Parameters...> {
 public:
  float_particle_filter(const unfold_model<Kernel>& chain, arguments<State, Parameters...> as, const particle_filter_options& o, const key& k)
      : basic_particle_filter<float, Kernel, State, Parameters...>(chain, std::move(as), o, k) {}
};

}  // namespace starling
