// Adam (Kingma and Ba, ICLR 2015), upwards: m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², q ← q + η m̂ / (√v̂ + ε) with m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ).
// The rate falls with half a cosine to zero at the last iteration. For densities that are known only by noisy gradients.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "inference/optimizers/lbfgs.hpp"

namespace starling::optimizers {

struct adam_settings {
  std::size_t iterations = 1000;
  double rate = 0.1;
};

class adam {
 public:
  adam(const double* start, std::size_t d, const adam_settings& s)
      : settings_(s), at_{std::vector<double>(start, start + d), std::vector<double>(d), 0}, mean_(d), square_(d) {}

  const double* point() const { return at_.q.data(); }
  double* gradient() { return at_.gradient.data(); }
  bool receive(double log_density) {
    at_.log_density = log_density;
    bool usable = std::isfinite(log_density);
    bool zero = true;
    for (const double g : at_.gradient) {
      usable = usable && std::isfinite(g);
      zero = zero && g == 0;
    }
    if (usable) best_ = at_;
    converged_ = usable && zero;
    if (!usable) {
      reason_ = "the density or its gradient is not finite";
      return false;
    }
    if (converged_ || step_ == settings_.iterations) {
      reason_ = converged_ ? "the gradient is zero" : "all iterations are done";
      return false;
    }
    const double part = static_cast<double>(step_) / static_cast<double>(settings_.iterations);
    const double rate = settings_.rate * 0.5 * (1 + std::cos(3.14159265358979323846 * part));
    ++step_;
    const double first = 1 - std::pow(0.9, static_cast<double>(step_)), second = 1 - std::pow(0.999, static_cast<double>(step_));
    for (std::size_t i = 0; i < mean_.size(); ++i) {
      const double g = at_.gradient[i];
      mean_[i] = 0.9 * mean_[i] + 0.1 * g;
      square_[i] = 0.999 * square_[i] + 0.001 * g * g;
      at_.q[i] += rate * (mean_[i] / first) / (std::sqrt(square_[i] / second) + 1e-8);
    }
    return true;
  }

  // The last place; empty where the start has no finite density.
  const iterate& last() const { return best_; }
  bool converged() const { return converged_; }
  const char* reason() const { return reason_; }
  std::size_t steps() const { return step_; }

 private:
  adam_settings settings_;
  iterate at_, best_{{}, {}, 0};
  std::vector<double> mean_, square_;
  std::size_t step_ = 0;
  bool converged_ = false;
  const char* reason_ = "";
};

}  // namespace starling::optimizers
