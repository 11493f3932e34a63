#pragma once
// What becomes of constraints that a run did not visit: a mistake (the model can never visit them) or a branch not taken.
#include <limits>
#include <string>
#include <vector>

#include <starling/models/constraints.hpp>
#include <starling/models/simulate.hpp>

namespace starling {

// Throws std::invalid_argument, naming them, where the model cannot visit the constraints in `left`. A dynamic model is asked by
// simulating it: an address that differs from a visited one by indices alone counts as one that it can visit.
template <class G, class Arguments>
void require_reachable(const G& model, const Arguments& as, std::vector<path> left, const schema& run, const char* operation) {
  if (G::is_dynamic) {
    constexpr std::uint64_t probes = 100;
    for (std::uint64_t i = 0; i < probes && !left.empty(); ++i) {
      const auto seen = simulate(model, as, key(0x70726f6265u + i));
      remove_reachable(left, seen.structure());
    }
  }
  if (!left.empty()) throw std::invalid_argument(describe_unmet(left, run, operation));
}

// The weight of a run that may have left constraints: `weight` where all were met, −∞ where some were not reached this time.
template <class G, class Arguments>
double unreached_weight(const trace<G, Arguments>& t, const choice_map& constraints, const schema& run, double weight, const char* operation) {
  const auto left = unmet(constraints, run);
  if (left.empty()) return weight;
  require_reachable(t.model(), t.args(), left, run, operation);
  return -std::numeric_limits<double>::infinity();
}

}  // namespace starling
