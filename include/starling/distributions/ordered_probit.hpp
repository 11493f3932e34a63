// ordered_probit(predictor, cutpoints): category k of 0, …, n with probability Φ(cutpoints[k] − predictor) − Φ(cutpoints[k − 1] − predictor);
// cutpoints ascend, those before the first and after the last are infinite.
#pragma once

#include <starling/distributions/normal_tails.hpp>
#include <starling/distributions/ordered_categories.hpp>

namespace starling {

struct probit_link {
  template <class Rng> static auto draw(Rng& rng) { return rng.normal(); }
  template <class A, class B, class D> static auto log_interval(const A& a, const B& b, const D&) { return log_normal_interval(a, b); }
};

template <class Predictor, class Cutpoints> struct ordered_probit : ordered_categories<probit_link, Predictor, Cutpoints> {
  static constexpr std::string_view name = "ordered_probit";
  using ordered_categories<probit_link, Predictor, Cutpoints>::ordered_categories;
};
template <class P, class C> ordered_probit(P&&, C&&) -> ordered_probit<held<P>, held<C>>;

}  // namespace starling
