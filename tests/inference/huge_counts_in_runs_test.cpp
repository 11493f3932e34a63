// Runs in which counts beyond what lanes hold exactly are drawn do not end by them; such a count is the largest, and weighs what that weighs.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include <starling/combinators/unfold.hpp>
#include <starling/distributions/distributions.hpp>
#include <starling/inference/importance.hpp>
#include <starling/inference/kernels/regenerate.hpp>
#include <starling/inference/particle_filter.hpp>
#include <starling/inference/predictive.hpp>
#include <starling/inference/run.hpp>

namespace sl = starling;

namespace {

constexpr double most = 9007199254740992.0;

// A rate around e^36, by a factor of up to e^200: half of the counts are beyond.
constexpr auto counts = sl::gen([](auto& trace) {
  const auto r = trace("r", sl::normal(36.0, 40.0));
  const auto k = trace("k", sl::poisson_log(r));
  trace("y", sl::normal(sl::log(sl::to_real(k) + 1.0), 1.0));
  return r;
});
// The rate e^60, about 1e26.
constexpr auto beyond = sl::gen([](auto& trace) {
  const auto k = trace("k", sl::poisson_log(60.0));
  trace("y", sl::normal(sl::log(sl::to_real(k) + 1.0), 1.0));
});
constexpr auto step = sl::gen([](auto& trace, std::size_t, const auto& r) {
  const auto k = trace("k", sl::poisson_log(r));
  trace("y", sl::normal(sl::log(sl::to_real(k) + 1.0), 1.0));
  return r + 1.0;
});

void expect_counts(const std::vector<double>& ks) {
  int at_most = 0;
  for (const double k : ks) {
    ASSERT_TRUE(k >= 0 && k <= most) << k;
    at_most += k == most ? 1 : 0;
  }
  EXPECT_GT(at_most, static_cast<int>(ks.size()) / 4);
}

// log normal(y; log(2^53 + 1), 1)
double density_at_most(double y) { return -0.5 * std::log(2 * std::acos(-1.0)) - 0.5 * std::pow(y - std::log(most + 1), 2); }

}  // namespace

TEST(huge_counts, do_not_end_importance_sampling) {
  const auto fit = sl::importance(sl::posterior(beyond, sl::args(), sl::observe("y", 36.0)), 100, sl::key(4));
  EXPECT_NEAR(*fit.log_evidence, density_at_most(36.0), 1e-12);
  for (const double k : fit.posterior["k"].values) EXPECT_EQ(k, most);
  expect_counts(sl::importance(sl::posterior(counts, sl::args(), sl::observe("y", 40.0)), 2000, sl::key(4)).posterior["k"].values);
}

TEST(huge_counts, are_predicted) {
  expect_counts(sl::prior_predictive(sl::posterior(counts, sl::args(), sl::observe("k", 3)), 400, sl::key(5))["k"].values);
}

TEST(huge_counts, do_not_end_chains) {
  const auto fit = sl::run(sl::kernels::regenerate(), sl::posterior(counts, sl::args(), sl::observe("y", 40.0)), {.draws = 500, .warmup = 100}, sl::key(6));
  expect_counts(fit.posterior["k"].values);
}

TEST(huge_counts, do_not_end_filters) {
  sl::particle_filter filter(sl::unfold(step), sl::args(60.0), {.particles = 500}, sl::key(7));
  for (int t = 0; t < 3; ++t) filter.step({{"y", 36.0}});
  EXPECT_NEAR(filter.log_evidence(), 3 * density_at_most(36.0), 1e-9);
}
