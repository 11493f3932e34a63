// A search by Adam's rule (models/optimizers.hpp). The rate falls with half a cosine to zero at the last iteration. For densities that are known only by noisy gradients.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include <starling/models/optimizers.hpp>

#include "inference/optimizers/lbfgs.hpp"

namespace starling::optimizers {

struct adam_settings {
  std::size_t iterations = 1000;
  double rate = 0.1;
};

class adam {
 public:
  adam(const double* start, std::size_t d, const adam_settings& s)
      : settings_(s), rate_(cosine(s.rate, s.iterations > 0 ? s.iterations : 1)), at_{std::vector<double>(start, start + d), std::vector<double>(d), 0}, mean_(d), square_(d) {}

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
    const double rate = rate_.at(step_);
    ++step_;
    const adam_rule rule(step_);
    for (std::size_t i = 0; i < mean_.size(); ++i) {
      rule.see(at_.gradient[i], mean_[i], square_[i]);
      at_.q[i] += rule.move(rate, mean_[i], square_[i]);
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
  rate_schedule rate_;
  iterate at_, best_{{}, {}, 0};
  std::vector<double> mean_, square_;
  std::size_t step_ = 0;
  bool converged_ = false;
  const char* reason_ = "";
};

}  // namespace starling::optimizers
