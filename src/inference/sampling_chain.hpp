// One chain from its first point to its last draw, as a machine that is told densities: starting point, step size, warm-up, draws.
// After each iteration it rests until go_on(): there it can be looked at, saved, or set to another point.
// All it draws is addressed by (key, chain, step); it knows nothing of lanes, threads or other chains. Random numbers: scope "start", step =
// attempt; scope "step size", step = count of trials; scopes "warmup" and "sample", step = iteration.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "inference/adaptations/dual_averaging.hpp"
#include "inference/adaptations/metric_adaptation.hpp"
#include "inference/trajectories/momentum.hpp"
#include "inference/trajectories/transition.hpp"
#include <starling/inference/kernels/gradient_kernel.hpp>
#include <starling/traces/address.hpp>

namespace starling {

// What all chains of a run share.
struct chain_plan {
  const kernels::gradient_settings& settings;
  std::size_t dimension;
  std::size_t warmup, steps;          // steps: iterations after the warm-up
  key numbers;
  const double* starts = nullptr;     // [chain][element]; none: uniform in the unconstrained space
};

// Throws std::invalid_argument where settings.inverse_metric does not fit d elements, or is no metric.
void check_inverse_metric(const kernels::gradient_settings& settings, std::size_t d);

template <trajectories::transition Transition>
class sampling_chain {
 public:
  enum class events { none,
                      warmed,
                      moved,
                      lost };  // an iteration of the warm-up, or after it, is over: it rests; no start was found

  template <class Settings>
  sampling_chain(const chain_plan& plan, const Settings& settings, std::size_t chain)
      : plan_(plan),
        chain_(chain),
        transition_(plan.dimension, settings),
        metric_(trajectories::metric::unit(plan.dimension)),
        adaptation_(plan.settings.metric, plan.dimension, plan.settings.adapts ? plan.warmup : 0, !plan.settings.inverse_metric.empty(), plan.settings.windows),
        averaging_(plan.settings.target_acceptance),
        memory_(5, plan.dimension) {
    trial_ = {memory_[0], memory_[1], memory_[2], memory_[3], 0};
    draw_start();
  }

  std::size_t chain() const { return chain_; }
  // Where the density is wanted, and where its gradient is to be written.
  const double* point() const { return phase_ == phases::moving ? transition_.point() : trial_.q; }
  double* gradient() { return phase_ == phases::moving ? transition_.gradient() : trial_.g; }

  [[gnu::always_inline]] events receive(double log_density) {
    if (phase_ == phases::moving) [[likely]] {
      if (!transition_.receive(log_density)) return events::none;
      return end_iteration();
    }
    return phase_ == phases::starting ? receive_start(log_density) : receive_trial(log_density);
  }

  // While it rests: the state, and what is known of the last step.
  const trajectories::chain_state& state() { return transition_.state(); }
  const trajectories::transition_info& info() const { return info_; }
  // Whether it is on a trajectory after the warm-up.
  bool sampling() const { return phase_ == phases::moving && iteration_ >= plan_.warmup; }
  bool finished() const { return iteration_ >= plan_.warmup + plan_.steps; }

  // Skips the rest of the warm-up.
  void end_warmup() {
    if (iteration_ >= plan_.warmup) return;
    if (iteration_ > 0 && plan_.settings.adapts) step_size_ = averaging_.mean_step();
    iteration_ = plan_.warmup;
    wants_search_ = wants_search_ && !begun_;
  }

  // Ends the rest: begins the next iteration, after a search for the step size where the metric is new.
  void go_on() {
    if (wants_search_) search_step_size();
    else begin_iteration();
  }
  // The same from another point q, where the density is asked for first, with the numbers of `k` for this iteration alone: one step of a kernel
  // among others.
  void go_on_from(const double* q, const key& k) {
    own_numbers_ = k;
    std::copy_n(q, plan_.dimension, trial_.q);
    phase_ = phases::starting;
  }

  // The same where the density and its gradient at q are known.
  void go_on_with(const double* q, const double* gradient, double log_density, const key& k) {
    own_numbers_ = k;
    auto& state = transition_.state();
    std::copy_n(q, plan_.dimension, state.q);
    std::copy_n(gradient, plan_.dimension, state.g);
    state.log_density = log_density;
    if (!begun_) begin_chain();
    go_on();
  }

  // From now on the chain can be saved at any time, not only while it rests: it remembers where it last did.
  void remember_rest() { rest_.assign(2 * plan_.dimension + 1, 0.0); }
  // Whether there is something to save.
  bool begun() const { return begun_; }

