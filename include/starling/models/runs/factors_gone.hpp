// Factors that a run had and has no more: a factor has no address, so it is told by its place.
#pragma once

#include <cstdint>

#include <starling/models/kept/lane_instances.hpp>

namespace starling {

// Σ log density of the factors of a run among its sites from `first` on.
double factors_from(std::uint32_t first, const schema& run, const double* densities);
// The sums of factors of a block before that are no more: those from site `met` on, and those in regions that run no more. (Before it, both
// structures are the same.)
template <class V>
V factors_gone(const schema& before, const tile<const V>& old, std::uint32_t met, const schema& after, const tile<V>& now) {
  V total(0);
  for (std::uint32_t k = 0; k < before.sites().size(); ++k) {
    const site& s = before.sites()[k];
    if (!s.is_factor()) continue;
    if (k >= met) total += old.densities[k];
    else if (s.is_conditional()) total += where(*now.at(after.slots()[s.presence]) != V(0), V(0), old.densities[k]);
  }
  return total;
}
// Σ of all factors of an instance.
template <class V>
V factors_of(const lane_column<V>& c, std::size_t block) {
  V total(0);
  for (std::uint32_t k = 0; k < c.structure->sites().size(); ++k)
    if (c.structure->sites()[k].is_factor()) total += c.block(block).densities[k];
  if (c.calls)
    for (const auto& node : c.calls->nodes)
      for (std::size_t i = 0; i < node->columns.size(); ++i) total += factors_of(*node->columns[i], block);
  return total;
}

}  // namespace starling
