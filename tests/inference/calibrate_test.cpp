// sl::calibrate: exact posteriors are called calibrated; a kernel whose model has another scale is found, and named so.
#include <starling/inference/calibrate.hpp>

#include <starling/distributions/normal.hpp>
#include <starling/distributions/iid.hpp>
#include <starling/inference/kernels/nuts.hpp>
#include <starling/inference/posterior_gradient.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

namespace sl = starling;

namespace {

constexpr auto model = sl::gen([](auto& trace) {
  const auto mu = trace("mu", sl::normal(1.0, 2.0));
  for (std::size_t i = 0; i < 3; ++i) trace({"y", i}, sl::normal(mu + trace({"z", i}, sl::normal(0.0, 0.5)), 1.0));
});

// A normal posterior of a mean, drawn exactly, with its standard deviation times `scale` and moved by `shift` of them.
struct exact {
  double scale = 1, shift = 0;
};

sl::calibration of_exact(const exact& e, std::size_t data_sets) {
  sl::rank_tally tally;
  for (std::size_t i = 0; i < data_sets; ++i) {
    sl::stream<double> numbers(sl::key(7), i);
    numbers.visit(0);
    const double mu = numbers.normal(), y = mu + numbers.normal();   // posterior: normal(y/2, √½)
    sl::result fit;
    fit.posterior = {4, 25, {{.name = "mu", .shape = {}, .values = {}}}};
    for (int d = 0; d < 100; ++d) fit.posterior.variables[0].values.push_back(y / 2 + std::sqrt(0.5) * (e.shift + e.scale * numbers.normal()));
    tally.add({{.name = "mu", .shape = {}, .values = {mu}}}, fit, sl::key(i));
  }
  return tally.finish(false);
}

}  // namespace

TEST(Calibrate, NutsIsCalibrated) {
  const auto post = sl::posterior(model, sl::args(), {{"y", {0.0, 0.0, 0.0}}});
  const auto c = sl::calibrate(sl::kernels::nuts(), post, {.data_sets = 60, .run = {.chains = 4, .draws = 25, .warmup = 300, .thin = 4}}, sl::key(1));
  ASSERT_EQ(c.rows.size(), 4u);
  EXPECT_EQ(c.rows[0].name, "mu");
  EXPECT_EQ(c.rows[3].name, "z[2]");
  for (const auto& row : c.rows) {
    EXPECT_GT(row.p_value, 1e-6) << row.name;
    EXPECT_EQ(row.places.size(), 60u);
  }
}

TEST(Calibrate, ExactDrawsAreAndOthersAreNamed) {
  const auto right = of_exact({}, 400);
  EXPECT_GT(right.rows[0].p_value, 1e-4);
  EXPECT_TRUE(right.warnings.empty()) << right.warnings[0];
  const auto says = [](const exact& e, const std::string& words) {
    const auto c = of_exact(e, 400);
    ASSERT_EQ(c.warnings.size(), 1u) << words;
    EXPECT_NE(c.warnings[0].find(words), std::string::npos) << c.warnings[0];
  };
  says({.scale = 0.6}, "too narrow");
  says({.scale = 1.8}, "too wide");
  says({.shift = 0.4}, "too high");
  says({.shift = -0.4}, "too low");
}

// Of 400 uniform places the p-value itself is uniform: 1,000 times, as many below 0.05 and 0.5 as there should be.
TEST(Calibrate, PValuesAreUniformForExactDraws) {
  int few = 0, half = 0;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    sl::rank_tally tally;
    sl::stream<double> numbers(sl::key(3), seed);
    numbers.visit(0);
    for (int i = 0; i < 50; ++i) {
      sl::result fit;
      fit.posterior = {1, 9, {{.name = "x", .shape = {}, .values = {}}}};
      for (int d = 0; d < 9; ++d) fit.posterior.variables[0].values.push_back(numbers.uniform());
      tally.add({{.name = "x", .shape = {}, .values = {numbers.uniform()}}}, fit, sl::key(100 * seed + static_cast<std::uint64_t>(i)));
    }
    const double p = tally.finish(false).rows[0].p_value;
    few += p < 0.05;
    half += p < 0.5;
  }
  EXPECT_NEAR(few, 50, 5 * std::sqrt(1000 * 0.05 * 0.95));
  EXPECT_NEAR(half, 500, 5 * std::sqrt(1000 * 0.25));
}

TEST(Calibrate, ATableIsPrinted) {
  std::ostringstream text;
  text << of_exact({.scale = 0.5}, 200);
  EXPECT_NE(text.str().find("mu    |"), std::string::npos) << text.str();
  EXPECT_NE(text.str().find("warning: mu is not calibrated"), std::string::npos) << text.str();
}

TEST(Calibrate, WhatCannotBeRankedIsRefused) {
  EXPECT_THROW(sl::calibrate(sl::kernels::nuts(), sl::posterior(model, sl::args(), {}), {}, sl::key(1)), std::invalid_argument);
  EXPECT_THROW(sl::calibrate(sl::kernels::nuts(), sl::posterior(model, sl::args(), {{"y", {0.0, 0.0, 0.0}}}), {.data_sets = 0}, sl::key(1)),
               std::invalid_argument);
}
