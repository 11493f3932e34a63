#include "inference/trajectories/barker_jump.hpp"

#include <algorithm>

#include "inference/trajectories/momentum.hpp"
#include <starling/values/exp.hpp>
#include <starling/values/logistic.hpp>

namespace starling::trajectories {

barker_jump::barker_jump(std::size_t d, const settings&) : d_(d), n_(padded(d)), memory_(7, d) {
  state_ = {memory_[0], memory_[1], 0};
  proposed_ = {memory_[2], memory_[3], 0};
  w_ = memory_[4];
  slope_ = memory_[5];
  step_ = memory_[6];
}

void barker_jump::begin(const metric& m, double step_size, const stream<double>& numbers) {
  metric_ = &m;
  numbers_ = numbers;
  info_ = {};
  info_.step_size = step_size;
  const auto d = static_cast<std::uint32_t>(d_);
  draw_normals(numbers_, 0, d_, w_);
  m.whiten(state_.g, slope_);
  correction_ = 0;
  for (std::uint32_t i = 0; i < d; ++i) {
    numbers_.visit(d + i);
    const double w = step_size * w_[i];
    w_[i] = numbers_.uniform() * (1 + exp(-w * slope_[i])) < 1 ? w : -w;
    correction_ += log1p_exp(-w_[i] * slope_[i]);
  }
  m.step(w_, step_);
  for (std::size_t i = 0; i < d_; ++i) proposed_.q[i] = state_.q[i] + step_[i];
}

bool barker_jump::receive(double log_density) {
  info_.n_steps = 1;
  metric_->whiten(proposed_.g, slope_);
  double ratio = log_density - state_.log_density + correction_;
  for (std::size_t i = 0; i < d_; ++i) ratio -= log1p_exp(w_[i] * slope_[i]);
  info_.acceptance_rate = ratio == ratio ? exp(std::min(ratio, 0.0)) : 0.0;
  numbers_.visit(2 * static_cast<std::uint32_t>(d_));
  if (numbers_.uniform() < info_.acceptance_rate) {
    copy_array(proposed_.q, state_.q, n_);
    copy_array(proposed_.g, state_.g, n_);
    state_.log_density = log_density;
  }
  info_.energy = -state_.log_density;
  return true;
}

}  // namespace starling::trajectories
