#pragma once
// project: Σ log density of the selected choices (and factors, which belong to the scope they stand in) of a trace.
// project(all) is the score, project(none) is 0.
#include <starling/models/trace.hpp>
#include <starling/traces/selection.hpp>
#include <starling/models/batch.hpp>

namespace starling {

template <generative_function G, class Arguments>
double project(const trace<G, Arguments>& t, const selection& s) {
  return project_state(t.state(), s);
}

// Of each site, factors too, whether its density counts.
std::vector<std::uint8_t> projected_sites(const schema& run, const selection& s);

template <class V>
std::vector<V> project_blocks(const batch_state<V>& state, const selection& s) {
  std::vector<V> total(state.scores.size(), V(0));
  const auto chosen = projected_sites(*state.structure, s);
  for (std::uint32_t k = 0; k < state.structure->sites().size(); ++k)
    if (chosen[k])
      for (std::size_t b = 0; b < total.size(); ++b) total[b] += state.block(b).densities[k];
  return total;
}

// A number a lane.
template <generative_function G, class Arguments, class V>
std::vector<double> project(const batch<G, Arguments, V>& b, const selection& s) {
  return column(project_blocks(b.state(), s), b.size());
}

}  // namespace starling
