// The numbers of a batch: of all blocks of lanes, now and before an operation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include <starling/models/runs/tile.hpp>

namespace starling {

// Memory of many lanes, 64-byte aligned; where it is large in large pages, since most of the time of a first write goes to finding pages.
void* take_lane_memory(std::size_t bytes);
void give_lane_memory(void* memory);

// For numbers that are written before they are read: new room is not cleared.
template <class V>
struct lane_allocator {
  using value_type = V;
  lane_allocator() = default;
  template <class U>
  lane_allocator(const lane_allocator<U>&) {}
  V* allocate(std::size_t n) { return static_cast<V*>(take_lane_memory(n * sizeof(V))); }
  void deallocate(V* at, std::size_t) { give_lane_memory(at); }
  template <class U>
  void construct(U*) noexcept {}
  template <class U, class... X>
  void construct(U* to, X&&... x) {
    ::new (static_cast<void*>(to)) U(std::forward<X>(x)...);
  }
  friend bool operator==(const lane_allocator&, const lane_allocator&) { return true; }
};
template <class V>
using lane_numbers = std::vector<V, lane_allocator<V>>;

// The untyped part of a batch, [block][element][W] and [block][site][W].
template <class V>
struct lane_calls;  // lane_instances.hpp
template <class V>
struct batch_state {
  std::shared_ptr<const schema> structure;
  lane_numbers<V> values, densities;
  std::vector<V> shared, scores;
  std::shared_ptr<const lane_calls<V>> calls;  // with the instances that are kept; null: none
  bool keeps = false;                          // instances, where it has some

  tile<V> block(std::size_t b) {
    return {values.data() + b * structure->elements(), shared.data(), densities.data() + b * structure->sites().size()};
  }
  tile<const V> block(std::size_t b) const {
    return {values.data() + b * structure->elements(), shared.data(), densities.data() + b * structure->sites().size()};
  }
};

// Copies the values of a block to a place where they are shared, or not, otherwise.
template <class V>
void copy_values(const schema& from, const tile<const V>& x, const schema& to, const tile<V>& y) {
  for (std::uint32_t k = 0; k < from.sites().size(); ++k) {
    const site& here = from.sites()[k];
    for (std::size_t e = 0; e < here.type.size() && !here.is_factor(); ++e) y.at(to.sites()[k])[e] = x.at(here)[e];
  }
}

// What a batch was before an operation. Its values stay where they are while the operation changes them in place.
template <class V>
struct batch_before {
  std::shared_ptr<const schema> structure;
  const V *values, *shared, *densities, *scores;

  explicit batch_before(const batch_state<V>& s)
      : structure(s.structure), values(s.values.data()), shared(s.shared.data()), densities(s.densities.data()), scores(s.scores.data()) {}
  tile<const V> block(std::size_t b) const { return {values + b * structure->elements(), shared, densities + b * structure->sites().size()}; }
};

// What an operation in place overwrites: of each site that it changes the values before, [block][element].
template <class V>
struct overwritten {
  struct numbers {
    std::uint32_t site;
    lane_numbers<V> values;
  };
  std::vector<numbers> sites;
  std::vector<std::uint8_t> saved;  // which blocks
  bool in_place = false;

  void save(const schema& s, std::size_t b, const V* block) {
    saved[b] = 1;
    for (auto& [k, values] : sites) {
      const std::size_t n = s.sites()[k].type.size();
      for (std::size_t e = 0; e < n; ++e) values[b * n + e] = block[s.sites()[k].offset + e];
    }
  }
  void take_back(const schema& s, V* values_of_all) const {
    for (std::size_t b = 0; b < saved.size(); ++b) {
      for (const auto& [k, values] : sites) {
        const std::size_t n = s.sites()[k].type.size();
        for (std::size_t e = 0; saved[b] && e < n; ++e) values_of_all[b * s.elements() + s.sites()[k].offset + e] = values[b * n + e];
      }
    }
  }
};

}  // namespace starling
