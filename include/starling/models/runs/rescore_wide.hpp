#pragma once
// Scoring kept instances again that keep their values, W at once in the lanes of a pack: for when an argument that all share changed.
#include <cstddef>
#include <cstdint>

#include <starling/models/kept/kept_instances.hpp>
#include <starling/models/runs/wide.hpp>

namespace starling {

// How many of the first instances were scored, and the sums of their scores.
struct rescored {
  std::size_t instances = 0;
  double before = 0, after = 0;
};

// f: what runs an instance, or W of them given a wide_index (map_step). Does nothing where instances are not alike or f's branches
// differ or visit other addresses, or where a density is not finite: one by one, bad parameters are found and named.
template <class R, class Node, class F>
rescored rescore_wide(Node& node, const F& f, const parameter_store* parameters, kept_undo& undo) {
  using P = native_pack<double>;
  constexpr std::size_t width = lanes_of<P>;
  const std::size_t n = node.size() / width * width;
  if (n < 2 * width || !node.are_alike()) return {};
  const schema& s = *node[0].structure;
  const auto sites = static_cast<std::uint32_t>(s.sites().size());
  auto* const each = arena::current().take<instance_place>(sites);
  for (std::uint32_t k = 0; k < sites; ++k) each[k] = {node.values(node[0]) + s.slots()[k].offset, static_cast<std::ptrdiff_t>(s.elements())};
  const instance_places places{each, sites, node.new_densities() + node[0].densities, static_cast<std::ptrdiff_t>(sites), parameters};
  double* const scores = node.new_scores();
  auto* const cells = node.new_results();
  P before(0.0), after(0.0);
  bool failed = false;
  const auto score = [&](const instance_places& where, std::size_t i) __attribute__((always_inline)) {
    wide_handler<P> h(where, i);
    spread_results<R>(f(h, wide_index<P>{i}, results<R>()), [&](std::size_t l, const R& r) { cells[i + l].value = r; });
    failed = failed | h.failed();
    before += P::load(scores + i);
    h.score().store(scores + i);
    after += h.score();
  };
  constexpr std::size_t part = 32 * width;  // whose vectors are in the arena together
  for (std::size_t first = 0; first < n && !failed; first += part) {
    const arena_scope scope;
    std::size_t i = first;
    if (i == 0) {  // the others visit what the first do
      instance_places checked = places;
      checked.structure = &s;
      score(checked, i);
      i += width;
    }
    for (const std::size_t last = n < first + part ? n : first + part; i < last; i += width) score(places, i);
  }
  const rescored done{n, sum(before), sum(after)};
  if (failed || !__builtin_isfinite(done.before) || !__builtin_isfinite(done.after)) return {};
  node.keep_anew(undo);
  node.runs += n;
  return done;
}

}  // namespace starling
