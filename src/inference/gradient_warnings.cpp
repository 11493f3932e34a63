// What a user should know of a run of Hamiltonian Monte Carlo before believing it (Stan's and ArviZ's thresholds).
#include <cmath>
#include <string>

#include "diagnostics/number_text.hpp"
#include "inference/gradient_record.hpp"
#include "inference/run_warnings.hpp"
#include <starling/diagnostics/energy.hpp>

namespace starling {

namespace {

std::string share_of(std::size_t count, std::size_t all) {
  const double percent = 100.0 * static_cast<double>(count) / static_cast<double>(all);
  const auto tenths = static_cast<std::size_t>(std::ceil(percent * 10));
  return std::to_string(count) + " of " + std::to_string(all) + " (" + std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " %)";
}

}  // namespace

std::vector<std::string> trajectory_warnings(const kernels::trajectory_counts& counts, const kernels::gradient_settings* settings) {
  std::vector<std::string> said;
  if (counts.diverging != 0)
    said.push_back(share_of(counts.diverging, counts.steps) +
                   " trajectories ended in a divergence: the step size is too coarse for some region of the posterior, so draws avoid it and estimates may be "
                   "biased. " +
                   (settings ? "Look at where the draws with `diverging` lie; r" : "R") +
                   "eparametrise (write hierarchical parameters non-centred: mu + sigma * z), or "
                   "raise target_acceptance" +
                   (settings ? " (now " + number_text(settings->target_acceptance) + ")" : "") + " towards 0.99");
  if (counts.saturated != 0)
    said.push_back(share_of(counts.saturated, counts.steps) + " trees reached the largest depth" + (settings ? ", " + std::to_string(settings->max_depth) : "") +
                   ": chains are valid but slow. Bring the parameters to similar scales, weaken correlations (metric dense_e or low_rank_e), run a longer "
                   "warm-up, or raise max_depth");
  return said;
}

std::vector<std::string> gradient_warnings(const std::vector<const gradient_record*>& chains, const kernels::gradient_settings& settings) {
  using record = gradient_record;
  kernels::trajectory_counts counts;
  std::size_t stuck = 0, low = 0;
  double lowest = 1;
  const bool trees = settings.transition == kernels::gradient_settings::transitions::tree;
  const bool energies = settings.transition != kernels::gradient_settings::transitions::jump;
  for (const auto* c : chains) {
    std::vector<double> energy;
    energy.reserve(c->draws());
    double accepted = 0;
    for (std::size_t d = 0; d < c->draws(); ++d) {
      ++counts.steps;
      if (c->statistic(d, record::diverging) != 0) ++counts.diverging;
      else if (trees && c->statistic(d, record::tree_depth) >= settings.max_depth) ++counts.saturated;
      accepted += c->statistic(d, record::acceptance_rate);
      energy.push_back(c->statistic(d, record::energy));
    }
    if (accepted < 1e-3 * static_cast<double>(c->draws())) ++stuck;
    const double fraction = energies ? ebfmi(energy) : 1;
    if (fraction < 0.3) {
      ++low;
      lowest = std::min(lowest, fraction);
    }
  }
  auto said = trajectory_warnings(counts, &settings);
  if (low != 0)
    said.push_back(std::to_string(low) + " of " + std::to_string(chains.size()) + " chains have a low E-BFMI (the lowest is " + number_text(lowest, "%.2f") +
                   "; it should be above 0.3): the energy moves too slowly to reach the tails. Look for parameters with heavy tails or for a funnel, and "
                   "reparametrise");
  if (stuck != 0)
    said.push_back(std::to_string(stuck) + " of " + std::to_string(chains.size()) +
                   " chains accepted next to nothing and did not move: check the gradient and the support, and give the warm-up more steps");
  return said;
}

}  // namespace starling
