// Particle filters: sequential Monte Carlo for a chain of states (unfold), step by step as observations come, or over all of them.
//
//   sl::particle_filter filter(walk, sl::args(initial, parameters…), {.particles = 10'000}, sl::key(1));
//   for (const double y : ys) filter.step({{"y", y}});
//   filter.log_evidence();  filter.mean("x");  filter.history("x");
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
#include <starling/inference/ancestors.hpp>
#include <starling/models/generate.hpp>
#include <starling/values/exp.hpp>
#include <starling/values/counts.hpp>

namespace starling {

struct particle_filter_options {
  std::size_t particles = 1000;
  double resample_below = 0.5;  // resampled where the effective sample size is below this share of the particles; 1: at every step
  bool history = true;          // keep the choices of all steps, not of the last only
  std::size_t threads = 0;      // 0: all cores
};

// What a step tells.
struct filter_step {
  double log_evidence = 0;  // of this step's observations given those before
  double ess = 0;           // effective sample size after it, (Σ w)² / Σ w²
  bool resampled = false;   // before it
};

template <class T, generative_function Kernel, class State, class... Parameters>
class basic_particle_filter {
 public:
  using V = native_pack<T>;
  static constexpr std::size_t width = lanes_of<V>;
  static_assert(!Kernel::is_dynamic, "a particle filter runs its kernel in lanes: the kernel must not be dynamic");

  basic_particle_filter(const unfold_model<Kernel>& chain, arguments<State, Parameters...> as, const particle_filter_options& o, const key& k)
      : kernel_(chain.kernel), arguments_(std::move(as)), options_(o), key_(k), blocks_((o.particles + width - 1) / width) {
    require_count("particle_filter", "particles", o.particles, 1, largest_lanes);
    if (!(o.resample_below >= 0 && o.resample_below <= 1))
      throw std::invalid_argument("particle_filter: resample_below is a share of the particles, from 0 to 1, got " + std::to_string(o.resample_below));
    const arena_scope scope;
    const S first = lift_value<V>(std::get<0>(arguments_.values));
    states_.resize(blocks_);
    if constexpr (holds_arena<S>) {
      memory_.resize(blocks_);
      next_memory_.resize(blocks_);
      resampled_memory_.resize(blocks_);
    }
    for (std::size_t b = 0; b < blocks_; ++b) states_[b] = own(first, memory_, b);
    next_states_ = states_;
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
    told.resampled = t > 0 && ess_ < options_.resample_below * static_cast<double>(options_.particles) + (options_.resample_below >= 1 ? 1 : 0);
    if (told.resampled) resample(now);
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
    if (!(totals.log_total > negative_infinity))
      throw std::runtime_error("particle_filter: at step " + std::to_string(t) + " no particle has a density above 0" +
                               (r.bad.found ? "; the first trouble was " + r.bad.sentence(*next.structure) : "; more particles, or a wider model, may help"));
    // The step stands.
    if (told.resampled) next.ancestors = std::move(ancestors_);
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
    ++count_;
    return told;
  }

  std::size_t steps() const { return count_; }
  std::size_t particles() const { return options_.particles; }
  double log_evidence() const { return log_evidence_; }  // log p(all observations so far), estimated
  double ess() const { return ess_; }
  // The weights of the particles, which sum to 1.
  std::vector<double> weights() const {
    auto w = starling::column(weights_, options_.particles);
    for (double& x : w) x /= weight_sum_;
    return w;
  }
  // A scalar choice of the last step, a number a particle; its weighted mean, or that of f(value).
  std::vector<double> values(const path& where) const { return column_values(columns_.size() - 1, where); }
  double mean(const path& where) const {
    return mean(where, [](double x) { return x; });
  }
  template <class F>
  double mean(const path& where, F&& f) const {
    const auto x = values(where);
    double total = 0;
    for (std::size_t i = 0; i < x.size(); ++i) total += static_cast<double>(weights_[i / width][static_cast<int>(i % width)]) * f(x[i]);
    return total / weight_sum_;
  }
  // A scalar choice of all steps along the history of each particle (of the last step), [particle][step].
  std::vector<double> history(const path& where) const {
    if (!options_.history) throw std::logic_error("particle_filter: no history was kept (.history = false)");
    const std::size_t n = options_.particles;
    std::vector<double> h(n * count_);
    std::vector<std::uint32_t> at(n);
    for (std::uint32_t i = 0; i < n; ++i) at[i] = i;
    for (std::size_t t = count_; t-- > 0;) {
      const auto x = column_values(t, where);
      for (std::size_t i = 0; i < n; ++i) h[i * count_ + t] = x[at[i]];
      if (columns_[t].ancestors)
        for (auto& a : at) a = columns_[t].ancestors[a];
    }
    return h;
  }

 private:
  using S = lift<V, State>;
  // Written once, then shared by copies of the filter.
  struct column {
    std::shared_ptr<const schema> structure;
    std::uint64_t observed = 0;  // hash of the observed addresses
    std::shared_ptr<V[]> values;
    std::vector<V> shared;
    std::shared_ptr<std::uint32_t[]> ancestors;  // of the particles before the step; null: themselves
  };

  template <class Handler>
  S run_kernel(Handler& h, std::size_t t, const S& state) const {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return S(kernel_.run(h, t, state, std::get<I + 1>(arguments_.values)...));
    }(std::index_sequence_for<Parameters...>());
  }

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
  tile<V> place_of(column& c, std::size_t b) const { return {c.values.get() + b * c.structure->elements(), c.shared.data(), nullptr}; }

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

  // Draws the ancestors of the particles and gathers their states.
  void resample(const key& now) {
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
  }

  std::vector<double> column_values(std::size_t t, const path& where) const {
    if (columns_.empty()) throw std::logic_error("particle_filter: no step was made");
    const column& c = columns_[t];
    const site& s = c.structure->sites()[site_at(*c.structure, where)];
    if (s.type.rank != 0) throw std::invalid_argument("particle_filter: expected a scalar at " + where.str() + ", it holds " + s.type.str());
    std::vector<double> x(options_.particles);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const V* at = (s.shared ? c.shared.data() : c.values.get() + i / width * c.structure->elements()) + s.offset;
      x[i] = static_cast<double>((*at)[static_cast<int>(i % width)]);
    }
    return x;
  }

  Kernel kernel_;
  arguments<State, Parameters...> arguments_;
  particle_filter_options options_;
  key key_;
  std::size_t blocks_, count_ = 0;
  std::vector<S> states_, next_states_, resampled_;
  std::vector<own_memory> memory_, next_memory_, resampled_memory_;  // where the vectors of states lie
  std::vector<V> log_weights_, weights_;                                         // weights relative to the largest
  std::vector<V> next_log_weights_, next_weights_;
  double weight_sum_ = 1, log_total_ = 0, log_evidence_ = 0, ess_ = 0;
  std::shared_ptr<std::uint32_t[]> ancestors_;
  std::vector<column> columns_;
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
