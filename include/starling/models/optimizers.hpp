// Optimisers as values: what a step does with derivatives. All go up. What they know of a parameter (moments, steps) is kept with it, in the store:
// saved with it (io/parameters.hpp) it goes on where it stopped. The formulas are optax's.
#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include <starling/values/where.hpp>

namespace starling {

// The rate at step t = 0, 1, …: a number, or
//   cosine(rate, steps)               rate · ½ (1 + cos π t/steps), then `last` times the rate
//   warm_up(steps, then)              from 0 to then's first rate in equal steps, and then as `then`
//   piecewise(rate, {{1000, 0.1}})    multiplied by 0.1 from step 1000 on
class rate_schedule {
 public:
  rate_schedule(double rate) : rate_(rate) {}
  double at(std::size_t step) const;

 private:
  friend rate_schedule cosine(double rate, std::size_t steps, double last);
  friend rate_schedule warm_up(std::size_t steps, rate_schedule then);
  friend rate_schedule piecewise(double rate, std::vector<std::pair<std::size_t, double>> factors);
  double rate_, last_ = 0;
  std::size_t cosine_steps_ = 0, warm_steps_ = 0;
  std::vector<std::pair<std::size_t, double>> factors_;
  std::shared_ptr<const rate_schedule> then_;
};
// Throw std::invalid_argument where steps are 0.
rate_schedule cosine(double rate, std::size_t steps, double last = 0);
rate_schedule warm_up(std::size_t steps, rate_schedule then);
rate_schedule piecewise(double rate, std::vector<std::pair<std::size_t, double>> factors);

inline constexpr double no_clipping = std::numeric_limits<double>::infinity();

// `clip`: derivatives longer than that, over all parameters together, are shortened to it.
// x ← x + rate · m, m ← momentum · m + derivative; nesterov: x ← x + rate · (derivative + momentum · m).
struct sgd {
  rate_schedule rate = 0.01;
  double momentum = 0;
  bool nesterov = false;
  double clip = no_clipping;
};
// Kingma and Ba 2015, with bias correction.
struct adam {
  rate_schedule rate = 0.001;
  double first_decay = 0.9, second_decay = 0.999, epsilon = 1e-8;
  double clip = no_clipping;
};
// Loshchilov and Hutter 2019: as adam, and x ← x − rate · weight_decay · x.
struct adamw {
  rate_schedule rate = 0.001;
  double first_decay = 0.9, second_decay = 0.999, epsilon = 1e-8;
  double weight_decay = 1e-4;
  double clip = no_clipping;
};

// Adam's rule at its t-th step, t from 1 on: m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², and up by rate · m̂ / (√v̂ + ε) with m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ).
class adam_rule {
 public:
  explicit adam_rule(std::size_t t, double first_decay = 0.9, double second_decay = 0.999, double epsilon = 1e-8);
  void see(double g, double& m, double& v) const {
    m = first_decay_ * m + (1 - first_decay_) * g;
    v = second_decay_ * v + (1 - second_decay_) * g * g;
  }
  double move(double rate, double m, double v) const { return rate * (m / first_bias_) / (sqrt(v / second_bias_) + epsilon_); }
  // What m̂ is multiplied by.
  double size(double rate, double v) const { return rate / (sqrt(v / second_bias_) + epsilon_); }

 private:
  double first_decay_, second_decay_, epsilon_, first_bias_, second_bias_;
};

}  // namespace starling
