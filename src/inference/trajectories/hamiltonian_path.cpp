#include "inference/trajectories/hamiltonian_path.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "inference/trajectories/momentum.hpp"
#include <starling/values/exp.hpp>

namespace starling::trajectories {

hamiltonian_path::hamiltonian_path(std::size_t d, const settings& s) : settings_(s), d_(d), n_(padded(d)), memory_(7, d) {
  state_ = {memory_[0], memory_[1], 0};
  z_ = {memory_[2], memory_[3], memory_[4], memory_[5], 0};
  spare_ = memory_[6];
}

void hamiltonian_path::begin(const metric& m, double step_size, const stream<double>& numbers) {
  metric_ = &m;
  numbers_ = numbers;
  copy_array(state_.q, z_.q, n_);
  copy_array(state_.g, z_.g, n_);
  initial_energy_ = draw_momentum(numbers_, m, z_, spare_) - state_.log_density;
  steps_ = settings_.integration_time > 0 ? std::max(1.0, std::floor(settings_.integration_time / step_size)) : static_cast<double>(settings_.steps);
  if (settings_.jitter > 0) {
    numbers_.visit(static_cast<std::uint32_t>(d_) + 1);
    step_size *= 1 + settings_.jitter * (2 * numbers_.uniform() - 1);
  }
  info_ = {};
  info_.step_size = step_size;
  begin_leapfrog(z_, m, step_size);
}

bool hamiltonian_path::receive(double log_density) {
  const double energy = end_leapfrog(z_, *metric_, info_.step_size) - log_density;
  info_.n_steps += 1;
  // Outside the support the path ends: the way back would meet the same place, so refusing it is reversible.
  const bool lost = !(energy < std::numeric_limits<double>::infinity());
  if (!lost && info_.n_steps < steps_) {
    begin_leapfrog(z_, *metric_, info_.step_size);
    return false;
  }
  const double gain = lost ? -std::numeric_limits<double>::infinity() : initial_energy_ - energy;
  const double rounding = rounding_of(initial_energy_);
  info_.diverging = -gain > settings_.max_energy_error + rounding;
  info_.acceptance_rate = exp(std::min(gain + rounding, 0.0));
  info_.energy = initial_energy_;
  numbers_.visit(static_cast<std::uint32_t>(d_));
  if (numbers_.uniform() < info_.acceptance_rate) {
    copy_array(z_.q, state_.q, n_);
    copy_array(z_.g, state_.g, n_);
    state_.log_density = log_density;
    info_.energy = energy;
  }
  return true;
}

}  // namespace starling::trajectories
