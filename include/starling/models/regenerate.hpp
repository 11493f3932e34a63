#pragma once
// regenerate: draw the selected choices anew, keep the others.
// log weight = Σ over retained choices (in both traces, not selected; and factors) of new − old log density.
// Selected, new and removed choices cancel. Metropolis–Hastings accepts on this weight alone.
#include <starling/models/update.hpp>
#include <starling/traces/selection.hpp>

namespace starling {

// Nothing where it lost track of instances (lay_flat.hpp).
template <class G, class Arguments>
std::optional<double> regenerate_once(trace<G, Arguments>& t, const std::shared_ptr<const Arguments>& as, const selection& s, const key& k,
                                      const run_place& place, const std::vector<std::uint8_t>* marks) {
  double weight = 0;
  const auto& next_args = *as;
  const bool done = t.advance(as, [&](const trace_state& old, trace_state& next, journal& j) {
    if (!marks) selected_sites(s, *old.structure, nullptr, 0, j.selected);
    const auto& selected = marks ? *marks : j.selected;
    structure_walk walk(old.structure, false);
    const auto& numbers = old.numbers;
    const old_values<double> before{old.structure.get(), {numbers.values.data(), numbers.shared.data(), numbers.densities.data()}};
    deciding_handler<double> h(walk, k, next.numbers, place, nullptr, before, selected, &s);
    t.keep_instances_of(h);
    auto value = trace<G, Arguments>::run(t.model(), h, next_args);
    finish_run(walk, h, next);
    append_redrawn(selected, *old.structure, *next.structure, j.changed);
    if (next.structure != old.structure) append_removed(*old.structure, *next.structure, j.changed);
    j.is_lost = j.lost_track(old, *next.structure, s);
    if (j.is_lost) return value;
    h.charge(factors_from(h.factors_met(), *old.structure, old.numbers.densities.data()));
    weight = h.weight();
    return value;
  });
  return done ? std::optional(weight) : std::nullopt;
}
template <class G, class Arguments>
double regenerate_into(trace<G, Arguments>& t, const std::shared_ptr<const Arguments>& as, const selection& s, const key& k,
                       const run_place& place = {}, const std::vector<std::uint8_t>* marks = nullptr) {
  return keeping_track(t, [&] { return regenerate_once(t, as, s, k, place, marks); });
}

// Draws the selected choices anew. A trace that is moved in is changed in place, as in update.
template <trace_type T>
auto regenerate(T&& given, const selection& s, const key& k) {
  return changed_trace(std::forward<T>(given), [&](auto& t) { return regenerate_into(t, t.shared_args(), s, k); });
}

// The same with new arguments.
template <trace_type T>
auto regenerate(T&& given, const typename std::remove_cvref_t<T>::arguments_type& as, const selection& s, const key& k) {
  return changed_trace(std::forward<T>(given), [&](auto& t) {
    return regenerate_into(t, std::make_shared<const typename std::remove_cvref_t<T>::arguments_type>(as), s, k);
  });
}

// N lanes at once, with the arguments `as`. A batch that is moved in and throws is as before.
template <batch_type B>
auto regenerate(B&& given, std::shared_ptr<const typename std::remove_cvref_t<B>::arguments_type> as, const selection& s, const key& k) {
  using V = typename std::remove_cvref_t<B>::pack_type;
  site_plan plan;
  const auto is_split = [&](const schema& before, std::uint32_t i) { return s.contains(before.path_of(i)); };
  return changed_batch(std::forward<B>(given), std::move(as), is_split, touched_by_selection{s}, [&](auto&, const batch_before<V>& before, std::vector<V>& weights, auto&& run) {
    const auto selected = selected_sites(s, *before.structure);
    std::uint32_t met = 0;
    const auto weight_of = [&](auto& h, const tile<V>& now, std::size_t block) {
      h.charge(factors_gone<V>(*before.structure, before.block(block), met, h.structure(), now));
      return h.weight();
    };
    run(
        [&](structure_walk& walk, tile_storage<V>& storage, const run_place& place, auto done) {
          deciding_handler<V> h(walk, k, storage, {{before.structure.get(), before.block(0)}, selected, &s}, place, &plan);
          done(h);
          met = h.factors_met();
          weights[0] = weight_of(h, storage.view(), 0);
        },
        [&](structure_walk& walk, tile<V> t, const run_place& place, std::size_t block, auto done) {
          deciding_handler<V> h(walk, k, t, place, plan, {{before.structure.get(), before.block(block)}, true});
          done(h);
          weights[block] = weight_of(h, t, block);
        },
        [&](std::uint32_t i) { return selected[i] != 0; });
  });
}
template <batch_type B>
auto regenerate(B&& given, const selection& s, const key& k) {
  return regenerate(std::forward<B>(given), given.shared_args(), s, k);
}
template <batch_type B>
auto regenerate(B&& given, const typename std::remove_cvref_t<B>::arguments_type& as, const selection& s, const key& k) {
  return regenerate(std::forward<B>(given), std::make_shared<const typename std::remove_cvref_t<B>::arguments_type>(as), s, k);
}

}  // namespace starling
