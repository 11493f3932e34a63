// The replicas of one ensemble of parallel tempering, in the lanes of two targets.
#pragma once

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "inference/sampling_chain.hpp"
#include "inference/searches.hpp"
#include <starling/inference/pulse.hpp>
#include <starling/inference/temperature_ladder.hpp>

namespace starling {

template <class Transition>
class tempered_ensemble {
 public:
  template <class Settings>
  tempered_ensemble(const chain_plan& plan, const Settings& settings, std::size_t ensemble, const target& posterior, const target& prior,
                    std::vector<double> betas, bool adapts, const progress& watch)
      : plan_(plan),
        ensemble_(ensemble),
        posterior_(posterior),
        prior_(prior),
        watch_(watch),
        ladder_(std::move(betas)),
        adapts_(adapts),
        memory_(3 * ladder_.size() + 1, plan.dimension),
        log_prior_(ladder_.size()),
        log_likelihood_(ladder_.size()) {
    for (std::size_t i = 0; i < ladder_.size(); ++i) {
      replicas_.push_back(std::make_unique<sampling_chain<Transition>>(plan, settings, ensemble * ladder_.size() + i));
      place_.push_back(i);
    }
    const auto starts = random_starts(posterior, ladder_.size(), plan.settings.initial_radius, plan.numbers.scope(ensemble), &watch);
    for (std::size_t i = 0; i < ladder_.size(); ++i) std::copy_n(starts.data() + i * plan.dimension, plan.dimension, q(i));
    evaluate_states();
  }

  const temperature_ladder& ladder() const { return ladder_; }
  // One step of every replica, and exchanges; false where the run should end: then the step is not done, and there is no other.
  bool step(const key& k, std::size_t s) {
    for (std::size_t i = 0; i < ladder_.size(); ++i) {
      combine(i, prior_gradient(i), posterior_gradient(i), combined_[0], log_prior_[i], log_likelihood_[i]);
      replicas_[i]->go_on_with(q(i), combined_[0], tempered(i, log_prior_[i], log_likelihood_[i]), k);
    }
    if (!move_all()) return false;
    for (std::size_t i = 0; i < ladder_.size(); ++i) std::copy_n(replicas_[i]->state().q, plan_.dimension, q(i));
    evaluate_states();
    ladder_.exchange(k, ensemble_, s, log_likelihood_, [&](std::size_t i) {
      std::swap(place_[i], place_[i + 1]);
      std::swap(log_prior_[i], log_prior_[i + 1]);
    });
    ladder_.end_step(s, plan_.warmup, adapts_, log_likelihood_);
    return true;
  }
  // Of the coldest replica.
  trajectories::chain_state state() { return {q(0), posterior_gradient(0), log_prior_[0] + log_likelihood_[0]}; }
  const trajectories::transition_info& info() const { return replicas_[0]->info(); }

 private:
  // State i is where the replica at temperature i stands: arrays change places when states do.
  double* q(std::size_t i) { return memory_[3 * place_[i]]; }
  double* prior_gradient(std::size_t i) { return memory_[3 * place_[i] + 1]; }
  double* posterior_gradient(std::size_t i) { return memory_[3 * place_[i] + 2]; }

  double tempered(std::size_t i, double log_prior, double log_likelihood) const {
    const double beta = ladder_.betas()[i];
    return beta == 0 ? log_prior : log_prior + beta * log_likelihood;
  }
  void combine(std::size_t i, const double* of_prior, const double* of_posterior, double* to, double log_prior, double log_likelihood) const {
    const double beta = log_prior + log_likelihood > -__builtin_inf() ? ladder_.betas()[i] : 0;
    for (std::size_t e = 0; e < plan_.dimension; ++e) to[e] = beta == 0 ? of_prior[e] : of_prior[e] + beta * (of_posterior[e] - of_prior[e]);
  }

