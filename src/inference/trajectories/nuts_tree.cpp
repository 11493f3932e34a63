#include "inference/trajectories/nuts_tree.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "inference/trajectories/momentum.hpp"
#include <starling/values/exp.hpp>

namespace starling::trajectories {

namespace {
// A lone trajectory that falls this far below its start rescales its weights.
constexpr double largest_gain = 300;
}  // namespace

nuts_tree::nuts_tree(std::size_t d, const settings& s)
    : settings_(s), d_(d), n_(padded(d)), memory_(16, d), checks_(d, s.max_depth) {
  std::size_t next = 0;
  for (phase_point& e : ends_) {
    e = {memory_[next], memory_[next + 1], memory_[next + 2], memory_[next + 3], 0};
    next += 4;
  }
  for (chain_state& c : states_) {
    c = {memory_[next], memory_[next + 1], 0};
    next += 2;
  }
  inner_momentum_ = memory_[next++];
  inner_velocity_ = memory_[next++];
  rho_ = memory_[next++];
  spare_ = memory_[next++];
  z_ = &ends_[0];
}

void nuts_tree::begin(const metric& m, double step_size, const stream<double>& numbers) {
  metric_ = &m;
  numbers_ = numbers;
  phase_point& start = ends_[0];
  copy_array(sample_->q, start.q, n_);
  copy_array(sample_->g, start.g, n_);
  start.log_density = sample_->log_density;
  initial_energy_ = sample_energy_ = draw_momentum(numbers_, m, start, spare_) - sample_->log_density;
  rounding_ = rounding_of(initial_energy_);
  visit_ = static_cast<std::uint32_t>(d_);
  step_ = settings_.jitter > 0 ? step_size * (1 + settings_.jitter * (2 * uniform() - 1)) : step_size;
  copy_point(start, ends_[1], n_);
  copy_array(start.p, rho_, n_);
  shift_ = 0;
  weight_ = 1;
  acceptance_ = 0;
  depth_ = 0;
  info_ = {};
  info_.step_size = step_;
  begin_subtree();
}

void nuts_tree::begin_subtree() {
  forwards_ = uniform() > 0.5;
  z_ = &ends_[forwards_ ? 1 : 0];
  signed_step_ = forwards_ ? step_ : -step_;
  copy_array(z_->p, inner_momentum_, n_);
  copy_array(z_->v, inner_velocity_, n_);
  subtree_weight_ = 0;
  leaf_ = 0;
  leaves_ = std::uint32_t{1} << depth_;
  begin_leapfrog(*z_, *metric_, signed_step_);
}

bool nuts_tree::receive(double log_density) {
  z_->log_density = log_density;
  const double energy = end_leapfrog(*z_, *metric_, signed_step_) - log_density;
  info_.n_steps += 1;
  double gain = initial_energy_ - energy;
  if (!(gain == gain)) gain = -std::numeric_limits<double>::infinity();
  if (gain - shift_ > largest_gain) [[unlikely]]
    rescale(gain);
  const double weight = exp(gain - shift_);
  acceptance_ += shift_ == 0 && rounding_ == 0 ? std::min(1.0, weight) : std::min(1.0, exp(gain + rounding_));
  subtree_weight_ += weight;
  if (-gain > settings_.max_energy_error + rounding_) {
    info_.diverging = true;
    return end_transition();
  }
  if (leaf_ == 0 || uniform() * subtree_weight_ < weight) {
    copy_array(z_->q, candidate_->q, n_);
    copy_array(z_->g, candidate_->g, n_);
    candidate_->log_density = log_density;
    candidate_energy_ = energy;
  }
  if (!checks_.add(leaf_, z_->p, z_->v)) return end_transition();
  if (++leaf_ == leaves_) return end_subtree();
  begin_leapfrog(*z_, *metric_, signed_step_);
  return false;
}

bool nuts_tree::end_subtree() {
  ++depth_;
  if (uniform() * weight_ < subtree_weight_) {
    std::swap(sample_, candidate_);
    sample_energy_ = candidate_energy_;
  }
  weight_ += subtree_weight_;
  if (depth_ == settings_.max_depth) return end_transition();
  // The stretches: all of it; the old part with the subtree's first leaf; the subtree with the old part's last leaf.
  using V = element_pack;
  const double* const far_velocity = ends_[forwards_ ? 0 : 1].v;
  const double *const total = checks_.total(), *const first_p = checks_.first_momentum(), *const first_v = checks_.first_velocity();
  V whole_far(0), whole_near(0), old_far(0), old_first(0), new_inner(0), new_near(0);
  for (std::size_t i = 0; i < n_; i += element_width) {
    const V old = V::load(rho_ + i), added = V::load(total + i);
    const V all = old + added, with_first = old + V::load(first_p + i), with_inner = added + V::load(inner_momentum_ + i);
    const V far_v = V::load(far_velocity + i), near_v = V::load(z_->v + i);
    whole_far += all * far_v;
    whole_near += all * near_v;
    old_far += with_first * far_v;
    old_first += with_first * V::load(first_v + i);
    new_inner += with_inner * V::load(inner_velocity_ + i);
    new_near += with_inner * near_v;
    all.store(rho_ + i);
  }
  const bool straight = sum(whole_far) > 0 && sum(whole_near) > 0 && sum(old_far) > 0 && sum(old_first) > 0 && sum(new_inner) > 0 &&
                        sum(new_near) > 0;
  if (!straight) return end_transition();
  begin_subtree();
  return false;
}

bool nuts_tree::end_transition() {
  info_.acceptance_rate = acceptance_ / info_.n_steps;
  info_.tree_depth = depth_;
  info_.energy = sample_energy_;
  return true;
}

void nuts_tree::rescale(double gain) {
  const double factor = exp(shift_ - gain);
  weight_ *= factor;
  subtree_weight_ *= factor;
  shift_ = gain;
}

}  // namespace starling::trajectories
