// categorical(probabilities): k with probability probabilities[k], k = 0, …, n − 1; they sum to 1.
// categorical_logit(logits): with probability exp(logits[k]) / Σ exp(logits); −∞ is probability 0.
#pragma once

#include <cstddef>

#include <starling/distributions/elements.hpp>
#include <starling/distributions/supports.hpp>
#include <starling/distributions/whole_draws.hpp>
#include <starling/values/exp.hpp>
#include <starling/values/log.hpp>

namespace starling {

// Element k of a sequence; NaN where k is none of 0, …, n − 1.
template <class S, class K> auto element_or_nan(const S& values, const K& k) {
  using real = promote<element_of<S>, K>;
  if constexpr (std::is_arithmetic_v<K>) {
    const bool inside = k >= K(0) && k < static_cast<K>(values.size()) && k == floor(k);
    return inside ? real(element_at{static_cast<std::size_t>(k)}(values)) : real(not_a_number);
  } else {
    real result(not_a_number);
    for (std::size_t j = 0; j < values.size(); ++j)
      result = where(k == K(static_cast<double>(j)), element_at{j}(values), result);
    return result;
  }
}

// Draws k with probability proportional to weight(k) ≥ 0; `no_value` where the weights' sum is not positive and finite.
template <class Rng, class Weight> auto draw_category(Rng& rng, std::size_t n, Weight weight) {
  using V = typename Rng::real;
  V total(0);
  for (std::size_t k = 0; k < n; ++k) total = total + weight(k);
  const V target = total * rng.uniform();
  V reached(0);
  V category(0);
  for (std::size_t k = 0; k + 1 < n; ++k) {
    reached = reached + weight(k);
    category = where(reached < target, V(static_cast<double>(k + 1)), category);
  }
  return drawn_whole(V(where(is_positive_finite(total), category, V(not_a_number))));
}

template <class Probabilities> struct categorical : distribution {
  static constexpr std::string_view name = "categorical";
  template <class V> using value = whole_of<V>;

  Probabilities probabilities;

  explicit categorical(Probabilities p) : probabilities(std::move(p)) {}

  template <class Rng> auto sample(Rng& rng) const {
    using V = typename Rng::real;
    const auto k = draw_category(rng, probabilities.size(), [&](std::size_t j) { return V(element_at{j}(probabilities)); });
    return where(is_good(), k, no_value<whole_of<V>>());
  }

  template <class X> auto log_density(const X& k) const {
    const auto p = element_or_nan(probabilities, as_real(k));
    return never_nan(where(is_good(), log(p), negative_infinity));
  }

  auto support() const { return whole_range{0L, static_cast<long>(probabilities.size()) - 1}; }

  template <class Visit> void parameters(Visit&& visit) const {
    for (std::size_t k = 0; k < probabilities.size(); ++k) {
      const auto p = element_at{k}(probabilities);
      visit("probabilities", p, both(is_probability(p), sums_to_one()), "must be between 0 and 1 and sum to 1");
    }
  }

 private:
  using real_type = promote<element_of<Probabilities>>;

  auto sums_to_one() const {
    auto total = element_at{0}(probabilities);
    for (std::size_t k = 1; k < probabilities.size(); ++k) total = total + element_at{k}(probabilities);
    const double tolerance = sizeof(scalar_of<decltype(total)>) == 8 ? 1e-8 : 1e-4;
    return both(total >= 1 - tolerance, total <= 1 + tolerance);
  }
  auto is_good() const {
    auto good = sums_to_one();
    for (std::size_t k = 0; k < probabilities.size(); ++k)
      good = both(good, element_at{k}(probabilities) >= decltype(element_at{k}(probabilities))(0));
    return good;
  }
};
template <class P> categorical(P&&) -> categorical<held<P>>;

template <class Logits> struct categorical_logit : distribution {
  static constexpr std::string_view name = "categorical_logit";
  template <class V> using value = whole_of<V>;

  Logits logits;

  explicit categorical_logit(Logits l) : logits(std::move(l)) {}

  template <class Rng> auto sample(Rng& rng) const {
    using V = typename Rng::real;
    const auto top = highest();
    return draw_category(rng, logits.size(), [&](std::size_t k) { return V(exp(element_at{k}(logits) - top)); });
  }

  template <class X> auto log_density(const X& k) const {
    const auto top = highest();
    auto total = exp(element_at{0}(logits) - top);
    for (std::size_t j = 1; j < logits.size(); ++j) total = total + exp(element_at{j}(logits) - top);
    return never_nan(element_or_nan(logits, as_real(k)) - top - log(total));
  }

  auto support() const { return whole_range{0L, static_cast<long>(logits.size()) - 1}; }

  template <class Visit> void parameters(Visit&& visit) const {
    const auto top = highest();
    for (std::size_t k = 0; k < logits.size(); ++k) {
      const auto l = element_at{k}(logits);
      visit("logits", l, both(l < decltype(l)(positive_infinity), is_finite(top)),
            "must not be NaN or infinite, except for −∞ where another is finite");
    }
  }

 private:
  auto highest() const {
    auto top = element_at{0}(logits);
    for (std::size_t k = 1; k < logits.size(); ++k) top = max(top, element_at{k}(logits));
    return top;
  }
};
template <class L> categorical_logit(L&&) -> categorical_logit<held<L>>;

}  // namespace starling
