// What a batch keeps of the instances of a call (map, unfold, scan): each instance a column of numbers for all lanes, written once by the
// operation that runs it and then shared by all batches that have it. So a copy of a batch costs nothing per instance, and an operation
// writes the columns of those that it runs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include <starling/models/batch_state.hpp>
#include <starling/models/kept/kept_run.hpp>
#include <starling/models/runs/lane_sums.hpp>
#include <starling/models/runs/presence.hpp>
#include <starling/models/runs/site_plan.hpp>

namespace starling {

template <class V>
struct lane_calls;

// The numbers of one instance in all blocks, as those of a batch.
template <class V>
struct lane_column {
  std::shared_ptr<const schema> structure = {};
  lane_numbers<V> values = {}, densities = {}, scores = {};
  std::vector<V> shared = {};
  std::shared_ptr<const void> results = {};         // a result_column
  std::shared_ptr<const lane_calls<V>> calls = {};  // the calls with instances inside; null: none

  void make_room(std::size_t blocks) {
    values.resize(blocks * structure->elements());
    densities.resize(blocks * structure->sites().size());
    scores.resize(blocks);
  }
  tile<V> block(std::size_t b) { return {values.data() + b * structure->elements(), shared.data(), densities.data() + b * structure->sites().size()}; }
  tile<const V> block(std::size_t b) const {
    auto& self = const_cast<lane_column&>(*this);
    return self.block(b);
  }
};
template <class R>
struct result_column {
  lane_numbers<R> cells;
  std::vector<own_memory> memory;
  explicit result_column(std::size_t blocks) : cells(blocks), memory(holds_arena<R> ? blocks : 0) {}
  void set(std::size_t b, const R& r) {
    if constexpr (holds_arena<R>) ::new (static_cast<void*>(&cells[b])) R(moved_into(memory[b], r));
    else ::new (static_cast<void*>(&cells[b])) R(r);
  }
};
template <class V>
using column_ptr = std::shared_ptr<const lane_column<V>>;

template <class V>
struct lane_instances {
  path where;
  const void* type;  // of its results and its memory
  persistent_vector<column_ptr<V>> columns = {};
  lane_sums<V> sums = {};
  std::shared_ptr<const void> memory = {};  // of its arguments: a lane_memory
  std::uint64_t parameters = 0;             // parameter_store::version
  bool reads_stores = false;
};
template <class V>
struct lane_calls {
  std::vector<std::shared_ptr<const lane_instances<V>>> nodes;
};
// What is remembered of the arguments of a call: of those that all lanes share, and, where some differ, of those of each block.
template <class Memory>
struct lane_memory {
  Memory shared = {};
  std::vector<Memory> blocks = {};
};

// One operation: the first block finds what runs, the others follow.
template <class V>
struct lane_call_run;
template <class V>
struct lane_run {  // of one body
  const lane_calls<V>* before = nullptr;
  std::vector<std::unique_ptr<lane_call_run<V>>> calls = {};

  std::shared_ptr<const lane_calls<V>> result() const {
    if (calls.empty()) return {};
    auto all = std::make_shared<lane_calls<V>>();
    for (const auto& c : calls) all->nodes.push_back(c->after);
    return all;
  }
};
template <class V>
struct lane_entry {  // an instance that runs
  std::size_t i;
  column_ptr<V> before;  // null: it is new
  std::shared_ptr<lane_column<V>> after = std::make_shared<lane_column<V>>();
  std::unique_ptr<site_plan> plan = {};  // what the operation does at its sites
  std::vector<std::uint8_t> selected = {};
  lane_run<V> inner = {};
  bool stops = false;  // in the first block its result is as it was, so that the next does not run
};
template <class V>
struct lane_call_run {
  const lane_instances<V>* before = nullptr;
  std::shared_ptr<lane_instances<V>> after = {};
  std::vector<std::unique_ptr<lane_entry<V>>> entries = {};
  std::vector<typename lane_sums<V>::step> sums = {};
  bool needs_all = false;  // some block would run others than the first
  void need_all() { __atomic_store_n(&needs_all, true, __ATOMIC_RELAXED); }

