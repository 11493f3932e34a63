// Running an operation over all blocks of a batch.
#pragma once

#include <utility>

#include <starling/execution/executor.hpp>
#include <starling/models/batch.hpp>

namespace starling {

template <class Batch>
class batch_run {
 public:
  using V = typename Batch::pack_type;
  explicit batch_run(Batch& b) : b_(b), state_(b.kept_state()) {}

  // Runs the body over all blocks: the first finds (or confirms) the structure, starting from that of `before` (null: from none), the
  // others follow it on all cores. first(walk, storage, place) and rest(walk, tile, place, block) make the handler and give it to the
  // callback `done(handler)`, which runs it. Throws parameter_error for the first lane whose distributions got bad parameters. False where
  // choices have moved into instances that are kept, or out of them: it is to be done with none kept.
  template <class First, class Rest>
  bool from(const batch_state<V>* before, First&& first, Rest&& rest) {
    return repeat(before, [&](const lane_place<V>& kept) {
      bad_parameter bad;
      auto storage = find_structure(before, first, kept, bad);
      if (operation_lost(kept)) return;
      make_room();
      follow(storage, rest, kept, bad, [](std::size_t) {});
    });
  }
  // The same from nothing.
  template <class First, class Rest>
  void anew(First&& first, Rest&& rest) {
    if (from(nullptr, first, rest)) return;
    const batch_state<V> nothing_kept;
    from(&nothing_kept, first, rest);
  }
  // The same on the numbers of `given`, in place while the structure stays: the values of the sites that `changes(site)` names go to `log`.
  // Where it throws or is false `given` is as before.
  template <class First, class Rest, class Changes>
  bool over(batch_state<V>& given, First&& first, Rest&& rest, Changes&& changes, overwritten<V>& log) {
    return repeat(&given, [&](const lane_place<V>& kept) {
      bad_parameter bad;
      auto storage = find_structure(&given, first, kept, bad);
      if (operation_lost(kept)) return;
      log = {};
      if (state_.structure != given.structure || given.structure->is_conditional()) {
        make_room();
        return follow(storage, rest, kept, bad, [](std::size_t) {});
      }
      const schema& s = *state_.structure;
      for (std::uint32_t k = 0; k < s.sites().size(); ++k)
        if (s.sites()[k].is_choice() && !s.sites()[k].shared && changes(k)) log.sites.push_back({k, lane_numbers<V>(b_.blocks() * s.sites()[k].type.size())});
      log.saved.assign(b_.blocks(), 0);
      log.in_place = true;
      state_.densities.resize(given.densities.size());
      state_.values.swap(given.values);
      const auto take_back = [&] {
        log.take_back(s, state_.values.data());
        state_.values.swap(given.values);
      };
      try {
        follow(storage, rest, kept, bad, [&](std::size_t b) { log.save(s, b, state_.block(b).values); });
      } catch (...) {
        take_back();
        throw;
      }
      if (needs_more(kept)) take_back();
    });
  }

 private:
  // Runs f(kept), again where some block would run more instances than the first found.
  template <class F>
  bool repeat(const batch_state<V>* before, F&& f) {
    lane_operation<V> operation{b_.blocks(), b_.first_lane()};
    const argument_context arguments = b_.context();
    state_.keeps = !before || before->keeps;
    if (before && before->keeps) operation.structure = before->structure.get(), operation.root.before = before->calls.get();
    do {
      f(lane_place<V>{&operation, state_.keeps ? &operation.root : nullptr, 0, mask_of<V>(false), &arguments});
      if (operation.lost_track) return false;
      b_.set_calls(operation.root.result());
    } while (operation.again());
    return true;
  }
  static bool operation_lost(const lane_place<V>& kept) { return kept.operation->lost_track; }
  static bool needs_more(const lane_place<V>& kept) { return kept.operation->needs_more(kept.operation->root); }
  // Runs the first block.
  template <class First>
  tile_storage<V> find_structure(const batch_state<V>* before, First& first, const lane_place<V>& kept, bad_parameter& bad) {
    static const std::shared_ptr<const schema> none;
    const auto& expected = before ? before->structure : none;
    tile_storage<V> storage;
    structure_walk walk(expected, false);
    if (expected) storage.fit(*expected);
    const arena_scope scope;
    first(walk, storage, b_.place(0), [&](auto& h) { execute(h, 0, kept, bad); });
    state_.structure = walk.finish();
    storage.fit(*state_.structure);
    if (!kept.operation->root.calls.empty() && state_.structure->has_indices_beside_calls()) kept.operation->lost_track = true;
    return storage;
  }
  void make_room() {
    state_.values.resize(b_.blocks() * state_.structure->elements());
    state_.densities.resize(b_.blocks() * state_.structure->sites().size());
  }
  // Runs the others. `begin(block)` comes before a block is written.
  template <class Rest, class Begin>
  void follow(tile_storage<V>& storage, Rest& rest, const lane_place<V>& kept, bad_parameter& bad, Begin&& begin) {
    begin(0);
    std::copy(storage.values.begin(), storage.values.end(), state_.values.begin());
    std::copy(storage.densities.begin(), storage.densities.end(), state_.densities.begin());
    state_.shared = std::move(storage.shared);
    const auto require_apart_in = [&](std::size_t b) {
      if (!state_.structure->all_rivals().empty()) [[unlikely]]
        require_apart<V>(*state_.structure, state_.block(b), b_.size() - b * Batch::width);
    };
    require_apart_in(0);
    parallel_for(b_.blocks() - 1, [&](std::size_t i) {
      const std::size_t b = i + 1;
      structure_walk walk(state_.structure, true);
      const arena_scope scope;
      bad_parameter here;
      begin(b);
      rest(walk, state_.block(b), b_.place(b), b, [&](auto& h) { execute(h, b, kept, here); });
      require_apart_in(b);
      bad.keep_first_of_threads(here);
    });
    if (!needs_more(kept)) throw_if_bad(bad, *state_.structure);
  }
  template <class Handler>
  void execute(Handler& h, std::size_t block, const lane_place<V>& kept, bad_parameter& bad) {
    h.keeping() = kept;
    b_.values()[block] = Batch::run(b_.model(), h, b_.args(), b_.place(block));
    end_lanes(h);
    state_.scores[block] = h.score();
    bad.keep_first(h.problem());
  }

  Batch& b_;
  batch_state<V>& state_;
};

}  // namespace starling
