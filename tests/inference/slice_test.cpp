// Slice sampling: stationary from exact draws, right on a known posterior, the same in lanes as alone.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include <starling/distributions/distributions.hpp>
#include <starling/inference/kernels/composition.hpp>
#include <starling/inference/kernels/regenerate.hpp>
#include <starling/inference/kernels/slice.hpp>
#include <starling/inference/run.hpp>

namespace sl = starling;
namespace kernels = sl::kernels;

namespace {

// a ~ exponential, skewed and with an end; b | a ~ normal(a, 0.5); v a vector.
constexpr auto skewed = sl::gen([](auto& trace) {
  const auto a = trace("a", sl::exponential(1.0));
  trace("b", sl::normal(a, 0.5));
  trace("n", sl::poisson(3.0));
});
const sl::posterior prior(skewed, sl::args(), sl::choice_map());
const auto reals = sl::select("a", "b");

// Kolmogorov and Smirnov's distance times √n of numbers that should be uniform: above 2.7 with probability below 1e-6.
double distance(std::vector<double> u) {
  std::sort(u.begin(), u.end());
  double d = 0;
  const auto n = static_cast<double>(u.size());
  for (std::size_t i = 0; i < u.size(); ++i) d = std::max({d, std::abs(u[i] - static_cast<double>(i) / n), std::abs(u[i] - static_cast<double>(i + 1) / n)});
  return d * std::sqrt(n);
}
double worst(const sl::result& fit, double shift = 0) {
  auto a = fit.posterior["a"].element(0), b = fit.posterior["b"].element(0);
  for (std::size_t i = 0; i < a.size(); ++i) {
    b[i] = 0.5 * std::erfc((a[i] + shift - b[i]) / 0.5 / std::sqrt(2.0));
    a[i] = 1 - std::exp(-a[i]);
  }
  return std::max(distance(a), distance(b));
}

}  // namespace

TEST(slice, one_step_from_exact_draws) {
  for (const auto layout : {sl::chain_layout::lanes, sl::chain_layout::single})
    for (const double width : {0.2, 2.0, 20.0}) {
      const auto fit = sl::run(kernels::slice({.width = width, .at = reals}), prior, {.chains = 20'000, .draws = 1, .warmup = 0, .layout = layout}, sl::key(3));
      EXPECT_LT(worst(fit), 2.7) << width;
      EXPECT_GT(worst(fit, 0.05), 2.7) << "the negative control: off by a tenth of a standard deviation";
    }
  const auto few = sl::run(kernels::slice({.width = 0.2, .steps_out = 2, .at = reals}), prior, {.chains = 20'000, .draws = 1, .warmup = 0}, sl::key(4));
  EXPECT_LT(worst(few), 2.7) << "few steps out";
}

TEST(slice, finds_its_width_and_the_posterior) {
  // normal(0, 10) prior, three observations with noise 0.5: precision 0.01 + 12, mean 12 · 2 / 12.01.
  constexpr auto model = sl::gen([](auto& trace) {
    const auto m = trace("m", sl::normal(0.0, 10.0));
    for (std::size_t i = 0; i < 3; ++i) trace({"y", i}, sl::normal(m, 0.5));
  });
  const sl::posterior post(model, sl::args(), sl::observe("y", std::vector<double>{1, 2, 3}));
  const auto fit = sl::run(kernels::slice(), post, {.chains = 16, .draws = 2000, .warmup = 300}, sl::key(1));
  const auto row = sl::summarise(fit)[0];
  EXPECT_NEAR(row.mean, 24 / 12.01, 5 * row.mcse_mean);
  EXPECT_NEAR(row.sd, 1 / std::sqrt(12.01), 5 * row.mcse_sd);
  EXPECT_GT(row.ess_bulk, 8000) << "nearly independent draws";
  const auto few = sl::run(kernels::slice(), post, {.chains = 3, .draws = 20, .warmup = 30}, sl::key(1));
  const auto many = sl::run(kernels::slice(), post, {.chains = 20, .draws = 20, .warmup = 30}, sl::key(1));
  EXPECT_TRUE(std::equal(few.posterior["m"].values.begin(), few.posterior["m"].values.end(), many.posterior["m"].values.begin()));
}

TEST(slice, composes_and_refuses_whole_numbers) {
  const auto fit = sl::run(kernels::cycle(kernels::slice({.at = reals}), kernels::regenerate({.at = sl::select("n")})), prior, {.chains = 8, .draws = 500}, sl::key(1));
  EXPECT_NEAR(sl::summarise(fit)[2].mean, 3, 0.3);
  EXPECT_THROW(sl::run(kernels::slice(), prior, {}, sl::key(1)), std::invalid_argument);
  EXPECT_THROW(kernels::slice({.width = -1}), std::invalid_argument);
}
