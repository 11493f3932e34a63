// A transition of one chain, as a machine that is told densities: it never calls a target. begin() draws what it needs and names the first
// place where the density is wanted; each receive() goes on to the next place, or ends the transition. So a driver can serve many chains,
// each at its own place in its own transition, with one call of a target.
#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>

#include "inference/trajectories/leapfrog.hpp"
#include <starling/random/stream.hpp>

namespace starling::trajectories {

// What is known of a transition when it is over, under ArviZ's names.
struct transition_info {
  double acceptance_rate = 0;  // mean over the places of min(1, exp(H₀ − H))
  double step_size = 0;
  double energy = 0;           // H = kinetic energy − log density of the state chosen
  double n_steps = 0;          // gradients
  double tree_depth = 0;       // doublings; NUTS only
  bool diverging = false;      // H rose by more than the limit
};

// How much of a difference of energies is rounding, where they are so large that it matters (a start at −10^30): that counts neither as an error nor
// against the step size, or steps would shrink until nothing moves.
inline double rounding_of(double energy) { return std::abs(energy) > 1e12 ? 1e-12 * std::abs(energy) : 0.0; }

// Where a chain is: padded arrays.
struct chain_state {
  double *q, *g;
  double log_density;
};

template <class T>
concept transition = requires(T t, const T& c, const metric& m, double x, const stream<double>& numbers) {
  { t.state() } -> std::same_as<chain_state&>;   // between transitions: may be set
  { t.begin(m, x, numbers) };                    // with step size x; numbers at visits 0, 1, …; the metric stays until the end
  { c.point() } -> std::same_as<const double*>;  // where the density is wanted
  { t.gradient() } -> std::same_as<double*>;     // where its gradient is to be written, before receive
  { t.receive(x) } -> std::same_as<bool>;        // x: log density; true: the transition is over, state() is the next state
  { c.info() } -> std::same_as<const transition_info&>;
};

}  // namespace starling::trajectories