  // Whether those of `some` below n are among the entries.
  bool runs(instance_set& some, std::size_t n) const {
    std::size_t met = 0;
    for (const auto& e : entries) met += e->i < n ? 1 : 0;
    if (some.all()) return met == n;
    for (const auto i : some.some()) {
      bool here = i >= n;
      for (std::size_t j = 0; !here && j < entries.size(); ++j) here = entries[j]->i == i;
      if (!here) return false;
    }
    return true;
  }
};
// The call at `where` in a run that had the calls `before`, or null.
template <class V>
std::unique_ptr<lane_call_run<V>> begin_call(const lane_calls<V>* before, path where, const void* type) {
  auto call = std::make_unique<lane_call_run<V>>();
  if (before)
    for (const auto& node : before->nodes)
      if (node->where.hash() == where.hash() && node->type == type) call->before = node.get();
  call->after = call->before ? std::make_shared<lane_instances<V>>(*call->before) : std::make_shared<lane_instances<V>>(lane_instances<V>{std::move(where), type});
  return call;
}
// Whether two structures are equal, also in which sites have one value for all lanes.
inline bool is_same_layout(const schema& a, const schema& b) {
  if (!(a == b)) return false;
  for (std::size_t k = 0; k < a.slots().size(); ++k)
    if (a.slots()[k].shared != b.slots()[k].shared) return false;
  return true;
}
// The site at `where`, of which the first `depth` components lead to the run: in `column`, or (null) of the run itself.
template <class V>
struct site_in_lanes {
  const lane_column<V>* column = nullptr;
  std::uint32_t site = site::none;
};
template <class V>
site_in_lanes<V> find_in_lanes(const schema& run, const lane_calls<V>* calls, const path& where, std::size_t depth = 0) {
  if (const auto k = run.find(where.without_front(depth).hash()); k >= 0) return {nullptr, static_cast<std::uint32_t>(k)};
  for (std::size_t j = 0; calls && j < calls->nodes.size(); ++j) {
    const auto& node = *calls->nodes[j];
    const std::size_t n = node.where.size();
    if (where.size() <= n || !where.starts_with(node.where)) continue;
    const path_component next = where.parts()[n];
    if (!next.is_index() || next.index < 0 || static_cast<std::size_t>(next.index) >= node.columns.size()) continue;
    const auto& column = *node.columns[static_cast<std::size_t>(next.index)];
    const auto found = find_in_lanes(*column.structure, column.calls.get(), where, n + 1);
    if (found.site != site::none) return {found.column ? found.column : &column, found.site};
  }
  return {};
}
template <class V>
struct lane_operation {
  std::size_t blocks = 0, first_lane = 0;
  const schema* structure = nullptr;  // before; null: there was none
  lane_run<V> root = {};
  std::vector<std::uint64_t> run_all = {};  // calls of which all instances run
  bool lost_track = false;                  // what was in an instance is elsewhere, or might be

  std::size_t block_of(const run_place& place) const { return (place.first_lane - first_lane) / static_cast<std::size_t>(lanes_of<V>); }
  bool runs_all(std::uint64_t call) const {
    for (const auto c : run_all)
      if (c == call) return true;
    return false;
  }
  // Whether some block would have run more.
  static bool needs_more(const lane_run<V>& run) {
    for (const auto& c : run.calls) {
      if (c->needs_all) return true;
      for (const auto& e : c->entries)
        if (needs_more(e->inner)) return true;
    }
    return false;
  }
  // Whether it has to be done again; forgets what it found.
  bool again() {
    const std::size_t known = run_all.size();
    collect(root);
    root.calls.clear();
    return run_all.size() > known;
  }

