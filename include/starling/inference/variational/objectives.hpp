// What a guide and a model are fitted by. An objective looks at groups of K lanes: log weights log p(x, z_k) − log q(z_k), z_k drawn from the guide q. It says
// what the group is worth and by what the derivatives of its lanes are multiplied:
//   model      ∂ log p with respect to parameters, the choices held fixed
//   path       ∂ (log p − log q) through the choices that follow the guide's parameters
//   score      ∂ log q with respect to parameters, the choices held fixed
//   discrete   the same of the choices alone that follow no parameters
// Objectives: elbo, iwelbo, renyi, vimco, wake_sleep, lecture, and a function of the log weights of your own. Used by sl::fit (fit.hpp).
#pragma once

#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include <starling/inference/variational/bounds.hpp>
#include <starling/values/adjoint.hpp>
#include <starling/values/derivatives.hpp>
#include <starling/values/vector.hpp>

namespace starling {

// What is needed of the guide's density: with its derivatives through the choices; with those with respect to parameters too; or the entropy in its place.
enum class guide_density { along_choices,
                           with_scores,
                           entropy };

}  // namespace starling

namespace starling::objectives {

// Where an objective writes what a group is worth and its lanes' weights; what it does not write is 0.
struct group_weights {
  double value = 0;
  std::span<double> model, path, score, discrete;
};

// The derivatives of a bound whose weights w̃ stand in g.model, through everything that follows.
inline void pass_in_total(group_weights& g) {
  for (std::size_t k = 0; k < g.model.size(); ++k) g.path[k] = g.model[k], g.score[k] = -g.model[k];
}
// The signals of choices that follow nothing: how much more the bound is than without each lane.
template <class P> void signal_others(std::span<const double> log_weights, group_weights& g) {
  if (log_weights.size() == 1) {
    g.discrete[0] = g.value;
    return;
  }
  find_bounds_without<P>(log_weights, baseline_mean::geometric, g.discrete);
  for (double& d : g.discrete) d = g.value - d;
}

// What the choices of a guide are, as derivatives pass.
enum class choice_derivatives {
  follow,            // those that can follow the guide's parameters
  none               // all are held fixed
};

struct with_closed_entropy {};
inline constexpr with_closed_entropy closed_entropy{};

// E log p(x, z) − log q(z), the evidence lower bound. By default gradients stick the landing: log q's own derivative, of mean 0, is left out, and what is left
// vanishes where the guide is the posterior (Roeder, Wu, Duvenaud 2017). Choices that follow nothing take the score function with the other groups'
// mean as the baseline.
class elbo {
 public:
  explicit elbo(bool stick_the_landing = true) : sticking_(stick_the_landing) {}
  // −E log q(z) by the entropies of the guide's distributions given the choices before them: less noise where the guide is far from the posterior, more near it.
  // For guides all of whose distributions have theirs in closed form (normal, iid of it), which sl::fit refuses to go on without.
  explicit elbo(with_closed_entropy) : sticking_(true), closed_(true) {}
  static constexpr auto choices = choice_derivatives::follow;
  static constexpr const char* name = "elbo";
  std::size_t samples() const { return 1; }
  guide_density needs(bool) const { return closed_ ? guide_density::entropy : sticking_ ? guide_density::along_choices
                                                                                        : guide_density::with_scores; }
  void weigh(std::span<const double> log_weights, bool, group_weights& g) const {
    g.value = g.discrete[0] = log_weights[0];  // less the mean of the other groups: fit_step.hpp
    g.model[0] = g.path[0] = 1;
    g.score[0] = sticking_ ? 0 : -1;
  }

 private:
  bool sticking_, closed_ = false;
};

enum class path_gradient { doubly_reparameterised,
                           total,
                           sticking_the_landing };

// E log (1/K) Σ w_k, which is nearer to the evidence (Burda, Grosse, Salakhutdinov 2016). Doubly reparameterised gradients (Tucker, Lawson, Gu, Maddison 2019)
// where all choices follow: the noise does not drown the signal as K grows. Throws std::invalid_argument where sticking the landing is asked for with
// K > 1, which is biased.
class iwelbo {
 public:
  explicit iwelbo(std::size_t samples, path_gradient by = path_gradient::doubly_reparameterised);
  static constexpr auto choices = choice_derivatives::follow;
  static constexpr const char* name = "iwelbo";
  std::size_t samples() const { return samples_; }
  guide_density needs(bool all_follow) const { return by_ == path_gradient::total || !all_follow ? guide_density::with_scores : guide_density::along_choices; }
  template <class P = native_pack<double>> void weigh(std::span<const double> log_weights, bool all_follow, group_weights& g) const {
    g.value = bound_of<P>(log_weights, g.model);
    if (needs(all_follow) == guide_density::with_scores) {
      pass_in_total(g);
    } else {
      for (std::size_t k = 0; k < log_weights.size(); ++k) g.path[k] = by_ == path_gradient::sticking_the_landing ? g.model[k] : g.model[k] * g.model[k];
    }
    if (!all_follow) signal_others<P>(log_weights, g);
  }

