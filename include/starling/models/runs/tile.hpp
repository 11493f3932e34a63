// The numbers of one block of lanes: what a handler reads and writes; where notes go; and which lanes a run is for.
#pragma once

#include <cstddef>
#include <vector>

#include <starling/traces/address.hpp>
#include <starling/traces/schema.hpp>

namespace starling {

// Where a handler reads and writes: one block of lanes. `shared` holds the sites that have one value for all lanes.
template <class V>
struct tile {
  V* values = nullptr;
  V* shared = nullptr;
  V* densities = nullptr;  // null: not kept

  V* at(const site_slot& s) const { return (s.shared ? shared : values) + s.offset; }
  operator tile<const V>() const
    requires(!std::is_const_v<V>)
  {
    return {values, shared, densities};
  }
};

// A tile that owns its storage and grows with the schema.
template <class V>
struct tile_storage {
  std::vector<V> values, shared, densities;
  bool keep_densities = true;

  void fit(const schema& s) {
    if (values.size() == s.elements() && shared.size() == s.shared_elements() && (!keep_densities || densities.size() == s.sites().size())) return;
    values.resize(s.elements());
    shared.resize(s.shared_elements());
    if (keep_densities) densities.resize(s.sites().size());
  }
  void swap(tile_storage& other) {
    values.swap(other.values), shared.swap(other.shared), densities.swap(other.densities);
    std::swap(keep_densities, other.keep_densities);
  }
  tile<V> view() { return {values.data(), shared.data(), keep_densities ? densities.data() : nullptr}; }
};

// Where notes go. Told of each note with its path and its numbers, one V an element.
template <class V>
class note_sink {
 public:
  virtual void note(const path& where, const choice_type& type, const V* values) = 0;

 protected:
  ~note_sink() = default;
};

// Where and how a run takes place.
struct run_place {
  std::size_t first_lane = 0;                    // the lane of element 0: words of the random numbers, rows of per-lane constraints
  std::size_t lanes = static_cast<std::size_t>(-1);  // of the whole batch; those beyond are padding
};

}  // namespace starling