 private:
  void collect(const lane_run<V>& run) {
    for (const auto& c : run.calls) {
      if (c->needs_all) run_all.push_back(c->after->where.hash());
      for (const auto& e : c->entries) collect(e->inner);
    }
  }
};
// Where the handler of a block is in it.
template <class V>
struct lane_instance_run;
template <class V>
struct lane_place {
  lane_operation<V>* operation = nullptr;
  lane_run<V>* run = nullptr;  // null: instances are scopes of the run
  std::size_t next = 0;        // call
  mask_of<V> unreached = mask_of<V>(false);  // where a constraint for a choice of an instance did not reach it
  const argument_context* arguments = nullptr;

  // Of a choice that is new: whether it was elsewhere, in an instance or outside.
  void look_for(const path& where) const;
  void add_unreached(const lane_place& inner, const lane_instance_run<V>& r, const schema& now, const tile<V>& numbers, const run_place& place);
};

// A run of one instance in one block.
template <class V>
struct lane_instance_run : instance_address {
  structure_walk& walk;
  tile_storage<V>* storage;  // of the first block, which finds the structure; null: the others
  tile<V> numbers;
  lane_entry<V>& entry;
  lane_place<V> kept;
  std::size_t block;

  const schema* old_structure() const { return entry.before ? entry.before->structure.get() : nullptr; }
  tile<const V> old_numbers() const { return entry.before ? entry.before->block(block) : tile<const V>{}; }
  site_plan* new_plan() const { return (entry.plan = std::make_unique<site_plan>()).get(); }
  const site_plan* plan() const { return entry.plan.get(); }
};

template <class V>
void lane_place<V>::look_for(const path& where) const {
  if (!operation || !operation->structure || operation->lost_track) return;
  operation->lost_track = find_in_lanes(*operation->structure, operation->root.before, where).site != site::none;
}
template <class V>
void lane_place<V>::add_unreached(const lane_place& inner, const lane_instance_run<V>& r, const schema& now, const tile<V>& numbers, const run_place& place) {
  const site_plan* const plan = r.plan();
  const auto step_of = [&](std::uint32_t j) { return plan && j < plan->size() ? (*plan)[j] : site_step(); };
  unreached = unreached | inner.unreached | lanes_unreached(now, numbers, place, step_of);
}

// Keeps none while it lives.
template <class V>
struct lanes_outside {
  lane_place<V>& place;
  lane_run<V>* run;
  explicit lanes_outside(lane_place<V>& p) : place(p), run(std::exchange(p.run, nullptr)) {}
  ~lanes_outside() { place.run = run; }
};

// The results of the first instances of a call in one block.
template <class V, class R>
struct lane_results final : result_source {
  const std::shared_ptr<lane_instances<V>>* node;
  std::size_t block;
  lane_results(const std::shared_ptr<lane_instances<V>>* n, std::size_t b) : node(n), block(b) {}
  const void* at(std::size_t i) const override { return &static_cast<const result_column<R>*>((*node)->columns[i]->results.get())->cells[block]; }
  std::shared_ptr<const result_source> persistent() const override {
    struct owner {
      std::shared_ptr<lane_instances<V>> node;
      lane_results view;
      owner(std::shared_ptr<lane_instances<V>> n, std::size_t b) : node(std::move(n)), view(&node, b) {}
    };
    auto own = std::make_shared<owner>(*node, block);
    return {own, &own->view};
  }
};
template <class R, class Memory>
inline constexpr char lane_tag = 0;

// A column in which each lane has values of its own at the sites of `which`.
template <class V>
column_ptr<V> own_lanes(const lane_column<V>& c, const std::vector<std::uint8_t>& which) {
  auto own = std::make_shared<lane_column<V>>();
  own->structure = std::make_shared<const schema>(c.structure->without_sharing(which));
  own->results = c.results, own->calls = c.calls, own->scores = c.scores, own->densities = c.densities;
  own->values.resize(c.scores.size() * own->structure->elements());
  own->shared.resize(own->structure->shared_elements());
  for (std::size_t b = 0; b < c.scores.size(); ++b) copy_values<V>(*c.structure, c.block(b), *own->structure, own->block(b));
  return own;
}

}  // namespace starling
