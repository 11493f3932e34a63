// Lanes that differ: in which lanes a choice is there, and which constraints reached their lanes.
#pragma once

#include <cstdint>
#include <vector>

#include <starling/distributions/distribution.hpp>
#include <starling/models/runs/choice.hpp>
#include <starling/models/runs/constraints.hpp>
#include <starling/models/runs/tile.hpp>

namespace starling {

// The lanes in which the choice whose first site is j is there: those of the regions in which its address stands.
template <class V>
mask_of<std::remove_const_t<V>> lanes_present(const schema& s, const tile<V>& t, std::uint32_t j) {
  using mask = mask_of<std::remove_const_t<V>>;
  if (!s.sites()[j].is_conditional()) return mask(true);
  mask there = mask(false);
  for (std::uint32_t i = j; i != site::none; i = s.sites()[i].next)
    if (i == j || s.sites()[i].first == j) there = there | (*t.at(s.slots()[s.sites()[i].presence]) != std::remove_const_t<V>(0));
  return there;
}

// Throws where one of the first lanes of a block runs two regions whose choices do not go together.
template <class V>
void require_apart(const schema& s, const tile<V>& t, std::size_t lanes) {
  const auto runs = [&](std::uint32_t presence) { return *t.at(s.slots()[presence]) != V(0); };
  for (const auto& r : s.all_rivals()) {
    const auto both = runs(r.presence) & runs(r.other_presence);
    for (std::size_t l = 0; l < lanes && l < static_cast<std::size_t>(lanes_of<V>); ++l)
      if (both[static_cast<int>(l)]) s.refuse(r);
  }
}

// Its log density: that of the region that runs.
template <class V>
std::remove_const_t<V> density_of(const schema& s, const tile<V>& t, std::uint32_t j) {
  std::remove_const_t<V> lp = t.densities[j];
  for (std::uint32_t i = s.sites()[j].next; i != site::none; i = s.sites()[i].next)
    if (s.sites()[i].first == j) lp += t.densities[i];
  return lp;
}

// Σ log density of what is there before and not after.
template <class V>
V removed_density(const schema& s, const tile<V>& before, const tile<V>& after) {
  V removed(0);
  for (std::uint32_t j = 0; j < s.sites().size(); ++j) {
    if (!s.sites()[j].is_choice() || !s.sites()[j].is_conditional()) continue;
    const mask_of<V> gone = lanes_present(s, before, j) & !lanes_present(s, after, j);
    removed += where(gone, density_of(s, before, j), V(0));
  }
  return removed;
}

// The lanes for which a constraint has a value.
template <class V>
mask_of<V> lanes_given(const constraint_ref& c, const run_place& place) {
  if (!c) return mask_of<V>(false);
  if (!c.present) return mask_of<V>(true);
  if constexpr (lanes_of<V> == 1) {
    return c.present[place.first_lane] != 0;
  } else {
    std::uint64_t bits = 0;
    for (std::size_t l = 0; l < static_cast<std::size_t>(lanes_of<V>); ++l) {
      const std::size_t lane = place.first_lane + l;
      bits |= std::uint64_t{c.present[lane < place.lanes ? lane : 0] != 0} << l;
    }
    return mask_of<V>::from_bits(bits);
  }
}

// Where an address has another kind or size in another region, a constraint may be meant for that one.
template <class V>
bool is_for_another_region(const constraint_ref& c, const site& s) {
  return lanes_of<V> > 1 && c && c.type_code != s.type.code() && s.is_conditional() && !fits(c, s.type);
}

// The lanes in which a constraint has a value for an address at which nothing stands. `constraint_of(j)`: that of site j.
template <class V, class F>
mask_of<V> lanes_unreached(const schema& s, const tile<V>& t, const run_place& place, F&& constraint_of) {
  mask_of<V> unreached = mask_of<V>(false);
  if (!s.is_conditional()) return unreached;
  for (std::uint32_t j = 0; j < s.sites().size(); ++j) {
    if (!s.sites()[j].is_choice() || !s.sites()[j].is_conditional() || s.find(s.sites()[j].full) != j) continue;
    mask_of<V> there = mask_of<V>(false), given = mask_of<V>(false);
    for (std::uint32_t i = j; i != site::none; i = s.sites()[i].next) {
      if (s.sites()[i].is_choice()) given = given | lanes_given<V>(constraint_of(i), place);
      if (any(given)) there = there | (*t.at(s.slots()[s.sites()[i].presence]) != V(0));
    }
    unreached = unreached | (given & !there);
  }
  return unreached;
}

// Writes NaN for the choices that are not there; `values`: of a block, by the structure's offsets.
template <class V>
void mark_absent(const schema& s, const tile<V>& t, V* values) {
  for (std::uint32_t j = 0; j < s.sites().size(); ++j) {
    const site& here = s.sites()[j];
    if (!here.is_choice() || !here.is_conditional()) continue;
    const auto there = lanes_present(s, t, j);
    for (std::size_t e = here.offset; e < here.offset + here.type.size(); ++e) values[e] = where(there, values[e], V(not_a_number));
  }
}

// A flag a lane for those of a block, written from `to` on.
template <class M>
void write_flags(const M& mask, std::size_t lanes, std::uint8_t* to) {
  for (std::size_t l = 0; l < lanes; ++l) to[l] = mask[static_cast<int>(l)] ? 1 : 0;
}

}  // namespace starling
