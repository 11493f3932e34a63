// The no-U-turn sampler's transition: a trajectory doubled until it turns, a state drawn from it.
//
// Hoffman and Gelman, JMLR 15, 2014; with multinomial weights exp(H₀ − H) instead of a slice, states drawn uniformly by weight within
// a subtree and with a bias to the newer subtree between them (Betancourt 2017). That is Stan's algorithm; the tree is iterative
// (turning.hpp), and within a subtree a leaf replaces the candidate with probability weight / weights so far, which draws from the
// same distribution as Stan's pairwise choice.
#pragma once

#include "inference/trajectories/transition.hpp"
#include "inference/trajectories/turning.hpp"

namespace starling::trajectories {

class nuts_tree {
 public:
  struct settings {
    int max_depth = 10;
    double max_energy_error = 1000;
    double jitter = 0;
  };

  nuts_tree(std::size_t d, const settings& s);

  chain_state& state() { return *sample_; }
  void begin(const metric& m, double step_size, const stream<double>& numbers);
  const double* point() const { return z_->q; }
  double* gradient() { return z_->g; }
  bool receive(double log_density);
  const transition_info& info() const { return info_; }

 private:
  void begin_subtree();
  bool end_subtree();
  bool end_transition();
  double uniform() {
    numbers_.visit(visit_++);
    return numbers_.uniform();
  }
  void rescale(double gain);

  settings settings_;
  std::size_t d_, n_;
  arrays memory_;
  phase_point ends_[2];       // of the trajectory: backwards and forwards in time
  double *inner_momentum_, *inner_velocity_;  // of the end from which the subtree grows
  double *rho_, *spare_;      // rho: sum of the trajectory's momenta
  chain_state states_[2];
  chain_state* sample_ = &states_[0];
  chain_state* candidate_ = &states_[1];
  turning_checks checks_;
  stream<double> numbers_{key(0)};
  std::uint32_t visit_ = 0;
  const metric* metric_ = nullptr;
  phase_point* z_ = nullptr;
  bool forwards_ = true;
  double step_ = 0, signed_step_ = 0;
  double initial_energy_ = 0, candidate_energy_ = 0, sample_energy_ = 0, rounding_ = 0;
  // Weights are exp(H₀ − H − shift); the shift is 0 unless the trajectory fell deep below H₀.
  double shift_ = 0, weight_ = 0, subtree_weight_ = 0, acceptance_ = 0;
  std::uint32_t leaf_ = 0, leaves_ = 1;
  int depth_ = 0;
  transition_info info_;
};

}  // namespace starling::trajectories
