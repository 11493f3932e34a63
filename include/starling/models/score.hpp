// The score of values that stand in their places: what a Markov chain asks for at every step.
#pragma once

#include <starling/models/handler.hpp>

namespace starling {

// Runs over a tile in which all values are set; score() is log p(choices; arguments).
template <class V, bool Examines = true>
class score_handler : public handler<score_handler<V, Examines>, V, frozen_walk, false, Examines> {
 public:
  using base = handler<score_handler<V, Examines>, V, frozen_walk, false, Examines>;
  // `places`: where the value of each site stands, found once for many runs over the same tile; or null.
  score_handler(frozen_walk& walk, tile<V> t, const run_place& place, const V* const* places = nullptr)
      : base(walk, key(0), t, place), places_(places) {}

 private:
  friend base;
  template <class X, class D>
  X decide(std::uint32_t k, const D& d) {
    if constexpr (!Examines && rank_of<X> == 0) {
      const X x = from_stored<X>(*places_[k]);
      this->score_site(k, d, x);
      return x;
    } else {
      const X x = view_or_take<X>(this->place(k), this->at(k).type);
      this->score_site(k, d, x);
      return x;
    }
  }

  const V* const* places_;
};

}  // namespace starling
