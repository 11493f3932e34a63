// What an operation on a batch overwrote or removed: a choice map with a value a lane, for the lanes in which that happened.
#pragma once

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include <starling/models/runs/batch_run.hpp>
#include <starling/models/lanes_of_their_own.hpp>
#include <starling/traces/selection.hpp>

namespace starling {

template <class V>
class discarded_lanes {
 public:
  struct change {
    std::uint32_t site;                 // of the state before
    std::vector<std::uint8_t> present;  // which lanes; empty: all
    lane_numbers<V> numbers;            // [block][element]; of a value that all lanes share, [element]
  };
  struct changed_sites {
    std::shared_ptr<const schema> structure;
    std::vector<change> changes;
  };
  discarded_lanes(changed_sites changes, std::size_t lanes) : lanes_(lanes) {
    found_->get([&] { return std::move(changes); });
  }
  // Found when somebody asks: where instances are kept.
  class later {
   public:
    virtual changed_sites find() const = 0;

   protected:
    ~later() = default;
  };
  discarded_lanes(std::shared_ptr<const later> how, std::size_t lanes) : later_(std::move(how)), lanes_(lanes) {}

  // Where lanes differ in kind or size at an address it has several values, each for its lanes.
  choice_map choices() const {
    choice_map c;
    const auto& [structure, changes] = found();
    for (const auto& lost : changes) {
      const site& s = structure->sites()[lost.site];
      const std::size_t n = s.type.size(), count = s.shared && lost.present.empty() ? 1 : lanes_;
      std::vector<double> numbers(count * n);
      for (std::size_t l = 0; l < count; ++l)
        for (std::size_t e = 0; e < n; ++e) numbers[l * n + e] = number(s, lost, l, e);
      c.set(structure->path_of(lost.site), choice_value(s.type, std::move(numbers), count == 1 && s.shared ? 0 : lanes_, lost.present));
    }
    return c;
  }
  operator choice_map() const { return choices(); }
  // What lane k lost.
  choice_map lane(std::size_t l) const {
    choice_map c;
    const auto& [structure, changes] = found();
    for (const auto& lost : changes) {
      if (!lost.present.empty() && !lost.present.at(l)) continue;
      const site& s = structure->sites()[lost.site];
      std::vector<double> numbers(s.type.size());
      for (std::size_t e = 0; e < numbers.size(); ++e) numbers[e] = number(s, lost, l, e);
      c.set(structure->path_of(lost.site), choice_value(s.type, std::move(numbers)));
    }
    return c;
  }
  bool empty() const { return found().changes.empty(); }
  std::size_t size() const { return found().changes.size(); }

