#pragma once
// The run that an update or regenerate starts from: where a site finds its old value, and weights as differences to it.
#include <cstdint>
#include <limits>
#include <vector>

#include <starling/models/runs/presence.hpp>
#include <starling/traces/schema.hpp>

namespace starling {

// Where an update finds the old value of a site: the same number while the structure is the same, by address after that.
template <class V>
struct old_values {
  const schema* structure = nullptr;
  tile<const V> values;  // of the old structure

  // The old site for site k of the run, or -1; its kind and size must be the same.
  [[gnu::always_inline]] std::int64_t find(const structure_walk& walk, std::uint32_t k) const {
    if (!structure) [[unlikely]]
      return -1;
    if (!walk.growing()) [[likely]]
      return walk.slot(k).again ? walk[k].first : k;
    return structure->find(walk[k].full, walk[k].type);
  }
  // The lanes that had it.
  mask_of<V> present(std::int64_t j) const { return lanes_present(*structure, values, static_cast<std::uint32_t>(j)); }
  bool is_conditional(std::int64_t j) const { return structure->sites()[static_cast<std::size_t>(j)].is_conditional(); }
  const V* at(std::int64_t j) const { return values.at(structure->slots()[static_cast<std::size_t>(j)]); }
};

// a − b for log weights; −∞ − (−∞) is −∞.
template <class V>
V log_difference(const V& a, const V& b) {
  const V w = a - b;
  return where(w == w, w, V(-std::numeric_limits<double>::infinity()));
}

// Sites of `before` that `after` does not have, or has with another kind or size.
void append_removed(const schema& before, const schema& after, std::vector<std::uint32_t>& changed);

}  // namespace starling
