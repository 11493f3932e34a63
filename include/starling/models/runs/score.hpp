// The score of values that stand in their places: what a Markov chain asks for at every step.
#pragma once

#include <starling/models/handler.hpp>
#include <starling/models/runs/wide.hpp>

namespace starling {

// Runs over a tile in which all values are set; score() is log p(choices; arguments), and not finite where something is wrong: then deciding_handler, by
// a plan that all stands, looks at every site.
template <class V>
class score_handler : public site_handler<score_handler<V>, reading<V, frozen_walk, false, false>> {
 public:
  using base = site_handler<score_handler<V>, reading<V, frozen_walk, false, false>>;
  // `places`: where the value of each site stands, found once for many runs over the same tile.
  score_handler(frozen_walk& walk, tile<V> t, const run_place& place, const V* const* places)
      : base(walk, key(0), t, place), places_(places) {}

  static constexpr bool can_widen = std::is_same_v<V, double>;
  // Runs the first of n instances in packs; how many it ran.
  template <class R, class F>
  [[gnu::flatten]] std::size_t run_wide(std::size_t n, result_cell<R>* cells, const F& f) {
    using P = native_pack<double>;
    constexpr std::size_t width = lanes_of<P>;
    const schema& s = this->run.body.walk.current();
    const std::uint32_t call = this->run.body.walk.call_position(), site = this->run.body.walk.position();
    const std::size_t wide = std::min<std::size_t>(n, s.alike(call)) / width * width;
    if (wide < 2 * width) return 0;
    const auto [sites, calls] = instance_size(s, call, site);
    auto* each = arena::current().take<instance_place>(sites);
    for (std::uint32_t k = 0; k < sites; ++k)
      each[k] = {this->run.storage.now.at(s.slots()[site + k]), std::ptrdiff_t{s.slots()[site + sites + k].offset} - std::ptrdiff_t{s.slots()[site + k].offset}};
    instance_places places{each, sites};
    places.parameters = this->run.parameters.store;
    P total(0.0);
    bool failed = false;
    constexpr std::size_t part = 32 * width;  // whose vectors are in the arena together
    for (std::size_t first = 0; first < wide && !failed; first += part) {
      const arena_scope scope;
      for (std::size_t i = first, last = std::min(wide, first + part); i < last; i += width) {
        wide_handler<P> h(places, i);
        spread_results<R>(f(h, wide_index<P>{i}, results<R>()), [&](std::size_t l, const R& r) { ::new (static_cast<void*>(cells + i + l)) result_cell<R>{r}; });
        failed = failed | h.failed();
        total += h.score();
      }
    }
    if (failed) return 0;
    this->run.score.add(site, sum(total));
    this->run.body.walk.skip(static_cast<std::uint32_t>(wide) * sites, static_cast<std::uint32_t>(wide) * calls);
    return wide;
  }

 private:
  friend base;
  template <class X, class D>
  X decide(std::uint32_t k, const D& d) {
    const X x = [&] {
      if constexpr (rank_of<X> == 0) return from_stored<X>(*places_[k]);
      else return view_or_take<X>(this->run.place(k), this->run.at(k).type);
    }();
    this->run.score_site(k, d, x);
    return x;
  }

  const V* const* places_;
};

}  // namespace starling