  // While it rests, or as it was when it last did. A chain that was restored rests too: go_on() is what comes next.
  template <class Archive>
  void archive(Archive& a) {
    auto& state = transition_.state();
    const std::size_t d = plan_.dimension;
    const bool moves = phase_ == phases::moving && !resting_ && !rest_.empty(), searches = phase_ == phases::scaling;
    const double* const q = moves ? rest_.data() : state.q;
    std::vector<double> place(q, q + d), slope(moves ? q + d : state.g, (moves ? q + d : state.g) + d);
    double log_density = moves ? rest_[2 * d] : state.log_density, step_size = searches ? step_before_ : step_size_;
    bool wants_search = wants_search_ || searches;
    std::size_t trials = searches ? trials_before_ : trials_;
    a(place, slope, log_density, metric_, adaptation_, averaging_, step_size, begun_, wants_search, attempt_, trials, iteration_);
    if constexpr (!Archive::reads) return;
    a.require(metric_.dimension() == d && step_size > 0 && std::isfinite(step_size) && attempt_ <= 100);
    std::copy(place.begin(), place.end(), state.q);
    std::copy(slope.begin(), slope.end(), state.g);
    state.log_density = log_density;
    step_size_ = step_size;
    wants_search_ = wants_search;
    trials_ = trials;
  }
  // Iterations that are over, the warm-up's among them.
  std::size_t iterations() const { return iteration_; }

 private:
  enum class phases { starting,
                      scaling,
                      moving };

  static constexpr double log_threshold = -0.22314355131420976;  // log 0.8
  // A start below is drawn again: from there a chain slides into the first narrow mode on its way, or freezes where an element's rounding alone changes
  // the log density by more than any step may.
  static constexpr double absurd = -1e8;

  void draw_start() {
    phase_ = phases::starting;
    const double r = plan_.settings.initial_radius;
    stream<double> numbers(fold_in(plan_.numbers.scope(hash_text("start")), attempt_), chain_);
    for (std::size_t i = 0; i < plan_.dimension; ++i) {
      numbers.visit(static_cast<std::uint32_t>(i));
      trial_.q[i] = plan_.starts != nullptr ? plan_.starts[chain_ * plan_.dimension + i] : r * (2 * numbers.uniform() - 1);
    }
  }

  events receive_start(double log_density) {
    bool good = log_density > -std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < plan_.dimension; ++i) good = good && std::isfinite(trial_.g[i]);
    const bool given = own_numbers_ || plan_.starts != nullptr;
    if (good && (given || log_density > highest_start_)) {
      auto& state = transition_.state();
      trajectories::copy_array(trial_.q, state.q, memory_.size());
      trajectories::copy_array(trial_.g, state.g, memory_.size());
      state.log_density = highest_start_ = log_density;
    }
    if (!given && !(good && log_density >= absurd) && ++attempt_ < 100) {
      draw_start();
      return events::none;
    }
    if (given ? !good : highest_start_ == -std::numeric_limits<double>::infinity()) return events::lost;
    if (!begun_) begin_chain();
    go_on();
    return events::none;
  }
  void begin_chain() {
    begun_ = true;
    const auto& given = plan_.settings.inverse_metric;
    if (given.empty()) metric_ = adaptation_.initial(transition_.state().g);
    else metric_ = given.size() == plan_.dimension ? trajectories::metric::diagonal(given) : trajectories::metric::dense(given, plan_.dimension);
    step_size_ = plan_.settings.step_size > 0 ? plan_.settings.step_size : 1;
    wants_search_ = (plan_.warmup > 0 && plan_.settings.adapts) || plan_.settings.step_size == 0;
  }

