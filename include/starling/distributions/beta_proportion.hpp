// beta_proportion(mean, concentration): beta(mean · concentration, (1 − mean) · concentration).
#pragma once

#include <tuple>

#include <starling/distributions/beta.hpp>
#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/formulas_by.hpp>
#include <starling/distributions/probabilities.hpp>

namespace starling {

struct beta_proportion_formulas : formulas_by<beta_proportion_formulas, beta_formulas> {
  static constexpr std::string_view name = "beta_proportion";

  template <class M, class C> static auto translated(const M& mean, const C& concentration) {
    return std::tuple(mean * concentration, (1.0 - mean) * concentration);
  }

  template <class Visit, class M, class C> static void parameters(Visit&& visit, const M& mean, const C& concentration) {
    visit("mean", mean, both(mean > 0.0, mean < 1.0), "must be above 0 and below 1");
    visit("concentration", concentration, is_positive_finite(concentration), "must be positive and finite");
  }
};

template <class Mean, class Concentration> struct beta_proportion : elementwise<beta_proportion_formulas, Mean, Concentration> {
  using elementwise<beta_proportion_formulas, Mean, Concentration>::elementwise;
};
template <class M, class C> beta_proportion(M&&, C&&) -> beta_proportion<held<M>, held<C>>;

}  // namespace starling
