#include <starling/models/optimizers.hpp>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace starling {

double rate_schedule::at(std::size_t step) const {
  if (then_) return step < warm_steps_ ? then_->at(0) * static_cast<double>(step) / static_cast<double>(warm_steps_) : then_->at(step - warm_steps_);
  if (cosine_steps_ != 0) {
    const double part = static_cast<double>(std::min(step, cosine_steps_)) / static_cast<double>(cosine_steps_);
    return rate_ * ((1 - last_) * 0.5 * (1 + std::cos(3.14159265358979323846 * part)) + last_);
  }
  double rate = rate_;
  for (const auto& [from, factor] : factors_)
    if (step >= from) rate *= factor;
  return rate;
}

adam_rule::adam_rule(std::size_t t, double first_decay, double second_decay, double epsilon)
    : first_decay_(first_decay), second_decay_(second_decay), epsilon_(epsilon), first_bias_(1 - std::pow(first_decay, static_cast<double>(t))), second_bias_(1 - std::pow(second_decay, static_cast<double>(t))) {}

rate_schedule cosine(double rate, std::size_t steps, double last) {
  if (steps == 0) throw std::invalid_argument("cosine: a schedule needs at least one step");
  rate_schedule s(rate);
  s.cosine_steps_ = steps;
  s.last_ = last;
  return s;
}
rate_schedule warm_up(std::size_t steps, rate_schedule then) {
  if (steps == 0) throw std::invalid_argument("warm_up: it needs at least one step");
  rate_schedule s(0.0);
  s.warm_steps_ = steps;
  s.then_ = std::make_shared<const rate_schedule>(std::move(then));
  return s;
}
rate_schedule piecewise(double rate, std::vector<std::pair<std::size_t, double>> factors) {
  rate_schedule s(rate);
  s.factors_ = std::move(factors);
  return s;
}

}  // namespace starling
