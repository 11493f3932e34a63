// The posterior of logistic regression on logistic_data, as people write it.
#pragma once

#include <starling/distributions/generalised_linear.hpp>
#include <starling/distributions/iid.hpp>
#include <starling/distributions/normal.hpp>
#include <starling/models/posterior.hpp>

#include "works/logistic_data.hpp"

namespace bench {

inline constexpr auto logistic_regression = starling::gen([](auto& trace, const logistic_data& x) {
  const auto a = trace("a", starling::normal(0.0, 1.0));
  const auto b = trace("b", starling::iid(starling::normal(0.0, 1.0), covariates));
  trace("y", starling::bernoulli_logit_glm(x.view(), a, b));
});

inline auto logistic_posterior() {
  const auto data = make_logistic_data();
  return starling::posterior(logistic_regression, starling::args(data), starling::observe("y", data.y));
}
using logistic = decltype(logistic_posterior());

}  // namespace bench
