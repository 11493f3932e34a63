// The step size, found by dual averaging (Nesterov 2009; Hoffman and Gelman, JMLR 15, 2014, section 3.2): after step t with acceptance α_t
//   s ← (1 − 1/(t + t₀)) s + (δ − α_t)/(t + t₀),   log h = μ − s √t/γ,   log h̄ ← t^(−κ) log h + (1 − t^(−κ)) log h̄
// with Stan's γ = 0.05, t₀ = 10, κ = 0.75 and μ = log(10 h₀). h is used while it lasts, h̄ afterwards.
#pragma once

#include <cmath>

namespace starling::adaptations {

class dual_averaging {
 public:
  explicit dual_averaging(double target_acceptance = 0.8) : target_(target_acceptance) {}

  // Begins anew at step size h.
  void restart(double h) {
    mu_ = std::log(10 * h);
    count_ = sum_ = log_mean_ = 0;
    step_ = mean_ = h;
  }
  // From now on.
  void aim(double target_acceptance) { target_ = target_acceptance; }
  void learn(double acceptance) {
    count_ += 1;
    const double pace = 1 / (count_ + 10);
    sum_ = (1 - pace) * sum_ + pace * (target_ - acceptance);
    const double log_step = mu_ - sum_ * std::sqrt(count_) / 0.05;
    const double weight = std::pow(count_, -0.75);
    log_mean_ = weight * log_step + (1 - weight) * log_mean_;
    step_ = std::exp(log_step);
    mean_ = std::exp(log_mean_);
  }

  double step() const { return step_; }
  double mean_step() const { return mean_; }

 private:
  double target_;
  double mu_ = 0, count_ = 0, sum_ = 0, log_mean_ = 0, step_ = 1, mean_ = 1;
};

}  // namespace starling::adaptations
