// ordered_logistic(predictor, cutpoints): category k of 0, …, n with probability F(cutpoints[k] − predictor) − F(cutpoints[k − 1] − predictor),
// F(t) = 1 / (1 + exp(−t)); cutpoints ascend, those before the first and after the last are infinite.
#pragma once

#include <starling/distributions/ordered_categories.hpp>
#include <starling/values/logistic.hpp>

namespace starling {

struct logistic_link {
  template <class Rng> static auto draw(Rng& rng) { return logit(rng.uniform()); }
  // log(F(b) − F(a)), given a − b.
  template <class A, class B, class D> static auto log_interval(const A& a, const B& b, const D& difference) {
    return log1m_exp(difference) - log1p_exp(a) - log1p_exp(-b);
  }
};

template <class Predictor, class Cutpoints> struct ordered_logistic : ordered_categories<logistic_link, Predictor, Cutpoints> {
  static constexpr std::string_view name = "ordered_logistic";
  using ordered_categories<logistic_link, Predictor, Cutpoints>::ordered_categories;
};
template <class P, class C> ordered_logistic(P&&, C&&) -> ordered_logistic<held<P>, held<C>>;

}  // namespace starling
