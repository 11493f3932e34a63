// negative_binomial_2_log(log_mean, overdispersion): negative_binomial_2(exp(log_mean), overdispersion).
#pragma once

#include <tuple>

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/formulas_by.hpp>
#include <starling/distributions/negative_binomial_2.hpp>
#include <starling/distributions/probabilities.hpp>
#include <starling/values/exp.hpp>

namespace starling {

struct negative_binomial_2_log_formulas : formulas_by<negative_binomial_2_log_formulas, negative_binomial_2_formulas> {
  static constexpr std::string_view name = "negative_binomial_2_log";

  template <class L, class O> static auto translated(const L& log_mean, const O& overdispersion) { return std::tuple(exp(log_mean), overdispersion); }

  template <class Visit, class L, class O> static void parameters(Visit&& visit, const L& log_mean, const O& overdispersion) {
    visit("log_mean", log_mean, is_finite(log_mean), "must be finite");
    visit("overdispersion", overdispersion, is_positive_finite(overdispersion), "must be positive and finite");
  }
};

template <class LogMean, class Overdispersion> struct negative_binomial_2_log : elementwise<negative_binomial_2_log_formulas, LogMean, Overdispersion> {
  using elementwise<negative_binomial_2_log_formulas, LogMean, Overdispersion>::elementwise;
};
template <class L, class O> negative_binomial_2_log(L&&, O&&) -> negative_binomial_2_log<held<L>, held<O>>;

}  // namespace starling