  // Both targets at points of as many lanes as there are.
  void evaluate(const double* const* points, double* const* of_prior, double* const* of_posterior, double* log_prior, double* log_likelihood) const {
    prior_.evaluate(points, log_prior, of_prior);
    posterior_.evaluate(points, log_likelihood, of_posterior);
    for (std::size_t l = 0; l < prior_.lanes(); ++l)
      log_likelihood[l] = log_likelihood[l] > -__builtin_inf() && log_prior[l] > -__builtin_inf() ? log_likelihood[l] - log_prior[l] : -__builtin_inf();
  }
  void evaluate_states() {
    const std::size_t lanes = prior_.lanes(), n = ladder_.size();
    const double* points[target::most_lanes];
    double *of_prior[target::most_lanes], *of_posterior[target::most_lanes];
    double log_prior[target::most_lanes], log_likelihood[target::most_lanes];
    for (std::size_t first = 0; first < n; first += lanes) {
      for (std::size_t l = 0; l < lanes; ++l) {
        const std::size_t i = std::min(first + l, n - 1);
        points[l] = q(i);
        of_prior[l] = first + l < n ? prior_gradient(i) : memory_[3 * n];
        of_posterior[l] = first + l < n ? posterior_gradient(i) : memory_[3 * n];
      }
      evaluate(points, of_prior, of_posterior, log_prior, log_likelihood);
      for (std::size_t l = 0; l < lanes && first + l < n; ++l) {
        log_prior_[first + l] = log_prior[l];
        log_likelihood_[first + l] = log_likelihood[l];
      }
    }
  }

  // Until every replica's transition is over: a lane whose replica is done takes the next one. False where the run should end before.
  bool move_all() {
    using events = typename sampling_chain<Transition>::events;
    const std::size_t lanes = prior_.lanes(), n = ladder_.size();
    const double* points[target::most_lanes];
    double *of_prior[target::most_lanes], *of_posterior[target::most_lanes];
    double log_prior[target::most_lanes], log_likelihood[target::most_lanes];
    std::size_t serves[target::most_lanes], next = 0, busy = 0;
    while (busy < lanes && next < n) serves[busy++] = next++;
    while (busy > 0) {
      for (std::size_t l = 0; l < lanes; ++l) {
        points[l] = replicas_[serves[l < busy ? l : 0]]->point();
        of_prior[l] = scratch_[2 * l];
        of_posterior[l] = scratch_[2 * l + 1];
      }
      evaluate(points, of_prior, of_posterior, log_prior, log_likelihood);
      for (std::size_t l = 0; l < busy;) {
        const std::size_t i = serves[l];
        combine(i, of_prior[l], of_posterior[l], replicas_[i]->gradient(), log_prior[l], log_likelihood[l]);
        if (replicas_[i]->receive(tempered(i, log_prior[l], log_likelihood[l])) == events::none) {
          ++l;
        } else if (next < n) {
          serves[l++] = next++;
        } else if (l != --busy) {  // the last lane's replica has yet to be told
          serves[l] = serves[busy];
          std::swap(of_prior[l], of_prior[busy]);
          std::swap(of_posterior[l], of_posterior[busy]);
          log_prior[l] = log_prior[busy];
          log_likelihood[l] = log_likelihood[busy];
        }
      }
      if (clock_.beat() && watch_.stop_requested()) return false;
    }
    return true;
  }

  const chain_plan& plan_;
  std::size_t ensemble_;
  const target &posterior_, &prior_;
  const progress& watch_;
  pulse clock_;
  temperature_ladder ladder_;
  bool adapts_;
  trajectories::arrays memory_;
  trajectories::arrays combined_{1, plan_.dimension}, scratch_{2 * target::most_lanes, plan_.dimension};
  std::vector<double> log_prior_, log_likelihood_;
  std::vector<std::size_t> place_;
  std::vector<std::unique_ptr<sampling_chain<Transition>>> replicas_;
};

}  // namespace starling
