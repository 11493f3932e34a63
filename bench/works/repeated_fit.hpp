// Works that fit a posterior again and again, each time with another key.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include <starling/inference/result.hpp>
#include <starling/random/key.hpp>

#include "works/work.hpp"

namespace bench {

// The least bulk ESS of the unknowns, the amount, with R-hat as the check.
inline verdict effective_draws(const starling::result& fit, double most_r_hat) {
  double least = 1e300, r_hat = 0;
  for (const auto& row : starling::summarise(fit)) {
    least = std::min(least, row.ess_bulk);
    r_hat = std::max(r_hat, row.r_hat);
  }
  return {"bulk ESS " + std::to_string(least) + ", R-hat " + std::to_string(r_hat), r_hat < most_r_hat, least};
}

// fit(posterior, key) gives a result, which judge(result) judges.
template <class Posterior, class Fit, class Judge>
prepared_work repeated_fit(Posterior post, Fit fit, Judge judge) {
  struct state {
    Posterior post;
    starling::result fit;
    std::uint64_t seed = 0;
  };
  const auto s = std::make_shared<state>(state{std::move(post), {}});
  return {[s, fit] { s->fit = fit(s->post, starling::key(++s->seed)); }, [s, judge] { return judge(s->fit); }};
}

}  // namespace bench