  // Hoffman and Gelman's heuristic as Stan has it: from the current step size on, doubled or halved until one step's acceptance
  // exp(H₀ − H) crosses 0.8; each trial has a momentum of its own.
  void search_step_size() {
    wants_search_ = false;
    step_before_ = step_size_;
    trials_before_ = trials_;
    if (plan_.settings.transition == kernels::gradient_settings::transitions::jump && jump_to_mass()) return;
    phase_ = phases::scaling;
    direction_ = 0;
    begin_trial();
  }
  // Jumps do not grow with the gradient. Where the log density is so low that its rounding hides whether a short one leads upwards, begins with jumps
  // as long as the whitened gradient, which is how far it is to the mass of a normal.
  bool jump_to_mass() {
    const auto& state = transition_.state();
    if (!(std::abs(state.log_density) > 0.1 / std::numeric_limits<double>::epsilon())) return false;
    metric_.whiten(state.g, memory_[4]);
    const double length = std::sqrt(trajectories::dot(memory_[4], memory_[4], plan_.dimension) / static_cast<double>(plan_.dimension));
    if (!(length > 1) || !std::isfinite(length)) return false;
    step_size_ = length;
    averaging_.restart(step_size_);
    begin_iteration();
    return true;
  }
  void begin_trial() {
    const auto& state = transition_.state();
    trajectories::copy_array(state.q, trial_.q, memory_.size());
    trajectories::copy_array(state.g, trial_.g, memory_.size());
    stream<double> numbers(fold_in(own_numbers_.value_or(plan_.numbers).scope(hash_text("step size")), trials_++), chain_);
    trial_energy_ = trajectories::draw_momentum(numbers, metric_, trial_, memory_[4]) - state.log_density;
    trajectories::begin_leapfrog(trial_, metric_, step_size_);
  }
  events receive_trial(double log_density) {
    const double energy = trajectories::end_leapfrog(trial_, metric_, step_size_) - log_density;
    const bool accepted = trial_energy_ - energy + trajectories::rounding_of(trial_energy_) > log_threshold;  // NaN: no
    const int direction = accepted ? 1 : -1;
    if (direction_ == 0) direction_ = direction;
    // Of any size, in any unit that latents may be measured in.
    if (accepted && step_size_ > 1e100)
      throw std::runtime_error(std::string(plan_.settings.name) +
                               ": steps of any size are accepted, so the posterior is flat to infinity: it is improper. Check that every latent has a proper prior or "
                               "is determined by the observations");
    const bool goes_on = direction == direction_ && step_size_ > 1e-100 && step_size_ < 2e100;
    if (goes_on) {
      step_size_ *= direction_ == 1 ? 2 : 0.5;
      begin_trial();
      return events::none;
    }
    averaging_.restart(step_size_);
    begin_iteration();
    return events::none;
  }

  void begin_iteration() {
    phase_ = phases::moving;
    begun_at_ = transition_.state().log_density;
    resting_ = false;
    if (!rest_.empty()) [[unlikely]] {
      const auto& state = transition_.state();
      std::copy_n(state.q, plan_.dimension, rest_.data());
      std::copy_n(state.g, plan_.dimension, rest_.data() + plan_.dimension);
      rest_[2 * plan_.dimension] = state.log_density;
    }
    transition_.begin(metric_, step_size_, stream<double>(own_numbers_ ? *own_numbers_ : key_of_iteration(), chain_));
  }
  key key_of_iteration() const {
    return iteration_ < plan_.warmup ? fold_in(plan_.numbers.scope(hash_text("warmup")), iteration_)
                                     : fold_in(plan_.numbers.scope(hash_text("sample")), iteration_ - plan_.warmup);
  }

  events end_iteration() {
    info_ = transition_.info();
    resting_ = true;
    const std::size_t s = iteration_++;
    if (s >= plan_.warmup) return events::moved;
    adapt(s);
    return events::warmed;
  }

  [[gnu::noinline]] void adapt(std::size_t s) {
    if (!plan_.settings.adapts) return;
    averaging_.learn(info_.acceptance_rate);
    step_size_ = averaging_.step();
    const auto& state = transition_.state();
    // A jump that climbs far says nothing of the metric: it went as far as its step size, whatever the slope.
    const bool jumps = plan_.settings.transition == kernels::gradient_settings::transitions::jump;
    const auto change = adaptation_.learn(s, {jumps ? state.log_density : begun_at_, state.log_density, info_.diverging}, state.q, state.g, metric_);
    averaging_.aim(adaptation_.wants_care() ? 0.25 + 0.75 * plan_.settings.target_acceptance : plan_.settings.target_acceptance);
    const bool last = s + 1 == plan_.warmup;
    wants_search_ = change == adaptations::metric_adaptation::changes::replaced && !last;
    if (last) step_size_ = averaging_.mean_step();
  }

  const chain_plan& plan_;
  std::size_t chain_;
  Transition transition_;
  trajectories::metric metric_;
  adaptations::metric_adaptation adaptation_;
  adaptations::dual_averaging averaging_;
  trajectories::arrays memory_;
  trajectories::phase_point trial_;
  double highest_start_ = -std::numeric_limits<double>::infinity();  // log density of the best of the starts drawn so far
  double trial_energy_ = 0, step_size_ = 1, begun_at_ = 0;  // begun_at_: log density where the iteration began
  int direction_ = 0;
  phases phase_ = phases::starting;
  bool begun_ = false, wants_search_ = false, resting_ = true;
  std::optional<key> own_numbers_;
  std::size_t attempt_ = 0, trials_ = 0, iteration_ = 0;
  trajectories::transition_info info_;
  std::vector<double> rest_;  // place, gradient and log density where it last rested; empty: not remembered
  double step_before_ = 1;    // before a search for the step size
  std::size_t trials_before_ = 0;
};

}  // namespace starling
