#pragma once
// What a handler does rarely: finding the bad parameter behind a density that is not finite, and telling a note.
#include <cstdint>
#include <limits>
#include <string_view>
#include <type_traits>
#include <vector>

#include <starling/distributions/distribution.hpp>
#include <starling/models/runs/choice.hpp>
#include <starling/models/runs/problem.hpp>
#include <starling/models/runs/tile.hpp>

namespace starling {

inline bool holds_in(bool m, int) { return m; }
template <class M>
  requires(!std::is_same_v<M, bool>)
bool holds_in(const M& m, int l) {
  return m[l];
}
template <class X>
double number_in(const X& x, int l) {
  if constexpr (std::is_arithmetic_v<X>) return static_cast<double>(x);
  else if constexpr (requires { static_cast<double>(x[l]); }) return static_cast<double>(x[l]);
  else return std::numeric_limits<double>::quiet_NaN();
}

// The first parameter of d that is outside its domain in one of the lanes `alive`, if there is one, goes to `found` (where that has none).
template <class V, class D>
void find_bad_parameter(bad_parameter& found, std::uint32_t k, const D& d, const mask_of<V>& alive, const run_place& place) {
  if constexpr (requires { d.parameters([](auto&&...) {}); }) {
    if (found.is_error()) return;
    d.parameters([&](std::string_view parameter, const auto& value, const auto& ok, std::string_view requirement) {
      const mask_of<V> bad = alive & !mask_of<V>(ok);
      if (found.is_error() || !any(bad)) return;
      for (int l = 0; l < lanes_of<V>; ++l) {
        const std::size_t lane = place.first_lane + static_cast<std::size_t>(l);
        if (!holds_in(bad, l) || lane >= place.lanes) continue;
        found = {true, k, lane, D::name, parameter, requirement, number_in(value, l)};
        break;
      }
    });
  }
}

// The first lane of those in which a factor is NaN goes to `found`, where that has nothing.
template <class V>
void find_nan_factor(bad_parameter& found, std::uint32_t k, const V& lp, const mask_of<V>& alive, const run_place& place) {
  const mask_of<V> bad = alive & !(lp == lp);
  for (int l = 0; l < lanes_of<V> && any(bad) && !found.found; ++l) {
    const std::size_t lane = place.first_lane + static_cast<std::size_t>(l);
    if (!holds_in(bad, l) || lane >= place.lanes) continue;
    found = {true, k, lane, "factor", "log density", "must be a number", std::numeric_limits<double>::quiet_NaN()};
    found.is_factor = true;
  }
}

// Tells a note: NaN in the lanes that are not active.
template <class V, class X>
void tell_note(note_sink<V>& sink, const path& at, const X& x, const mask_of<V>& active) {
  const auto here = [&](const auto& e) { return where(active, to_stored<V>(e), V(std::numeric_limits<double>::quiet_NaN())); };
  if constexpr (value<X>) {
    const V one = here(x);
    sink.note(at, {kind_of<X>(), 0, 1, 1}, &one);
  } else {
    std::vector<V> many;
    for (const auto& e : x) many.push_back(here(e));
    sink.note(at, {kind_of<std::remove_cvref_t<decltype(*x.begin())>>(), 1, static_cast<std::uint32_t>(many.size()), 1}, many.data());
  }
}

}  // namespace starling
