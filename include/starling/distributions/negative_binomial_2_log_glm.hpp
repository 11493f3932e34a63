// negative_binomial_2_log_glm(X, intercept, coefficients, overdispersion): counts y_i from negative_binomial_2_log(η_i, overdispersion), η = intercept + X coefficients, X a
// matrix_view of data with a row for each y_i (generalised_linear.hpp); one vector of whole numbers.
#pragma once

#include <starling/distributions/generalised_linear.hpp>
#include <starling/distributions/negative_binomial_2_log.hpp>

namespace starling {

template <class Intercept, class Coefficients, class Overdispersion>
struct negative_binomial_2_log_glm : generalised_linear<negative_binomial_2_log_formulas, Intercept, Coefficients, Overdispersion> {
  using base = generalised_linear<negative_binomial_2_log_formulas, Intercept, Coefficients, Overdispersion>;
  static constexpr std::string_view name = "negative_binomial_2_log_glm";
  static constexpr auto draws_follow = draw_derivative::none;
  negative_binomial_2_log_glm(matrix_view<double> x, Intercept a, Coefficients b, Overdispersion o) : base(name, x, std::move(a), std::move(b), std::move(o)) {}

  template <class Visit> void parameters(Visit&& visit) const {
    base::parameters([&](std::string_view parameter, const auto& value, const auto& ok, std::string_view requirement) {
      visit(parameter == "scale" ? std::string_view("overdispersion") : parameter, value, ok, requirement);
    });
  }
};
template <class A, class B, class O> negative_binomial_2_log_glm(matrix_view<double>, A&&, B&&, O&&) -> negative_binomial_2_log_glm<held<A>, held<B>, held<O>>;

}  // namespace starling
