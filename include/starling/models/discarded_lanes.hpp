// What an operation on a batch overwrote or removed: a choice map with a value a lane, for the lanes in which that happened.
#pragma once

#include <memory>
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
  };
  discarded_lanes(batch_state<V> before, std::vector<change> changes, std::size_t lanes)
      : before_(std::move(before)), changes_(std::move(changes)), lanes_(lanes) {}

  // Where lanes differ in kind or size at an address it has several values, each for its lanes.
  choice_map choices() const {
    choice_map c;
    for (const auto& [k, present] : changes_) {
      const site& s = before_.structure->sites()[k];
      const std::size_t n = s.type.size(), count = s.shared && present.empty() ? 1 : lanes_;
      std::vector<double> numbers(count * n);
      for (std::size_t l = 0; l < count; ++l)
        for (std::size_t e = 0; e < n; ++e)
          numbers[l * n + e] = static_cast<double>(before_.block(l / lanes_of<V>).at(s)[e][static_cast<int>(l % lanes_of<V>)]);
      c.set(before_.structure->path_of(k), choice_value(s.type, std::move(numbers), count == 1 && s.shared ? 0 : lanes_, present));
    }
    return c;
  }
  operator choice_map() const { return choices(); }
  // What lane k lost.
  choice_map lane(std::size_t l) const {
    choice_map c;
    for (const auto& [k, present] : changes_) {
      if (!present.empty() && !present.at(l)) continue;
      const site& s = before_.structure->sites()[k];
      std::vector<double> numbers(s.type.size());
      for (std::size_t e = 0; e < numbers.size(); ++e)
        numbers[e] = static_cast<double>(before_.block(l / lanes_of<V>).at(s)[e][static_cast<int>(l % lanes_of<V>)]);
      c.set(before_.structure->path_of(k), choice_value(s.type, std::move(numbers)));
    }
    return c;
  }
  bool empty() const { return changes_.empty(); }
  std::size_t size() const { return changes_.size(); }

 private:
  batch_state<V> before_;
  std::vector<change> changes_;
  std::size_t lanes_;
};

// touched(k, place): the lanes of a block (from the batch's own lane place.first_lane on) in which the operation set or drew anew
// the choice whose site in `after` is k.
template <class V, class F>
std::vector<typename discarded_lanes<V>::change> changed_lanes(const batch_state<V>& before, const batch_state<V>& after, std::size_t lanes, F&& touched) {
  constexpr std::size_t width = lanes_of<V>;
  std::vector<typename discarded_lanes<V>::change> changes;
  const schema& old = *before.structure;
  for (std::uint32_t j = 0; j < old.sites().size(); ++j) {
    if (!old.sites()[j].is_choice()) continue;
    const std::int64_t k = before.structure == after.structure ? j : after.structure->find(old.sites()[j].full, old.sites()[j].type);
    std::vector<std::uint8_t> flags(lanes);
    for (std::size_t b = 0; b < before.scores.size(); ++b) {
      auto m = lanes_present(old, before.block(b), j);
      if (k >= 0) {
        const auto site = static_cast<std::uint32_t>(k);
        m = m & (touched(site, run_place{b * width, lanes}) | !lanes_present(*after.structure, after.block(b), site));
      }
      write_flags(m, std::min(width, lanes - b * width), flags.data() + b * width);
    }
    std::size_t count = 0;
    for (const auto f : flags) count += f;
    if (count == 0) continue;
    if (count == lanes) flags.clear();
    changes.push_back({j, std::move(flags)});
  }
  return changes;
}

template <class Batch, class V>
struct updated_batch {
  Batch traces;
  std::vector<double> weights;  // log weights, one a lane
  discarded_lanes<V> discard;
};

// A batch that comes from `given` by f(next batch, state before, weights), which runs all blocks and returns `touched`. It is written
// beside the old one, so that nothing is lost where it throws. `split`: sites of which lanes may now have values of their own.
template <class B, class Arguments, class Split, class F>
auto changed_batch(B&& given, std::shared_ptr<const Arguments> as, Split&& split, F&& f) {
  using batch_type = std::remove_cvref_t<B>;
  using V = typename batch_type::pack_type;
  auto own = split_lanes(std::as_const(given).state(), split);
  const batch_state<V>& before = own ? *own : std::as_const(given).state();
  batch_type next(given.model(), std::move(as), given.size(), given.first_lane());
  std::vector<V> weights(next.blocks());
  const auto touched = f(next, before, weights);
  auto changes = changed_lanes(before, std::as_const(next).state(), next.size(), touched);
  const std::size_t lanes = next.size();
  auto w = column(weights, lanes);
  if constexpr (std::is_same_v<B, batch_type>) {
    batch_type gone(std::move(given));
    return updated_batch<batch_type, V>{std::move(next), std::move(w), {own ? std::move(*own) : std::move(gone.state()), std::move(changes), lanes}};
  } else {
    return updated_batch<batch_type, V>{std::move(next), std::move(w), {own ? std::move(*own) : given.state(), std::move(changes), lanes}};
  }
}

}  // namespace starling
