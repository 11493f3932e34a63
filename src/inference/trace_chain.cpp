#include <starling/inference/trace_chain.hpp>

namespace starling {

double removed_density(const trace_state& before, const schema& after) {
  if (before.structure.get() == &after) return 0;
  double sum = 0;
  for (std::uint32_t k = 0; k < before.structure->sites().size(); ++k) {
    const site& s = before.structure->sites()[k];
    if (!s.is_choice()) continue;
    const auto j = after.find(s.full);
    if (j < 0 || !(after.sites()[static_cast<std::size_t>(j)].type == s.type)) sum += before.numbers.densities[k];
  }
  return sum;
}

bool holds_observations(const choice_map& observations, const trace_state& state) { return unmet(observations, *state.structure).empty(); }

}  // namespace starling
