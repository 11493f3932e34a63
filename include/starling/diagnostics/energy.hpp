#pragma once

#include <span>

namespace starling {

/// The energy Bayesian fraction of missing information of one chain of Hamiltonian Monte Carlo: the mean squared difference of successive
/// energies over their variance (Betancourt 2016); equal to ArviZ's `bfmi`. Below 0.3 the momenta are redrawn too timidly to reach the tails.
/// NaN for fewer than two energies, or where none differs from another.
double ebfmi(std::span<const double> energies);

}  // namespace starling
