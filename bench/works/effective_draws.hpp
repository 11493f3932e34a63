// How much a fit is worth: the least bulk ESS of its unknowns, with R-hat as the check.
#pragma once

#include <algorithm>
#include <string>

#include <starling/inference/result.hpp>

#include "works/work.hpp"

namespace bench {

inline verdict effective_draws(const starling::result& fit, double most_r_hat) {
  double least = 1e300, r_hat = 0;
  for (const auto& row : starling::summarise(fit)) {
    least = std::min(least, row.ess_bulk);
    r_hat = std::max(r_hat, row.r_hat);
  }
  return {"bulk ESS " + std::to_string(least) + ", R-hat " + std::to_string(r_hat), r_hat < most_r_hat, least};
}

}  // namespace bench
