// One block of lanes of a structure that is found once: what proposals and auxiliary choices are drawn into, and scored in.
#pragma once

#include <memory>
#include <vector>

#include <starling/models/runs/current.hpp>
#include <starling/models/runs/deciding.hpp>

namespace starling {

// `run(handler)` runs the body, which by one handler is compiled once for all that follows.
template <class V>
struct lane_block {
  std::shared_ptr<const schema> structure;
  tile_storage<V> storage;
  std::vector<std::uint32_t> choices;  // the sites that are, and no factors
  site_plan standing;                  // every value is kept where it is

  // Finds the structure, by drawing.
  template <class Run>
  void find(const run_place& place, Run&& run) {
    const arena_scope scope;
    structure_walk walk(nullptr, false);
    deciding_handler<V> h(walk, key(0), storage, {}, place);
    run(h);
    structure = walk.finish();
    storage.fit(*structure);
    standing = stand_all(structure->sites().size());
    for (std::uint32_t k = 0; k < structure->sites().size(); ++k)
      if (structure->sites()[k].is_choice()) choices.push_back(k);
  }
  // Draws all choices; the log density of what was drawn. Throws where parameters are bad, if `strict`.
  template <class Run>
  V draw(const key& k, const run_place& place, Run&& run, bool strict = false) {
    structure_walk walk(structure, true);
    deciding_handler<V> h(walk, k, storage.view(), place);
    run(h);
    if (strict) throw_if_bad(h.problem(), *structure);
    return h.score();
  }
  // The log density of the values that stand in it.
  template <class Run>
  V score(const run_place& place, Run&& run) {
    structure_walk walk(structure, true);
    deciding_handler<V> h(walk, storage.view(), place, standing);
    run(h);
    return h.score();
  }

  // Of choice j.
  const site& at(std::size_t j) const { return structure->sites()[choices[j]]; }
  V* values(std::size_t j) { return storage.values.data() + structure->slots()[choices[j]].offset; }
  starling::current_choices<V> current_choices() const { return {*structure, {storage.values.data(), storage.shared.data(), nullptr}}; }
};

}  // namespace starling
