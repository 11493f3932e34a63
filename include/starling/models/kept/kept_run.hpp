#pragma once
// What a run that keeps instances (kept_instances.hpp) hands from handler to handler.
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <starling/models/kept/kept_instances.hpp>
#include <starling/random/key.hpp>

namespace starling {

// Where a run keeps the instances of its calls: `next` is the call that it expects.
struct kept_place {
  kept_undo* undo = nullptr;    // null: it keeps none, instances are scopes of the run itself
  kept_calls* calls = nullptr;  // null: none so far; the first will be kept in *home
  std::unique_ptr<kept_calls>* home = nullptr;
  std::size_t next = 0;
};

// A number for arguments that are new, which no others of the process ever had: traces that are copied, moved and rolled back meet.
std::uint64_t new_epoch();

// The arguments of the model: where they lie, what is known of how they changed. `epoch` is another number for other arguments.
struct argument_context {
  const std::byte *begin = nullptr, *end = nullptr;
  std::uint64_t epoch = 0;
  const change_hints* hints = nullptr;              // of this run, or null
  std::vector<const void*> places = {};             // of each argument

  bool holds(const void* p) const { return p >= begin && p < end; }
  // What is known of the argument at p.
  change hint(const void* p) const {
    for (std::size_t i = 0; hints && i < places.size() && i < hints->arguments.size(); ++i)
      if (places[i] == p) return hints->arguments[i];
    return {};
  }
};

// What a run keeps: nothing where `place` has no undo.
struct kept_run {
  kept_place place;
  const argument_context* arguments = nullptr;
};
// Keeps no instances while it lives.
struct kept_outside {
  kept_place& place;
  kept_undo* undo;
  explicit kept_outside(kept_run& run) : place(run.place), undo(std::exchange(place.undo, nullptr)) {}
  ~kept_outside() { place.undo = undo; }
};

// Where an instance stands.
struct instance_address {
  const path& call;
  std::size_t i;
  std::uint64_t scope_hash;

  path where() const { return path(call).append(path_component{{}, static_cast<std::int64_t>(i)}); }
  key key_of(const key& k) const { return k.scope(scope_hash); }
};

// A run of one instance.
struct instance_run : instance_address {
  structure_walk& walk;
  tile_storage<double>& storage;
  const kept_instances& node;
  const kept_instances::instance* before;  // null: it is new
  std::vector<std::uint32_t>& changed;     // where overwritten and removed sites of `before` go
  std::vector<std::uint8_t>& flags;        // to use
  kept_place kept;

  const double* old_values() const { return before ? node.values(*before) : nullptr; }
  const double* old_densities() const { return before ? node.densities(*before) : nullptr; }
};

}  // namespace starling
