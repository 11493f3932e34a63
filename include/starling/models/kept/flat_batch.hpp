// A batch that keeps instances as one run: their sites in the order of execution, as if they were scopes of the body. What reads a batch
// whole reads this.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <starling/execution/executor.hpp>
#include <starling/models/kept/lane_instances.hpp>

namespace starling {

// A value that is found when it is first asked for, by one of those who share it.
template <class T>
class found_once {
 public:
  found_once() = default;
  found_once(const found_once&) = delete;
  found_once& operator=(const found_once&) = delete;
  ~found_once() { delete value_; }
  template <class F>
  const T& get(F&& find) {
    if (const T* known = __atomic_load_n(&value_, __ATOMIC_ACQUIRE)) return *known;
    const T* const mine = new T(find());
    const T* other = nullptr;
    if (__atomic_compare_exchange_n(&value_, &other, mine, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) return *mine;
    delete mine;
    return *other;
  }

 private:
  const T* value_ = nullptr;  // set by whoever is first
};

// Builds the schema, and says where the numbers of each of its sites are.
template <class V>
class flattening {
 public:
  struct place {
    const lane_column<V>* column;  // null: of the run itself
    std::uint32_t site;
  };
  std::vector<place> places;

  std::shared_ptr<const schema> run(const schema& s, const lane_calls<V>* calls) {
    add(s, calls, nullptr);
    return walk_.finish();
  }

 private:
  void add(const schema& s, const lane_calls<V>* calls, const lane_column<V>* column) {
    struct opened {
      std::uint32_t what, outside;
    };
    std::vector<opened> scopes, regions;
    std::size_t next_call = 1, next_node = 0;
    const auto leave_scopes = [&](std::uint32_t until) {
      for (; !scopes.empty() && scopes.back().what != until; scopes.pop_back()) walk_.leave(scopes.back().outside);
    };
    const auto leave_regions = [&](std::uint32_t until) {
      for (; !regions.empty() && regions.back().what != until; regions.pop_back()) walk_.leave_region(regions.back().outside);
    };
    for (std::uint32_t k = 0; k <= s.sites().size(); ++k) {
      for (; next_call < s.calls().size() && s.calls()[next_call].first_site <= k; ++next_call) {
        const call& c = s.calls()[next_call];
        leave_scopes(c.parent);
        leave_regions(c.presence);
        scopes.push_back({static_cast<std::uint32_t>(next_call), walk_.enter(c.local)});
      }
      if (k == s.sites().size()) break;
      const site& here = s.sites()[k];
      leave_scopes(here.scope);
      leave_regions(here.presence);
      if (here.role == site_role::instances) {
        const auto& node = *calls->nodes[next_node++];
        for (std::size_t i = 0; i < node.columns.size(); ++i) {
          const std::uint32_t outer = walk_.enter(address(static_cast<std::int64_t>(i)));
          add(*node.columns[i]->structure, node.columns[i]->calls.get(), node.columns[i].get());
          walk_.leave(outer);
        }
        continue;
      }
      places.push_back({column, k});
      if (here.role == site_role::presence) regions.push_back({k, walk_.enter_region()});
      else if (here.is_factor()) walk_.claim_factor();
      else walk_.claim(here.local, here.type, here.distribution, [&](const site&) { return here.shared; });
    }
    leave_scopes(0);
    leave_regions(site::none);
  }

  std::shared_ptr<const schema> none_;
  structure_walk walk_{none_, false};
};

template <class V>
batch_state<V> flat_state(const batch_state<V>& s) {
  flattening<V> parts;
  batch_state<V> flat;
  flat.structure = parts.run(*s.structure, s.calls.get());
  const std::size_t blocks = s.scores.size();
  flat.values.resize(blocks * flat.structure->elements());
  flat.densities.resize(blocks * flat.structure->sites().size());
  flat.shared.resize(flat.structure->shared_elements());
  flat.scores = s.scores;
  parallel_for(blocks, [&](std::size_t b) {
    const tile<V> to = flat.block(b);
    for (std::uint32_t k = 0; k < parts.places.size(); ++k) {
      const auto [column, from] = parts.places[k];
      const site& here = flat.structure->sites()[k];
      const tile<const V> numbers = column ? column->block(b) : s.block(b);
      to.densities[k] = numbers.densities[from];
      if (here.is_factor() || here.role == site_role::again || (here.shared && b > 0)) continue;
      const V* const values = numbers.at((column ? *column->structure : *s.structure).sites()[from]);
      for (std::size_t e = 0; e < here.type.size(); ++e) to.at(here)[e] = values[e];
    }
  });
  return flat;
}

// Throws where constraints are not met by the structure that `walk` has found, with the instances that `h` keeps.
template <class Handler, class Walk>
void require_met_by(const Handler& h, Walk& walk, const choice_map& constraints, const char* operation) {
  using V = typename Handler::real;
  const auto& kept = h.keeping();
  const auto& structure = walk.finish();
  if (!kept.run || kept.run->calls.empty()) return require_met(constraints, *structure, operation);
  const auto calls = kept.run->result();
  bool all = true;
  for (const auto& e : constraints.entries()) all = all && find_in_lanes(*structure, calls.get(), e.where).site != site::none;
  if (!all) require_met(constraints, *flattening<V>().run(*structure, calls.get()), operation);
}

}  // namespace starling