 private:
  std::size_t samples_;
  path_gradient by_;
};

// 1/(1 − α) E log (1/K) Σ w_k^(1 − α): Rényi's bound (Li, Turner 2016), α = 0 is iwelbo. Throws std::invalid_argument where α is 1 (the elbo) or not finite.
class renyi {
 public:
  renyi(double alpha, std::size_t samples);
  static constexpr auto choices = choice_derivatives::follow;
  static constexpr const char* name = "renyi";
  std::size_t samples() const { return samples_; }
  template <class P = native_pack<double>> void weigh(std::span<const double> log_weights, bool all_follow, group_weights& g) const {
    const arena_scope memory;
    const std::size_t k = log_weights.size();
    const std::span<double> tempered(arena::current().take<double>(k), k);
    for (std::size_t i = 0; i < k; ++i) tempered[i] = (1 - alpha_) * log_weights[i];
    g.value = bound_of<P>(tempered, g.model);
    pass_in_total(g);
    if (!all_follow) signal_others<P>(tempered, g);
    g.value /= 1 - alpha_;
    for (std::size_t i = 0; i < k && !all_follow; ++i) g.discrete[i] /= 1 - alpha_;
  }

 private:
  double alpha_;
  std::size_t samples_;
};

// The bound of iwelbo by the score function alone (Mnih, Rezende 2016): for guides of discrete choices.
class vimco {
 public:
  explicit vimco(std::size_t samples, baseline_mean baseline = baseline_mean::geometric);
  static constexpr auto choices = choice_derivatives::none;
  static constexpr const char* name = "vimco";
  std::size_t samples() const { return samples_; }
  template <class P = native_pack<double>> void weigh(std::span<const double> log_weights, bool, group_weights& g) const {
    g.value = bound_of<P>(log_weights, g.model);
    find_bounds_without<P>(log_weights, baseline_, g.score);
    for (std::size_t k = 0; k < log_weights.size(); ++k) g.score[k] = g.value - g.score[k] - g.model[k];
  }

 private:
  std::size_t samples_;
  baseline_mean baseline_;
};

// Reweighted wake–sleep (Bornschein, Bengio 2015): the model by Σ w̃_k ∂ log p (wake θ); the guide by insomnia · Σ w̃_k ∂ log q (wake φ) and by 1 − insomnia of
// ∂ log q of choices that were drawn from the model (sleep φ), for which the guide must take the data: fit.hpp. `model`: whether the model learns.
class wake_sleep {
 public:
  explicit wake_sleep(std::size_t samples, double insomnia = 1, bool model = true);
  static constexpr auto choices = choice_derivatives::none;
  static constexpr const char* name = "wake_sleep";
  std::size_t samples() const { return samples_; }
  double sleep() const { return 1 - insomnia_; }
  template <class P = native_pack<double>> void weigh(std::span<const double> log_weights, bool, group_weights& g) const {
    g.value = bound_of<P>(log_weights, g.model);
    for (std::size_t k = 0; k < log_weights.size(); ++k) {
      g.score[k] = insomnia_ * g.model[k];
      if (!model_) g.model[k] = 0;
    }
  }

 private:
  std::size_t samples_;
  double insomnia_;
  bool model_;
};

// Trains a guide as a proposal, on pairs of choices and data drawn from the model: E_p log q(z | x). The guide takes the data (fit.hpp).
class lecture {
 public:
  static constexpr auto choices = choice_derivatives::none;
  static constexpr const char* name = "lecture";
  std::size_t samples() const { return 1; }
  double sleep() const { return 1; }
};

// A function of your own of the log weights of K lanes: f(log_weights) for an sl::vector of numbers of any type. Its derivatives pass through the choices that
// follow; those that do not take the score function with f at the other lanes' mean log weight in the place of their own as the baseline.
template <class F> class of_log_weights {
 public:
  of_log_weights(std::size_t samples, F f) : samples_(samples), f_(std::move(f)) {}
  static constexpr auto choices = choice_derivatives::follow;
  static constexpr const char* name = "a function of the log weights";
  std::size_t samples() const { return samples_; }

  void weigh(std::span<const double> log_weights, bool all_follow, group_weights& g) const {
    const std::size_t k = log_weights.size();
    {
      const arena_scope memory;
      tape_scope<double> tape;
      vector<adjoint<double>> w(k);
      for (std::size_t i = 0; i < k; ++i) w[i] = tape.variable(log_weights[i]);
      const adjoint<double> value = f_(w);
      tape.differentiate(value);
      g.value = value.value();
      for (std::size_t i = 0; i < k; ++i) g.model[i] = g.path[i] = w[i].derivative(), g.score[i] = -w[i].derivative();
    }
    if (all_follow) return;
    double total = 0;
    for (const double w : log_weights) total += w;
    for (std::size_t i = 0; i < k; ++i) {
      if (k == 1) {
        g.discrete[i] = g.value;
        continue;
      }
      const arena_scope memory;
      vector<double> w(k);
      for (std::size_t j = 0; j < k; ++j) w[j] = log_weights[j];
      w[i] = (total - log_weights[i]) / static_cast<double>(k - 1);
      g.discrete[i] = g.value - f_(w);
    }
  }

 private:
  std::size_t samples_;
  F f_;
};

}  // namespace starling::objectives
