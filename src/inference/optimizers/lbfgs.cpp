#include "inference/optimizers/lbfgs.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "inference/trajectories/arrays.hpp"

namespace starling::optimizers {

using trajectories::dot;

bool shows_curvature(const double* s, const double* y, std::size_t d) {
  double sum = 0, size = 0;
  for (std::size_t i = 0; i < d; ++i) {
    sum += s[i] * y[i];
    size += std::abs(s[i] * y[i]);
  }
  return sum > 1e-12 * size && std::isfinite(size);
}

lbfgs::lbfgs(const double* start, std::size_t d, const lbfgs_settings& s)
    : settings_(s), d_(d), trial_{std::vector<double>(start, start + d), std::vector<double>(d), 0}, direction_(d), weights_(s.history) {}

bool lbfgs::receive(double log_density) {
  ++evaluations_;
  trial_.log_density = log_density;
  bool usable = std::isfinite(log_density);
  for (std::size_t i = 0; i < d_; ++i) usable = usable && std::isfinite(trial_.gradient[i]);
  if (path_.empty()) {
    if (!usable) return stop(false, "the density or its gradient is not finite at the start");
    path_.push_back(trial_);
    return begin_search();
  }
  const iterate& from = path_.back();
  const double along = dot(trial_.gradient.data(), direction_.data(), d_);
  const double asked = 1e-4 * step_ * slope_, rounding = 1e-14 * std::max(std::abs(log_density), std::abs(from.log_density));
  const bool drowns = asked <= rounding;
  if (!usable || log_density < from.log_density + (drowns ? -rounding : asked)) {
    high_ = step_;
    bracketed_ = true;
  } else if (along > 0.9 * slope_) {
    low_ = step_;
  } else if (drowns && (log_density < from.log_density || along < -0.9998 * slope_)) {
    high_ = step_;
    bracketed_ = true;
  } else {
    return accept();
  }
  if (++searches_ == 60) {
    // Rounding: the best that can be had, where the density rose at all.
    if (usable && log_density > from.log_density) return accept();
    return stop(path_.size() > 1, "no step along the search direction raises the log density any more");
  }
  step_ = bracketed_ ? 0.5 * (low_ + high_) : 2 * low_;
  try_step();
  return true;
}

// The direction H ∇, H the inverse Hessian's estimate by the two-loop recursion.
bool lbfgs::begin_search() {
  const iterate& now = path_.back();
  if (std::all_of(now.gradient.begin(), now.gradient.end(), [](double g) { return g == 0; })) return stop(true, "the gradient is zero");
  if (path_.size() > settings_.max_iterations) return stop(false, "the largest number of iterations is reached");
  direction_ = now.gradient;
  for (std::size_t k = s_.size(); k-- > 0;) {
    weights_[k] = dot(s_[k].data(), direction_.data(), d_) / dot(s_[k].data(), y_[k].data(), d_);
    for (std::size_t i = 0; i < d_; ++i) direction_[i] -= weights_[k] * y_[k][i];
  }
  const double scale = s_.empty() ? 1 / std::sqrt(dot(now.gradient.data(), now.gradient.data(), d_))
                                  : dot(s_.back().data(), y_.back().data(), d_) / dot(y_.back().data(), y_.back().data(), d_);
  for (double& x : direction_) x *= scale;
  for (std::size_t k = 0; k < s_.size(); ++k) {
    const double w = weights_[k] - dot(y_[k].data(), direction_.data(), d_) / dot(s_[k].data(), y_[k].data(), d_);
    for (std::size_t i = 0; i < d_; ++i) direction_[i] += w * s_[k][i];
  }
  slope_ = dot(now.gradient.data(), direction_.data(), d_);
  if (!s_.empty() && 0.5 * slope_ <= settings_.gain_tolerance) return stop(true, "the log density can rise no more");
  step_ = 1;
  low_ = high_ = 0;
  bracketed_ = false;
  searches_ = 0;
  try_step();
  return true;
}

void lbfgs::try_step() {
  const iterate& from = path_.back();
  for (std::size_t i = 0; i < d_; ++i) trial_.q[i] = from.q[i] + step_ * direction_[i];
}

bool lbfgs::accept() {
  const iterate& from = path_.back();
  std::vector<double> s(d_), y(d_);
  for (std::size_t i = 0; i < d_; ++i) {
    s[i] = trial_.q[i] - from.q[i];
    y[i] = from.gradient[i] - trial_.gradient[i];
  }
  if (shows_curvature(s.data(), y.data(), d_)) {
    if (s_.size() == settings_.history) {
      s_.erase(s_.begin());
      y_.erase(y_.begin());
    }
    s_.push_back(std::move(s));
    y_.push_back(std::move(y));
  }
  const double gain = trial_.log_density - from.log_density;
  const bool still = std::abs(gain) <= settings_.relative_tolerance * std::max({std::abs(trial_.log_density), std::abs(from.log_density), 1e-8});
  path_.push_back(trial_);
  if (still) return stop(true, "the log density rises no more");
  return begin_search();
}

bool lbfgs::stop(bool converged, const char* reason) {
  converged_ = converged;
  reason_ = reason;
  return false;
}

}  // namespace starling::optimizers
