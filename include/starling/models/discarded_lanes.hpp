// What an operation on a batch overwrote or removed: a choice map with a value a lane, for the lanes in which that happened.
#pragma once

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include <starling/models/lanes_of_their_own.hpp>

namespace starling {

template <class V>
class discarded_lanes {
 public:
  struct change {
    std::uint32_t site;                 // of the state before
    std::vector<std::uint8_t> present;  // which lanes; empty: all
    lane_numbers<V> numbers;            // [block][element]; of a value that all lanes share, [element]
  };
  discarded_lanes(std::shared_ptr<const schema> structure, std::vector<change> changes, std::size_t lanes)
      : structure_(std::move(structure)), changes_(std::move(changes)), lanes_(lanes) {}

  // Where lanes differ in kind or size at an address it has several values, each for its lanes.
  choice_map choices() const {
    choice_map c;
    for (const auto& lost : changes_) {
      const site& s = structure_->sites()[lost.site];
      const std::size_t n = s.type.size(), count = s.shared && lost.present.empty() ? 1 : lanes_;
      std::vector<double> numbers(count * n);
      for (std::size_t l = 0; l < count; ++l)
        for (std::size_t e = 0; e < n; ++e) numbers[l * n + e] = number(s, lost, l, e);
      c.set(structure_->path_of(lost.site), choice_value(s.type, std::move(numbers), count == 1 && s.shared ? 0 : lanes_, lost.present));
    }
    return c;
  }
  operator choice_map() const { return choices(); }
  // What lane k lost.
  choice_map lane(std::size_t l) const {
    choice_map c;
    for (const auto& lost : changes_) {
      if (!lost.present.empty() && !lost.present.at(l)) continue;
      const site& s = structure_->sites()[lost.site];
      std::vector<double> numbers(s.type.size());
      for (std::size_t e = 0; e < numbers.size(); ++e) numbers[e] = number(s, lost, l, e);
      c.set(structure_->path_of(lost.site), choice_value(s.type, std::move(numbers)));
    }
    return c;
  }
  bool empty() const { return changes_.empty(); }
  std::size_t size() const { return changes_.size(); }

 private:
  static double number(const site& s, const change& lost, std::size_t lane, std::size_t element) {
    const std::size_t block = s.shared ? 0 : lane / lanes_of<V>;
    return static_cast<double>(lost.numbers[block * s.type.size() + element][static_cast<int>(lane % lanes_of<V>)]);
  }
  std::shared_ptr<const schema> structure_;
  std::vector<change> changes_;
  std::size_t lanes_;
};

// Which sites an operation set or drew anew: all(site) where that is the same in all lanes (nothing: it is not), else in which lanes of a
// block, some(site, place).
template <class All, class Some>
struct touched_sites {
  All all;
  Some some;
};

// What was overwritten or removed; `log`: of an operation in place.
template <class V, class All, class Some>
std::vector<typename discarded_lanes<V>::change> changed_lanes(const batch_before<V>& before, const batch_state<V>& after, std::size_t lanes,
                                                               const touched_sites<All, Some>& touched, overwritten<V>& log) {
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
    if (!here.is_conditional()) all_of_it = found < 0 ? true : after.structure->sites()[k].is_conditional() ? std::nullopt : touched.all(k);
    flags.clear();
    if (!all_of_it) {
      flags.resize(lanes);
      for (std::size_t b = 0; b < blocks; ++b) {
        auto m = lanes_present(old, before.block(b), j);
        if (found >= 0) m = m & (touched.some(k, run_place{b * width, lanes}) | !lanes_present(*after.structure, after.block(b), k));
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
  return changes;
}

template <class Batch, class V>
struct updated_batch {
  Batch traces;
  std::vector<double> weights;  // log weights, one a lane
  discarded_lanes<V> discard;
};

// A batch that comes from `given` by f(next batch, state before, weights, run), which gives run(first, rest, changes) what run_over takes
// and returns `touched_sites`. One that is moved in is changed in place while its structure stays; nothing is lost where it throws.
// `split`: sites of which lanes may now have values of their own.
template <class B, class Arguments, class Split, class F>
auto changed_batch(B&& given, std::shared_ptr<const Arguments> as, Split&& split, F&& f) {
  using batch_type = std::remove_cvref_t<B>;
  using V = typename batch_type::pack_type;
  auto own = split_lanes(std::as_const(given).state(), split);
  const batch_before<V> before(own ? *own : std::as_const(given).state());
  batch_type next(given.model(), std::move(as), given.size(), given.first_lane());
  std::vector<V> weights(next.blocks());
  overwritten<V> log;
  const auto touched = f(next, before, weights, [&](auto&& first, auto&& rest, auto&& changes) {
    if (own) return next.run_over(*own, first, rest, changes, log);
    if constexpr (std::is_same_v<B, batch_type>) next.run_over(given.state(), first, rest, changes, log);
    else next.run_all(before.structure, first, rest);
  });
  auto changes = changed_lanes(before, std::as_const(next).state(), next.size(), touched, log);
  const std::size_t lanes = next.size();
  auto w = column(weights, lanes);
  use_up(std::forward<B>(given));
  return updated_batch<batch_type, V>{std::move(next), std::move(w), {before.structure, std::move(changes), lanes}};
}

}  // namespace starling
