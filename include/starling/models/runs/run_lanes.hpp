#pragma once
// Running the instances of a call that a batch keeps: those that an operation concerns, and no others. The first block decides which they
// are and finds their structures, the others follow. Where one of these would run more, the operation is done again with all of them.
#include <starling/models/handler.hpp>

namespace starling {

template <class R, class Handler, class V, class F>
R run_lane_instance(Handler& h, lane_call_run<V>& call, lane_entry<V>& entry, const lane_results<V, R>& found, V& fresh, F& f) {
  auto& run = h.parts();
  static const std::shared_ptr<const schema> none;
  lane_operation<V>& operation = *h.keeping().operation;
  lane_column<V>& column = *entry.after;
  const bool finds = run.storage.growth != nullptr;
  const std::size_t i = entry.i, block = found.block;
  const lane_column<V>* const last = i > 0 ? call.after->columns[i - 1].get() : nullptr;
  const std::shared_ptr<const schema>& expected = !finds                         ? column.structure
                                                  : entry.before                 ? entry.before->structure
                                                  : last && !last->shared.size() ? last->structure
                                                                                 : none;
  tile_storage<V> storage;
  if (finds && expected) storage.fit(*expected);
  structure_walk walk(expected, !finds);
  const instance_address where{call.after->where, i, hash_combine(run.body.scope, hash_index(static_cast<std::int64_t>(i)))};
  walk.lies_at([](const void* place, std::size_t) { return static_cast<const instance_address*>(place)->where(); }, &where, 0);
  if (finds && entry.before) entry.inner.before = entry.before->calls.get();
  const lane_instance_run<V> r{where, walk, finds ? &storage : nullptr, finds ? storage.view() : column.block(block), entry, {&operation, &entry.inner, 0, mask_of<V>(false), h.keeping().arguments}, block};
  Handler child(h, r);
  const R result = f(child, i, results<R>(&found, i));
  end_lanes(child);
  if (finds) {
    column.structure = walk.finish();
    if (last && column.structure != last->structure && is_same_layout(*column.structure, *last->structure)) column.structure = last->structure;
    if (column.structure->has_indices_beside_calls()) operation.lost_track = true;
    storage.fit(*column.structure);
    column.make_room(operation.blocks);
    column.shared = std::move(storage.shared);
    const tile<V> to = column.block(0);
    for (std::size_t e = 0; e < storage.values.size(); ++e) to.values[e] = storage.values[e];
    for (std::size_t k = 0; k < storage.densities.size(); ++k) to.densities[k] = storage.densities[k];
    column.results = std::make_shared<result_column<R>>(operation.blocks);
    column.calls = entry.inner.result();
    call.after->reads_stores = call.after->reads_stores || child.parts().parameters.reads_stores;
    call.after->columns.set(i, entry.after);
  }
  column.scores[block] = child.score();
  const_cast<result_column<R>&>(static_cast<const result_column<R>&>(*static_cast<const result_column<R>*>(column.results.get()))).set(block, result);
  const tile<V> numbers = column.block(block);
  if (!column.structure->all_rivals().empty()) [[unlikely]]
    require_apart<V>(*column.structure, numbers, run.lanes.place.lanes - run.lanes.place.first_lane);
  bad_parameter& problem = run.found.problem;
  if (child.problem().found && (!problem.found || problem.is_factor > child.problem().is_factor)) {
    problem = child.problem();
    if (!problem.where) problem.where = std::make_shared<const path>(where.where() / column.structure->path_of(problem.site));
  }
  h.absorb_lanes(child, r, *column.structure, numbers, fresh);
  run.lanes.alive = run.lanes.alive & (child.score() > V(negative_infinity));
  return result;
}

template <class R, class Handler, class Policy, class F>
results<R> run_lanes(Handler& h, std::size_t n, Policy& policy, F& f) {
  using V = typename Handler::real;
  auto& parts = h.parts();
  auto& kept = h.keeping();
  using policy_type = std::decay_t<Policy>;
  using memory = typename policy_type::memory;
  lane_operation<V>& operation = *kept.operation;
  lane_run<V>& run = *kept.run;
  const bool finds = parts.storage.growth != nullptr;
  const std::size_t block = operation.block_of(parts.lanes.place);
  const std::uint32_t k = parts.body.walk.claim_instances();
  parts.make_room();

  if (finds) run.calls.push_back(begin_call(run.before, h.here(), &lane_tag<R, memory>));
  lane_call_run<V>& call = *run.calls[kept.next++];
  auto& columns = call.after->columns;
  const std::size_t old_size = call.before ? call.before->columns.size() : 0, still = old_size < n ? old_size : n;
  instance_set todo;
  if (finds) {
    auto known = call.before && call.before->memory ? std::make_shared<lane_memory<memory>>(*static_cast<const lane_memory<memory>*>(call.before->memory.get()))
                                                    : std::make_shared<lane_memory<memory>>();
    if constexpr (memory::has_lanes) known->blocks.resize(operation.blocks);
    if (!call.before || operation.runs_all(parts.body.scope)) todo.add_all();
    h.add_touched(call.after->where, old_size, todo);
    if (call.after->parameters != version_of(parts.parameters.store) || call.after->reads_stores) todo.add_all();
    call.after->parameters = version_of(parts.parameters.store);
    policy.template compare_some<false>(known->shared, kept.arguments, todo);
    call.after->memory = std::move(known);
    columns.truncate(n);
  }
  if constexpr (memory::has_lanes) {
    auto& known = const_cast<lane_memory<memory>&>(*static_cast<const lane_memory<memory>*>(call.after->memory.get()));
    instance_set here;
    policy.template compare_some<true>(known.blocks[block], nullptr, here);
    if (finds && here.all()) todo.add_all();
    if (finds)
      for (const auto i : here.some()) todo.add(i);
    else if (!call.runs(here, still)) call.need_all();
  }

  void* const place = arena::current().take<std::max_align_t>((sizeof(lane_results<V, R>) + sizeof(std::max_align_t) - 1) / sizeof(std::max_align_t));
  const auto& found = *::new (place) lane_results<V, R>(&call.after, block);
  const auto alive = parts.lanes.alive;
  V fresh(0);
  // Runs an instance; whether that changed what the next one depends on.
  const auto run_one = [&](lane_entry<V>& entry) {
    const R result = run_lane_instance<R>(h, call, entry, found, fresh, f);
    if constexpr (!policy_type::chained) return false;
    else return !entry.before || policy.feeds(static_cast<const result_column<R>*>(entry.before->results.get())->cells[block], result);
  };
  const auto alive_before = [&](std::size_t i) {
    if (i > 0 && i <= still) parts.lanes.alive = parts.lanes.alive & (call.before->sums.total(i, block) > V(negative_infinity));
  };
  if (finds) {
    const auto run_next = [&](std::size_t i) {
      if (call.entries.empty()) alive_before(i);
      auto& entry = *call.entries.emplace_back(std::make_unique<lane_entry<V>>(lane_entry<V>{i, i < still ? columns[i] : nullptr}));
      if (entry.before) h.split(entry, instance_address{call.after->where, i, 0}.where());
      return run_one(entry);
    };
    if (todo.all()) {
      for (std::size_t i = 0; i < still; ++i) run_next(i);
    } else {
      std::size_t next = 0;
      for (const auto first : todo.sorted()) {
        if (first < next) continue;  // it ran in the chain of one before
        next = first;
        bool go_on = true;
        while (go_on && next < still) {
          go_on = run_next(next++);
          if (policy_type::chained) call.entries.back()->stops = !go_on;
        }
      }
    }
    for (std::size_t i = still; i < n; ++i) run_next(i);
    std::vector<std::size_t> changed;
    for (const auto& e : call.entries) changed.push_back(e->i);
    call.sums = call.after->sums.plan(std::move(changed), n, operation.blocks, [&](std::size_t i) { return columns[i]->scores.data(); });
  } else {
    if (!call.entries.empty()) alive_before(call.entries.front()->i);
    for (std::size_t j = 0; j < call.entries.size(); ++j) {
      lane_entry<V>& entry = *call.entries[j];
      const bool feeds = run_one(entry);
      const bool next_runs = entry.i + 1 >= still || (j + 1 < call.entries.size() && call.entries[j + 1]->i == entry.i + 1);
      if (entry.stops && feeds && !next_runs) call.need_all();
    }
  }
  for (std::size_t i = n; i < old_size; ++i) h.lose_lanes(*call.before->columns[i], block);
  for (const auto& s : call.sums) s.run(block);
  parts.lanes.alive = alive;
  parts.parameters.reads_stores = parts.parameters.reads_stores || call.after->reads_stores;
  parts.add(k, call.after->sums.total(n, block));
  h.count_instances(k, call.after->sums.total(still, block), fresh);
  return {&found, n};
}

// Ends a run: calls that it did not visit are no more.
template <class Handler>
void end_lanes(Handler& h) {
  const auto& kept = h.keeping();
  if (!kept.run || !kept.run->before) return;
  const std::size_t block = kept.operation->block_of(h.parts().lanes.place);
  for (const auto& node : kept.run->before->nodes) {
    bool met = false;
    for (const auto& c : kept.run->calls) met = met || c->before == node.get();
    for (std::size_t i = 0; !met && i < node->columns.size(); ++i) h.lose_lanes(*node->columns[i], block);
  }
}

}  // namespace starling
