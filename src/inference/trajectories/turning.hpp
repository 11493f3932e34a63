// When a trajectory turns back: the generalised U-turn criterion with the checks between neighbouring subtrees.
//
// Let ρ be the sum of the momenta from leaf a to leaf b, v_a and v_b the velocities at the ends. The stretch goes on straight where
// v_a·ρ > 0 and v_b·ρ > 0 (Betancourt: A conceptual introduction to Hamiltonian Monte Carlo, 2017, appendix A.4.2). Stan since 2.21 checks
// for a node with halves (a … m) and (f … b) three stretches: a … b, a … f and m … b, so that no turn hides between the halves.
//
// A subtree is built leaf by leaf, without recursion: leaf n ends one node for every trailing one in its binary number. Any stretch's ρ
// is a difference of sums from the subtree's first leaf on, so each leaf that a later check can need leaves v and its sums behind, in
// one of log₂ slots: even leaves, which begin nodes, in slot popcount(n/2) (Phan, Pradhan, Jankowiak: Composable effects for flexible and
// accelerated probabilistic programming in NumPyro, 2019); odd ones, which end the left half of a node of level k, in slot k.
#pragma once

#include <bit>
#include <cstdint>

#include "inference/trajectories/arrays.hpp"

namespace starling::trajectories {

// Of the stretch with momenta `after` − `before`, n elements padded.
inline bool goes_straight(const double* before, const double* after, const double* first_velocity, const double* last_velocity, std::size_t n) {
  using V = element_pack;
  V first(0), last(0);
  for (std::size_t i = 0; i < n; i += element_width) {
    const V rho = V::load(after + i) - V::load(before + i);
    first += rho * V::load(first_velocity + i);
    last += rho * V::load(last_velocity + i);
  }
  return sum(first) > 0 && sum(last) > 0;
}

class turning_checks {
 public:
  turning_checks(std::size_t d, int max_depth)
      : n_(padded(d)), beginnings_(static_cast<std::size_t>(max_depth) * 3, d), ends_(static_cast<std::size_t>(max_depth) * 2, d), sum_(1, d) {}

  // Adds leaf `leaf` of a subtree (they come in order, from 0) with its momentum and velocity. False where a node that this leaf ends
  // has turned.
  bool add(std::uint32_t leaf, const double* p, const double* v) {
    using V = element_pack;
    double* const total = sum_[0];
    if (leaf % 2 == 0) {
      const std::size_t slot = beginning_slot(leaf);
      double *const velocity = beginnings_[slot], *const before = beginnings_[slot + 1], *const after = beginnings_[slot + 2];
      for (std::size_t i = 0; i < n_; i += element_width) {
        const V old = leaf == 0 ? V(0) : V::load(total + i);
        const V now = old + V::load(p + i);
        old.store(before + i);
        now.store(after + i);
        now.store(total + i);
        V::load(v + i).store(velocity + i);
      }
      return true;
    }
    const int nodes = std::countr_one(leaf);
    double *const end_velocity = ends_[2 * static_cast<std::size_t>(nodes)], *const end_before = ends_[2 * static_cast<std::size_t>(nodes) + 1];
    for (std::size_t i = 0; i < n_; i += element_width) {
      const V old = V::load(total + i);
      old.store(end_before + i);
      (old + V::load(p + i)).store(total + i);
      V::load(v + i).store(end_velocity + i);
    }
    for (int level = 0; level < nodes; ++level)
      if (!node_goes_straight(leaf, level, v)) return false;
    return true;
  }

  // Of the leaves so far: Σ p; momentum and velocity of leaf 0.
  const double* total() const { return sum_[0]; }
  const double* first_momentum() const { return beginnings_[2]; }
  const double* first_velocity() const { return beginnings_[0]; }

 private:
  static std::size_t beginning_slot(std::uint32_t leaf) { return 3 * static_cast<std::size_t>(std::popcount(leaf >> 1)); }

  bool node_goes_straight(std::uint32_t leaf, int level, const double* v) const {
    const std::uint32_t half = std::uint32_t{1} << level;
    const std::size_t a = beginning_slot(leaf & ~(2 * half - 1));
    if (!goes_straight(beginnings_[a + 1], sum_[0], beginnings_[a], v, n_)) return false;
    if (level == 0) return true;  // two leaves: all three stretches are this one
    const std::size_t f = beginning_slot(leaf & ~(half - 1)), m = 2 * static_cast<std::size_t>(level);
    return goes_straight(beginnings_[a + 1], beginnings_[f + 2], beginnings_[a], beginnings_[f], n_) &&
           goes_straight(ends_[m + 1], sum_[0], ends_[m], v, n_);
  }

  std::size_t n_;
  arrays beginnings_;  // three a slot: velocity, sum before the leaf, sum after it
  arrays ends_;        // two a slot: velocity, sum before the leaf
  arrays sum_;
};

}  // namespace starling::trajectories
