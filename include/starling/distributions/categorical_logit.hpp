// categorical_logit(logits): k with probability exp(logits[k]) / Σ exp(logits), k = 0, …, n − 1; a logit −∞ is probability 0.
#pragma once

#include <cstddef>

#include <starling/distributions/category_draws.hpp>
#include <starling/distributions/supports.hpp>
#include <starling/values/adjoint_number.hpp>
#include <starling/values/exp.hpp>
#include <starling/values/log.hpp>

namespace starling {

template <class Logits> struct categorical_logit : distribution {
  static constexpr std::string_view name = "categorical_logit";
  template <class V> using value = whole_of<V>;

  Logits logits;

  explicit categorical_logit(Logits l) : logits(std::move(l)) {}

  template <class Rng> auto sample(Rng& rng) const {
    using V = primal_of<typename Rng::real>;
    const auto top = highest();
    return draw_category(rng, logits.size(), [&](std::size_t k) { return V(exp(primal(element_at{k}(logits)) - top)); });
  }

  template <class X> auto log_density(const X& k) const {
    const auto top = highest();
    auto total = exp(element_at{0}(logits)-top);
    for (std::size_t j = 1; j < logits.size(); ++j) total = total + exp(element_at{j}(logits)-top);
    return never_nan(element_or_nan(logits, as_real(k)) - top - log(total));
  }

  // The same of logits with derivatives, which go to where they belong at once: 1 for the category of k less the probability of each. Not for a density of 0.
  template <class X> auto pass_on_log_density(const X& k) const
    requires is_adjoint<element_of<Logits>>
  {
    using V = primal_of<element_of<Logits>>;
    const arena_scope memory;
    const std::size_t n = logits.size();
    V* const shares = arena::current().take<V>(n);
    const V category = as_real(k), top = highest();
    V total(0), chosen(not_a_number);
    for (std::size_t j = 0; j < n; ++j) {
      const V l = primal(element_at{j}(logits));
      shares[j] = exp(l - top);
      total = total + shares[j];
      chosen = where(category == V(static_cast<double>(j)), l, chosen);
    }
    const V lp = never_nan(V(chosen - top - log(total)));
    const V one_less = V(where(lp > V(negative_infinity), V(1) / total, V(0)));
    for (std::size_t j = 0; j < n; ++j) {
      const V share = where(one_less > V(0), V(shares[j] * one_less), V(0)), own = where(both(one_less > V(0), category == V(static_cast<double>(j))), V(1), V(0));
      logits[j].add_derivative(own - share);
    }
    return lp;
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
  // A constant: densities do not depend on it.
  auto highest() const {
    auto top = primal(element_at{0}(logits));
    for (std::size_t k = 1; k < logits.size(); ++k) top = max(top, primal(element_at{k}(logits)));
    return top;
  }
};
template <class L> categorical_logit(L&&) -> categorical_logit<held<L>>;

}  // namespace starling
