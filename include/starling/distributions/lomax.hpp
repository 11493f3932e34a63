// lomax(scale, shape): (shape/scale) (1 + x/scale)^(−shape−1) for x ≥ 0: pareto_type_2 from 0.
#pragma once

#include <tuple>

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/formulas_by.hpp>
#include <starling/distributions/pareto_type_2.hpp>
#include <starling/distributions/probabilities.hpp>

namespace starling {

struct lomax_formulas : formulas_by<lomax_formulas, pareto_type_2_formulas> {
  static constexpr std::string_view name = "lomax";

  template <class S, class Sh> static auto translated(const S& scale, const Sh& shape) { return std::tuple(0.0, scale, shape); }

  template <class S, class Sh> static auto support(const S&, const Sh&) { return nonnegative{}; }

  template <class Visit, class S, class Sh> static void parameters(Visit&& visit, const S& scale, const Sh& shape) {
    visit("scale", scale, is_positive_finite(scale), "must be positive and finite");
    visit("shape", shape, is_positive_finite(shape), "must be positive and finite");
  }
};

template <class Scale, class Shape> struct lomax : elementwise<lomax_formulas, Scale, Shape> {
  using elementwise<lomax_formulas, Scale, Shape>::elementwise;
};
template <class S, class Sh> lomax(S&&, Sh&&) -> lomax<held<S>, held<Sh>>;

}  // namespace starling
