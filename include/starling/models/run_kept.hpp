#pragma once
// Running the instances of a call that a trace keeps: those that an update concerns, and no others.
//
// A policy says what instances depend on beside their choices:
//   using memory = …;                                  what it remembers of its arguments
//   void compare(Node&, const argument_context*, instance_set&)   compares with the memory, brings it up to date, adds what changed
//   static constexpr bool chained                      instance i + 1 depends on the result of instance i, where feeds(before, now)
//
// Where instances have to be scored again but keep their values, many are at once, in the lanes of a pack (rescore_wide.hpp).
#include <starling/models/handler.hpp>
#include <starling/models/rescore_wide.hpp>

namespace starling {

template <class Derived, real V, class Walk, bool Draws, bool Examines>
void handler<Derived, V, Walk, Draws, Examines>::remove_calls(std::size_t end) {
  auto& nodes = kept_.calls->nodes;
  while (end > kept_.next) {
    --end;
    self().lose(*nodes[end]);
    kept_.undo->steps.push_back({kept_undo::step::kind::removed, kept_.calls, end, nullptr, std::move(nodes[end])});
    nodes.erase(nodes.begin() + static_cast<std::ptrdiff_t>(end));
  }
}

template <class Derived, real V, class Walk, bool Draws, bool Examines>
template <class Node>
Node& handler<Derived, V, Walk, Draws, Examines>::find_kept() {
  if (!kept_.calls) {
    *kept_.home = std::make_unique<kept_calls>();
    kept_.calls = kept_.home->get();
  }
  auto& nodes = kept_.calls->nodes;
  for (std::size_t j = kept_.next; j < nodes.size(); ++j) {
    if (nodes[j]->where().hash() != scope_hash_ || nodes[j]->type() != &Node::tag) continue;
    remove_calls(j);
    return static_cast<Node&>(*nodes[kept_.next++]);
  }
  const auto at = nodes.insert(nodes.begin() + static_cast<std::ptrdiff_t>(kept_.next), std::make_unique<Node>(here()));
  kept_.undo->steps.push_back({kept_undo::step::kind::added, kept_.calls, kept_.next++, nullptr, nullptr});
  return static_cast<Node&>(**at);
}

template <class Derived, real V, class Walk, bool Draws, bool Examines>
template <class R, class Policy, class F>
results<R> handler<Derived, V, Walk, Draws, Examines>::run_kept(std::size_t n, Policy& policy, F& f, bool same_arguments) {
  constexpr bool rescores_wide = [] {
    if constexpr (!Derived::can_skip || std::decay_t<Policy>::chained) return false;
    else return runs_wide<native_pack<double>, R, F>;
  }();
  using node_type = kept_results<R, typename std::decay_t<Policy>::memory>;
  auto& node = find_kept<node_type>();
  kept_undo& undo = *kept_.undo;
  const std::uint32_t k = walk_.claim_instances();
  if (growth_ && walk_.growing()) [[unlikely]] fit();

  instance_set& todo = node.todo();
  todo.clear();
  if constexpr (Derived::can_skip) self().add_touched(node, todo);
  else todo.add_all();
  [[maybe_unused]] const bool none_touched = !todo.all() && todo.some().empty();
  node.compare_parameters(version_of(parameters_), todo, undo);
  if (!same_arguments) policy.compare(node, arguments_, todo, undo);
  for (std::size_t i = n; i < node.size(); ++i) self().lose_instance(node, i);
  node.begin(n, undo);
  const std::size_t old_size = node.size();
  V fresh(0);

  // Runs instance i; whether that changed what the next one depends on.
  const auto run_one = [&](std::size_t i) {
    const bool is_new = i >= node.size();
    static const std::shared_ptr<const schema> none;
    const auto& expected = !is_new ? node[i].structure : i > 0 ? node[i - 1].structure : none;
    auto& storage = node.scratch();
    if (expected) storage.fit(*expected);
    node.touch(undo);
    ++node.runs;
    const std::size_t first_changed = node.changed_sites().size();
    auto& calls = node.calls_of(i);
    structure_walk walk(expected, false);
    walk.lies_at([](const void* n, std::size_t instance) { return static_cast<const kept_instances*>(n)->path_of(instance); }, static_cast<const kept_instances*>(&node), i);
    const instance_run r{walk, storage, node, i, is_new ? nullptr : &node[i], node.changed_sites(), node.flags(),
                         hash_combine(scope_hash_, hash_index(static_cast<std::int64_t>(i))), kept_place{&undo, calls.get(), &calls, 0}};
    Derived child(self(), r);
    const R result = f(child, i, node.view(i));
    child.end_kept();
    node.reads_stores = node.reads_stores || child.reads_stores_;
    std::shared_ptr<const schema> changed;  // null: it is as expected
    if (const auto& found = walk.finish(); found != expected) {
      changed = node.known(found);
      storage.fit(*changed);
    }
    const schema* const structure = changed ? changed.get() : expected.get();
    if (structure->has_indices_beside_calls()) [[unlikely]] starling::require_values_apart(*structure, calls.get(), r.where());
    if (child.problem().found && (!problem_.found || problem_.is_factor > child.problem().is_factor)) {
      problem_ = child.problem();
      if (!problem_.where) problem_.where = std::make_shared<const path>(r.where() / structure->path_of(problem_.site));
    }
    self().absorb(child, r, *structure, fresh);
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
      if (none_touched && n == old_size && !notes_) {
        const rescored done = rescore_wide<R>(node, f, parameters_, undo);
        first = done.instances;
        self().count_rescored(done);
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
  reads_stores_ = reads_stores_ || node.reads_stores;
  add(k, V(node.total()));
  self().count_instances(k, V(node.total()), fresh);
  return node.view(n);
}

}  // namespace starling