 private:
  static double number(const site& s, const change& lost, std::size_t lane, std::size_t element) {
    const std::size_t block = s.shared ? 0 : lane / lanes_of<V>;
    return static_cast<double>(lost.numbers[block * s.type.size() + element][static_cast<int>(lane % lanes_of<V>)]);
  }
  const changed_sites& found() const {
    return found_->get([&] { return later_->find(); });
  }
  std::shared_ptr<found_once<changed_sites>> found_ = std::make_shared<found_once<changed_sites>>();
  std::shared_ptr<const later> later_;
  std::size_t lanes_;
};

// Which sites an operation set or drew anew: all(schema, site) where that is the same in all lanes (nothing: it is not), else in which
// lanes of a block, some(schema, site, place); place.lanes: of the whole batch.
struct touched_by_constraints {
  const choice_map* constraints;
  std::shared_ptr<const choice_map> own = nullptr;
  touched_by_constraints kept() const {
    auto copy = std::make_shared<const choice_map>(*constraints);
    return {copy.get(), copy};
  }
  constraint_ref of(const schema& s, std::uint32_t k) const {
    const site& here = s.sites()[k];
    return constraints->of_type(here.full, here.type.code(), constraints->find(here.full, here.parent, here.last_index));
  }
  std::optional<bool> all(const schema& s, std::uint32_t k) const {
    const auto c = of(s, k);
    return c.present ? std::nullopt : std::optional(static_cast<bool>(c));
  }
  template <class V>
  mask_of<V> some(const schema& s, std::uint32_t k, const run_place& place) const {
    return lanes_given<V>(of(s, k), place);
  }
};
struct touched_by_selection {
  selection selected;
  const touched_by_selection& kept() const { return *this; }
  std::optional<bool> all(const schema& s, std::uint32_t k) const { return selected.contains(s.path_of(k)); }
  template <class V>
  mask_of<V> some(const schema& s, std::uint32_t k, const run_place&) const {
    return mask_of<V>(selected.contains(s.path_of(k)));
  }
};

// What was overwritten or removed; `log`: of an operation in place.
template <class V, class Touched>
typename discarded_lanes<V>::changed_sites changed_lanes(const batch_before<V>& before, const batch_state<V>& after, std::size_t first, std::size_t lanes,
                                                         const Touched& touched, overwritten<V>& log) {
  constexpr std::size_t width = lanes_of<V>;
  std::vector<typename discarded_lanes<V>::change> changes;
  const schema& old = *before.structure;
  const std::size_t blocks = after.scores.size();
  std::vector<std::uint8_t> flags;
  auto logged = log.sites.begin();
  for (std::uint32_t j = 0; j < old.sites().size(); ++j) {
    const site& here = old.sites()[j];
    if (!here.is_choice()) continue;
    const std::int64_t found = before.structure == after.structure ? j : after.structure->find(here.full, here.type);
    const auto k = static_cast<std::uint32_t>(found);
    std::optional<bool> all_of_it;
    if (!here.is_conditional()) all_of_it = found < 0 ? true : after.structure->sites()[k].is_conditional() ? std::nullopt
                                                                                                            : touched.all(*after.structure, k);
    flags.clear();
    if (!all_of_it) {
      flags.resize(lanes);
      for (std::size_t b = 0; b < blocks; ++b) {
        auto m = lanes_present(old, before.block(b), j);
        if (found >= 0) m = m & (touched.template some<V>(*after.structure, k, run_place{first + b * width, first + lanes}) | !lanes_present(*after.structure, after.block(b), k));
        write_flags(m, std::min(width, lanes - b * width), flags.data() + b * width);
      }
      std::size_t count = 0;
      for (const auto f : flags) count += f;
      all_of_it = count != 0;
      if (count == lanes) flags.clear();
    }
    if (!*all_of_it) continue;
    if (log.in_place && !here.shared) {
      while (logged->site != j) ++logged;
      changes.push_back({j, flags, std::move(logged->values)});
      continue;
    }
    const std::size_t n = here.type.size(), copies = here.shared ? 1 : blocks;
    lane_numbers<V> numbers(copies * n);
    for (std::size_t b = 0; b < copies; ++b)
      for (std::size_t e = 0; e < n; ++e) numbers[b * n + e] = before.block(b).at(here)[e];
    changes.push_back({j, flags, std::move(numbers)});
  }
  return {before.structure, std::move(changes)};
}

template <class Batch, class V>
struct updated_batch {
  Batch traces;
  std::vector<double> weights;  // log weights, one a lane
  discarded_lanes<V> discard;
};

// The same later, from copies of what the batch was and is.
template <class V, class Touched>
struct changed_lanes_later final : discarded_lanes<V>::later {
  batch_state<V> before, after;
  Touched touched;
  std::size_t first, lanes;
  changed_lanes_later(batch_state<V> b, batch_state<V> a, Touched t, std::size_t f, std::size_t n)
      : before(std::move(b)), after(std::move(a)), touched(t.kept()), first(f), lanes(n) {}
  typename discarded_lanes<V>::changed_sites find() const override {
    const auto was = flat_state(before), is = flat_state(after);
    overwritten<V> nothing;
    return changed_lanes(batch_before<V>(was), is, first, lanes, touched, nothing);
  }
};

// A batch that comes from `given` by f(next batch, state before, weights, run), which gives run(first, rest, changes) what batch_run::over takes.
// One that is moved in is changed in place while its structure stays; nothing is lost where it throws. `split(schema, site)`: of which
// sites lanes may now have values of their own.
template <class B, class Arguments, class Split, class Touched, class F>
auto changed_batch(B&& given, std::shared_ptr<const Arguments> as, Split&& split, const Touched& touched, F&& f) {
  using batch_type = std::remove_cvref_t<B>;
  using V = typename batch_type::pack_type;
  const std::size_t lanes = given.size(), first_lane = given.first_lane();
  const bool same_arguments = as == given.shared_args();
  batch_type next(given.model(), std::move(as), lanes, first_lane);
  if (same_arguments) next.has_arguments_of(given);
  std::vector<V> weights(next.blocks());
  overwritten<V> log;
  // From a state, which is the batch's own (`owner` is it, if it may be written over) or made for this.
  const auto from = [&](const batch_state<V>& state, batch_state<V>* owner) {
    auto own = split_lanes(state, [&](std::uint32_t k) { return split(*state.structure, k); });
    const batch_state<V>& start = own ? *own : state;
    const batch_before<V> before(start);
    bool done = true;
    f(next, before, weights, [&](auto&& first, auto&& rest, auto&& changes) {
      if (start.calls) done = batch_run(next).from(&start, first, rest);
      else if (own) done = batch_run(next).over(*own, first, rest, changes, log);
      else if (owner) done = batch_run(next).over(*owner, first, rest, changes, log);
      else done = batch_run(next).from(&start, first, rest);
    });
    using discard = discarded_lanes<V>;
    if (!done) return std::optional<discard>();
    const batch_state<V>& after = std::as_const(next).kept_state();
    if (start.calls || after.calls) return std::optional<discard>(discard(std::make_shared<changed_lanes_later<V, Touched>>(start, after, touched, first_lane, lanes), lanes));
    return std::optional<discard>(discard(changed_lanes(before, after, first_lane, lanes, touched, log), lanes));
  };
  batch_state<V>* owner = nullptr;
  if constexpr (std::is_same_v<B, batch_type>) owner = &given.kept_state();
  auto discard = from(std::as_const(given).kept_state(), owner);
  if (!discard) {
    auto flat = flat_state(std::as_const(given).kept_state());
    discard = from(flat, nullptr);
  }
  auto w = column(weights, lanes);
  use_up(std::forward<B>(given));
  return updated_batch<batch_type, V>{std::move(next), std::move(w), std::move(*discard)};
}

}  // namespace starling
