#pragma once
// propose: choices drawn from the model, with their score: simulate for those who want the choices only.
#include <starling/models/slips.hpp>
#include <starling/models/simulate.hpp>

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
  return proposed<decltype(persist(t.value()))>{t.choices(), t.score(), persist(t.value())};
}

template <class Batch>
struct proposed_batch {
  choice_map choices;  // a value a lane
  std::vector<double> scores;
  Batch traces;        // with the values that the body returned
};

// N lanes at once.
template <generative_function G, class... A, class T>
  requires(!G::is_dynamic)
auto propose(const G& model, const arguments<A...>& as, const key& k, const lane_request<T>& n) {
  auto b = simulate(model, as, k, n);
  auto choices = b.choices();
  auto scores = b.scores();
  return proposed_batch<decltype(b)>{std::move(choices), std::move(scores), std::move(b)};
}

}  // namespace starling
