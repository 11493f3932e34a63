// Ordered categories 0, …, n, n the number of cutpoints: where a number drawn around `predictor` falls between the cutpoints. Shared by
// ordered_logistic and ordered_probit; Link gives the draw and the probability of an interval.
#pragma once

#include <cstddef>

#include <starling/distributions/elements.hpp>
#include <starling/distributions/probabilities.hpp>
#include <starling/distributions/whole_draws.hpp>

namespace starling {

// Element k of a sequence where k is one of 0, …, n − 1; else `otherwise`.
template <class S, class K> auto element_or(const S& values, const K& k, double otherwise) {
  using real = promote<element_of<S>, K>;
  if constexpr (std::is_arithmetic_v<K>) {
    return k >= K(0) && k < static_cast<K>(values.size()) ? real(element_at{static_cast<std::size_t>(k)}(values)) : real(otherwise);
  } else {
    real result(otherwise);
    for (std::size_t j = 0; j < values.size(); ++j) result = where(k == K(static_cast<double>(j)), element_at{j}(values), result);
    return result;
  }
}

template <class Link, class Predictor, class Cutpoints> struct ordered_categories : distribution {
  static constexpr auto draws_follow = draw_derivative::none;
  template <class V> using value = whole_of<V>;

  Predictor predictor;
  Cutpoints cutpoints;

  ordered_categories(Predictor p, Cutpoints c) : predictor(std::move(p)), cutpoints(std::move(c)) {}

  template <class Rng> auto sample(Rng& rng) const {
    using V = typename Rng::real;
    const V drawn = V(predictor) + Link::draw(rng);
    V category(0);
    for (std::size_t j = 0; j < cutpoints.size(); ++j) category = category + where(drawn > V(element_at{j}(cutpoints)), V(1), V(0));
    return drawn_whole(V(where(is_good(), category, V(not_a_number))));
  }

  template <class X> auto log_density(const X& x) const {
    const auto k = as_real(x);
    const auto low = element_or(cutpoints, k - 1.0, negative_infinity), high = element_or(cutpoints, k, positive_infinity);
    const auto lp = Link::log_interval(low - predictor, high - predictor, low - high);
    return never_nan(where(both(support().contains(k), is_good()), lp, negative_infinity));
  }

  auto support() const { return whole_range{0L, static_cast<long>(cutpoints.size())}; }

  template <class Visit> void parameters(Visit&& visit) const {
    visit("predictor", predictor, is_finite(predictor), "must be finite");
    for (std::size_t j = 0; j < cutpoints.size(); ++j)
      visit("cutpoints", element_at{j}(cutpoints), is_cutpoint(j), "must be finite and greater than the one before");
  }

 private:
  auto is_cutpoint(std::size_t j) const {
    const auto c = element_at{j}(cutpoints);
    return j == 0 ? is_finite(c) : both(is_finite(c), c > element_at{j - 1}(cutpoints));
  }
  auto is_good() const {
    mask_of<promote<Predictor, element_of<Cutpoints>>> good(true);
    good = both(good, is_finite(predictor));
    for (std::size_t j = 0; j < cutpoints.size(); ++j) good = both(good, is_cutpoint(j));
    return good;
  }
};

}  // namespace starling
