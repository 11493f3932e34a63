// Running the instances of a call that a trace keeps: those that an update concerns, and no others.
//
// A policy says what instances depend on beside their choices:
//   using memory = …;                                  what it remembers of its arguments
//   void compare(Node&, const argument_context*, instance_set&)   compares with the memory, brings it up to date, adds what changed
//   static constexpr bool chained                      instance i + 1 depends on the result of instance i, where feeds(before, now)
//
// Where instances have to be scored again but keep their values, many are at once, in the lanes of a pack (rescore_wide.hpp).
#pragma once

#include <starling/models/handler.hpp>
#include <starling/models/runs/rescore_wide.hpp>

namespace starling {

// Calls that were kept from `next` to `end` are no more.
template <class Handler>
void remove_calls(Handler& h, std::size_t end) {
  kept_place& place = h.keeping().place;
  auto& nodes = place.calls->nodes;
  while (end > place.next) {
    --end;
    h.lose(*nodes[end]);
    place.undo->steps.push_back({kept_undo::step::kind::removed, place.calls, end, nullptr, std::move(nodes[end])});
    nodes.erase(nodes.begin() + static_cast<std::ptrdiff_t>(end));
  }
}
// Ends a run that keeps instances.
template <class Handler>
void end_kept(Handler& h) {
  if (const auto& place = h.keeping().place; place.calls) remove_calls(h, place.calls->nodes.size());
}

// The node of the call that the body is in: the next of its kind there, or a new one.
template <class Node, class Handler>
Node& find_kept(Handler& h) {
  kept_place& place = h.keeping().place;
  if (!place.calls) {
    *place.home = std::make_unique<kept_calls>();
    place.calls = place.home->get();
  }
  auto& nodes = place.calls->nodes;
  for (std::size_t j = place.next; j < nodes.size(); ++j) {
    if (nodes[j]->where().hash() != h.parts().body.scope || nodes[j]->type() != &Node::tag) continue;
    remove_calls(h, j);
    return static_cast<Node&>(*nodes[place.next++]);
  }
  const auto at = nodes.insert(nodes.begin() + static_cast<std::ptrdiff_t>(place.next), std::make_unique<Node>(h.here()));
  place.undo->steps.push_back({kept_undo::step::kind::added, place.calls, place.next++, nullptr, nullptr});
  return static_cast<Node&>(**at);
}

template <class R, class Handler, class Policy, class F>
results<R> run_kept(Handler& h, std::size_t n, Policy& policy, F& f, bool same_arguments = false) {
  using V = typename Handler::real;
  constexpr bool rescores_wide = [] {
    if constexpr (std::decay_t<Policy>::chained) return false;
    else return runs_wide<native_pack<double>, R, std::remove_const_t<F>>;
  }();
  using node_type = kept_results<R, typename std::decay_t<Policy>::memory>;
  auto& run = h.parts();
  auto& node = find_kept<node_type>(h);
  kept_undo& undo = *h.keeping().place.undo;
  const std::uint32_t k = run.body.walk.claim_instances();
  run.make_room();

  instance_set& todo = node.todo();
  todo.clear();
  h.add_touched(node.where(), node.size(), todo);
  [[maybe_unused]] const bool none_touched = !todo.all() && todo.some().empty();
  node.compare_parameters(version_of(run.parameters.store), todo, undo);
  if (!same_arguments) policy.compare(node, h.keeping().arguments, todo, undo);
  for (std::size_t i = n; i < node.size(); ++i) h.lose_instance(node, i);
  node.begin(n, undo);
  const std::size_t old_size = node.size();
  V fresh(0);

  // Runs instance i; whether that changed what the next one depends on.
  const auto run_one = [&](std::size_t i) {
    const bool is_new = i >= node.size();
    static const std::shared_ptr<const schema> none;
    const auto& expected = !is_new ? node[i].structure : i > 0 ? node[i - 1].structure
                                                               : none;
    auto& storage = node.scratch();
    if (expected) storage.fit(*expected);
    node.touch(undo);
    ++node.runs;
    const std::size_t first_changed = node.changed_sites().size();
    auto& calls = node.calls_of(i);
    structure_walk walk(expected, false);
    walk.lies_at([](const void* p, std::size_t instance) { return static_cast<const kept_instances*>(p)->path_of(instance); }, static_cast<const kept_instances*>(&node), i);
    const instance_run r{{node.where(), i, hash_combine(run.body.scope, hash_index(static_cast<std::int64_t>(i)))}, walk, storage, node, is_new ? nullptr : &node[i], node.changed_sites(), node.flags(), kept_place{&undo, calls.get(), &calls, 0}};
    Handler child(h, r);
    const R result = f(child, i, node.view(i));
    end_kept(child);
    node.reads_stores = node.reads_stores || child.parts().parameters.reads_stores;
    std::shared_ptr<const schema> changed;  // null: it is as expected
    if (const auto& found = walk.finish(); found != expected) {
      changed = node.known(found);
      storage.fit(*changed);
    }
    const schema* const structure = changed ? changed.get() : expected.get();
    if (structure->has_indices_beside_calls()) [[unlikely]]
      require_values_apart(*structure, calls.get(), r.where());
    bad_parameter& problem = run.found.problem;
    if (child.problem().found && (!problem.found || problem.is_factor > child.problem().is_factor)) {
      problem = child.problem();
      if (!problem.where) problem.where = std::make_shared<const path>(r.where() / structure->path_of(problem.site));
    }
    h.absorb(child, r, *structure, fresh);
    bool feeds = true;
    if (is_new) {
      node.append(changed ? std::move(changed) : expected, storage, child.score());
    } else {
      if constexpr (std::decay_t<Policy>::chained) feeds = policy.feeds(node.result(i), result);
      node.replace(i, std::move(changed), storage, child.score(), first_changed);
    }
    node.set_result(i, result);
    return feeds;
  };

  if (todo.all() || old_size == 0) {
    std::size_t first = 0;
    if constexpr (rescores_wide)
      if (none_touched && n == old_size && !run.found.notes) {
        const rescored done = rescore_wide<R>(node, f, run.parameters.store, undo);
        first = done.instances;
        h.count_rescored(done);
      }
    node.defer_sums();
    for (std::size_t i = first; i < n; ++i) run_one(i);
    node.settle_sums();
  } else {
    auto& some = todo.sorted();
    for (std::size_t j = 0, next = 0; j < some.size(); ++j) {
      if (some[j] < next) continue;  // it ran in the chain of one before
      next = some[j];
      bool go_on = true;
      while (go_on && next < old_size) {
        go_on = run_one(next++);
        if constexpr (!std::decay_t<Policy>::chained) go_on = false;
      }
    }
    for (std::size_t i = old_size; i < n; ++i) run_one(i);
  }
  run.parameters.reads_stores = run.parameters.reads_stores || node.reads_stores;
  run.add(k, V(node.total()));
  h.count_instances(k, V(node.total()), fresh);
  return node.view(n);
}

}  // namespace starling
