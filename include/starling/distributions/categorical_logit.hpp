// categorical_logit(logits): k with probability exp(logits[k]) / Σ exp(logits), k = 0, …, n − 1; a logit −∞ is probability 0.
#pragma once

#include <cstddef>

#include <starling/distributions/category_draws.hpp>
#include <starling/distributions/supports.hpp>
#include <starling/values/exp.hpp>
#include <starling/values/log.hpp>

namespace starling {

template <class Logits> struct categorical_logit : distribution {
  static constexpr std::string_view name = "categorical_logit";
  template <class V> using value = whole_of<V>;

  Logits logits;

  explicit categorical_logit(Logits l) : logits(std::move(l)) {}

  template <class Rng> auto sample(Rng& rng) const {
    using V = typename Rng::real;
    const auto top = highest();
    return draw_category(rng, logits.size(), [&](std::size_t k) { return V(exp(element_at{k}(logits)-top)); });
  }

  template <class X> auto log_density(const X& k) const {
    const auto top = highest();
    auto total = exp(element_at{0}(logits)-top);
    for (std::size_t j = 1; j < logits.size(); ++j) total = total + exp(element_at{j}(logits)-top);
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
