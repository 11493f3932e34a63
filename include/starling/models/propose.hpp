#pragma once
// propose: choices drawn from the model, with their score: simulate for those who want the choices only.
#include "starling/models/simulate.hpp"

namespace starling {

template <class Value>
struct proposed {
  choice_map choices;
  double score = 0;
  Value value;
};

template <generative_function G, class... A>
auto propose(const G& model, const arguments<A...>& as, const key& k) {
  const auto t = simulate(model, as, k);
  return proposed<typename decltype(t)::value_type>{t.choices(), t.score(), t.value()};
}

}  // namespace starling
