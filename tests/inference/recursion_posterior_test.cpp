// Posteriors over recursions that run in lanes, against sums by hand.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include <starling/combinators/combinators.hpp>
#include <starling/diagnostics/summary.hpp>
#include <starling/distributions/distributions.hpp>
#include <starling/inference/importance.hpp>
#include <starling/inference/kernels/composition.hpp>
#include <starling/inference/kernels/drift.hpp>
#include <starling/inference/kernels/regenerate.hpp>
#include <starling/inference/run.hpp>

namespace sl = starling;

namespace {

constexpr int longest = 5;
constexpr double observed = 1.7;

// A list of 1 … longest normal steps, of which the sum is observed.
const auto steps = sl::recurse<double>([](auto& trace, const auto& self, int length) {
  const auto x = trace("x", sl::normal(0.5, 0.6));
  if (length == longest) return x;
  using R = sl::real_of<decltype(trace)>;
  return x + sl::value_or(trace("rest", sl::mask(self), trace("more", sl::bernoulli(0.6)), length + 1), R(0.0));
},
                                       {.max_nodes = longest});
const auto model = sl::gen([](auto& trace) { trace("y", sl::normal(trace("s", steps, 1), 0.5)); });

// Σ over lengths; the first is of length 1, and the sum of n steps is normal.
struct exact {
  double evidence = 0, more = 0;
};
exact by_hand() {
  exact e;
  double p = 1;
  for (int n = 1; n <= longest; ++n) {
    const double here = n == longest ? p : 0.4 * p, variance = 0.36 * n + 0.25, d = observed - 0.5 * n;
    const double term = here * std::exp(-0.5 * d * d / variance) / std::sqrt(2 * M_PI * variance);
    e.evidence += term;
    if (n > 1) e.more += term;
    p *= 0.6;
  }
  e.more /= e.evidence;
  return e;
}

}  // namespace

TEST(recursion_posterior, importance_sampling_finds_the_evidence) {
  const auto fit = sl::importance(sl::posterior(model, sl::args(), sl::observe("y", observed)), 100'000, sl::key(1));
  EXPECT_NEAR(*fit.log_evidence, std::log(by_hand().evidence), 5 * std::sqrt(1.0 / *fit.ess));
}

TEST(recursion_posterior, kernels_in_lanes_grow_and_shrink_lists) {
  const auto post = sl::posterior(model, sl::args(), sl::observe("y", observed));
  const auto check = [&](const auto& kernel, const char* what) {
    const auto fit = sl::run(kernel, post, {.chains = 32, .draws = 4000}, sl::key(2));
    bool found = false;
    for (const auto& row : sl::summarise(fit)) {
      if (row.name != "s.more") continue;
      found = true;
      EXPECT_NEAR(row.mean, by_hand().more, 5 * row.mcse_mean) << what;
      EXPECT_LT(row.mcse_mean, 0.02) << what;
    }
    EXPECT_TRUE(found) << what;
  };
  check(sl::kernels::regenerate(), "regenerate");
  check(sl::kernels::cycle(sl::kernels::regenerate(), sl::kernels::drift({.at = sl::select(sl::address("s") / "x")})), "cycle");
}
