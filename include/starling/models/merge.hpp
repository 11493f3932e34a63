// Merging two batches of one model: lane by lane, from the first where the mask holds, else from the second.
#pragma once

#include <vector>

#include <starling/models/batch.hpp>
#include <starling/models/trace_batch.hpp>
#include <starling/values/blend.hpp>

namespace starling {

inline void require_same_size(std::size_t mask, std::size_t a, std::size_t b) {
  if (mask != a || a != b)
    throw std::invalid_argument("merge: a mask of " + std::to_string(mask) + ", batches of " + std::to_string(a) + " and " + std::to_string(b) + " lanes");
}

// Throws std::invalid_argument where sizes or structures differ. The arguments of the result are those of `a`; they must be the same.
template <class G, class Arguments, class V>
batch<G, Arguments, V> merge(const std::vector<bool>& mask, const batch<G, Arguments, V>& a, const batch<G, Arguments, V>& b) {
  require_same_size(mask.size(), a.size(), b.size());
  const auto own = [](const batch<G, Arguments, V>& x) { return with_lanes_of_their_own(x.state(), [](std::uint32_t) { return true; }); };
  batch<G, Arguments, V> merged = a;
  merged.set_state(own(a));
  const batch_state<V> other = own(b);
  auto& state = merged.kept_state();
  const auto& sites = state.structure->sites();
  bool same = sites.size() == other.structure->sites().size();
  for (std::size_t k = 0; same && k < sites.size(); ++k)
    same = sites[k].full == other.structure->sites()[k].full && sites[k].type == other.structure->sites()[k].type;
  if (!same) throw std::invalid_argument("merge: the batches have different structures");
  for (std::size_t block = 0; block < merged.blocks(); ++block) {
    std::uint64_t bits = 0;
    for (std::size_t l = 0; l < static_cast<std::size_t>(lanes_of<V>) && block * lanes_of<V> + l < mask.size(); ++l)
      bits |= std::uint64_t{mask[block * lanes_of<V> + l]} << l;
    const auto m = mask_of<V>::from_bits(bits);
    for (std::size_t e = 0; e < state.structure->elements(); ++e) state.block(block).values[e] = where(m, state.block(block).values[e], other.block(block).values[e]);
    for (std::size_t s = 0; s < sites.size(); ++s)
      state.block(block).densities[s] = where(m, state.block(block).densities[s], other.block(block).densities[s]);
    state.scores[block] = where(m, state.scores[block], other.scores[block]);
    merged.values()[block] = typename batch<G, Arguments, V>::value_type(blend(m, persist(a.values()[block]), persist(b.values()[block])));
  }
  return merged;
}

template <class G, class Arguments>
trace_batch<G, Arguments> merge(const std::vector<bool>& mask, const trace_batch<G, Arguments>& a, const trace_batch<G, Arguments>& b) {
  require_same_size(mask.size(), a.size(), b.size());
  trace_batch<G, Arguments> merged = a;
  for (std::size_t k = 0; k < mask.size(); ++k)
    if (!mask[k]) merged.lane(k) = b.lane(k);
  return merged;
}

}  // namespace starling
