// What lane chains know of their temperatures: their target is prior · likelihood^β, another β in each lane.
#pragma once

#include <cstdint>

#include <starling/models/runs/site_plan.hpp>
#include <starling/models/runs/tile.hpp>
#include <starling/traces/schema.hpp>
#include <starling/values/where.hpp>

namespace starling {

// The likelihood: observations and factors. Where β is 0 it counts nothing, even where it is 0.
template <class V>
struct lane_temperatures {
  bool used = false;
  V beta = V(1);
  V likelihood = V(0), of_candidate = V(0);  // log

  static bool is_likelihood(const schema& structure, const site_plan& plan, std::uint32_t k) {
    return plan[k] || structure.sites()[k].is_factor();
  }
  V power(const V& log_likelihood) const { return where(beta == V(0), V(0), beta * log_likelihood); }

  // The score of the candidate from the densities of its sites.
  V score(const schema& structure, const site_plan& plan, const V* densities) {
    V prior(0);
    of_candidate = V(0);
    for (std::uint32_t k = 0; k < structure.sites().size(); ++k) (is_likelihood(structure, plan, k) ? of_candidate : prior) += densities[k];
    return prior + power(of_candidate);
  }
  // The log weight of a candidate some of whose latents were redrawn from the prior, which `redrawn(k)` tells.
  template <class F>
  V weight_of_redrawn(const schema& structure, const site_plan& plan, const V* before, const V* after, F redrawn) const {
    V sum = power(of_candidate) - power(likelihood);
    for (std::uint32_t k = 0; k < structure.sites().size(); ++k)
      if (!is_likelihood(structure, plan, k) && !redrawn(k)) sum += after[k] - before[k];
    return sum;
  }
};

}  // namespace starling
