#include <starling/io/report.hpp>

#include "example_fit.hpp"
#include "io/nearest_name.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <limits>

namespace sl = starling;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

sl::summary_row good(const char* name) {
  return {.name = name, .mean = 4.3915, .sd = 3.3166, .mcse_mean = 0.041234, .mcse_sd = 0.0312, .q5 = -1.0567, .q50 = 4.35, .q95 = 9.8812, .ess_bulk = 6543.2, .ess_tail = 5432.1, .r_hat = 1.0004};
}

}  // namespace

TEST(summary_table, is_aligned_and_readable) {
  auto wide = good("theta[10]");
  wide.mean = -123456.0;
  wide.sd = 1.25e-7;
  wide.q5 = -infinity;
  wide.q50 = 0.0;
  wide.r_hat = 1.2345e6;
  wide.mcse_sd = sl::summary_row::unknown;
  EXPECT_EQ("\n" + sl::summary_table({good("mu"), wide}), R"(
              mean         sd      5%    50%    95%  mcse_mean  mcse_sd  ess_bulk  ess_tail     r_hat
mu           4.391      3.317  -1.057  4.350  9.881      0.041    0.031      6543      5432     1.000
theta[10]  -123456  1.250e-07    -inf      0  9.881      0.041        -      6543      5432  1.23e+06
)");
}

TEST(summary_table, aligns_letters_that_take_two_bytes) {
  const auto table = sl::summary_table({good("μ"), good("x")});
  EXPECT_NE(table.find("μ  4.391"), std::string::npos) << table;
  EXPECT_NE(table.find("x  4.391"), std::string::npos) << table;
}

TEST(convergence_warnings, are_none_for_good_rows) { EXPECT_TRUE(sl::convergence_warnings({good("mu"), good("tau")}).empty()); }

TEST(convergence_warnings, name_the_variables_and_what_to_do) {
  auto apart = good("tau");
  apart.r_hat = 1.0234;
  auto few = good("theta[2]");
  few.ess_tail = 399.4;
  EXPECT_EQ(sl::convergence_warnings({good("mu"), apart, few}),
            (std::vector<std::string>{"R-hat is above 1.01 (up to 1.023) for tau: the chains do not agree yet, so do not trust these numbers. "
                                      "Run longer (num_warmup, num_samples), or use a kernel that moves better.",
                                      "The effective sample size is below 400 (down to 399) for theta[2]: means and quantiles are rough. "
                                      "Draw more, with more chains, or thin less."}));
}

TEST(convergence_warnings, tell_what_never_moved_and_what_is_nan) {
  auto still = good("mu");
  still.sd = 0.0;
  still.r_hat = sl::summary_row::unknown;
  still.ess_bulk = 10.0;
  const auto warnings = sl::convergence_warnings({still, {.name = "tau"}});
  ASSERT_EQ(warnings.size(), 2u);
  EXPECT_EQ(warnings[0], "The draws of tau hold NaN: check the model where it computes them.");
  EXPECT_EQ(warnings[1], "mu never moved: unless it is a constant, the kernel accepts nothing; use smaller steps.");
}

TEST(convergence_warnings, name_at_most_eight) {
  std::vector<sl::summary_row> rows;
  for (int i = 1; i <= 11; ++i) {
    rows.push_back(good("x"));
    rows.back().name = "x[" + std::to_string(i) + "]";
    rows.back().r_hat = infinity;
  }
  EXPECT_NE(sl::convergence_warnings(rows).at(0).find("x[7], x[8] and 3 more:"), std::string::npos);
}

TEST(report, tells_of_interruption_and_weights) {
  auto fit = example_fit();
  fit.interrupted = true;
  fit.warnings = {"3 proposals were outside the support."};
  const auto text = sl::report(fit);
  EXPECT_EQ(text.substr(0, 65), "Interrupted: 5 draws of each chain are kept.\n3 chains of 5 draws\n");
  EXPECT_NE(text.find("X[1,2]"), std::string::npos);
  EXPECT_NE(text.find("\nwarning: 3 proposals were outside the support.\n"), std::string::npos);
  EXPECT_NE(text.find("\nwarning: R-hat is above 1.01"), std::string::npos);

  sl::result weighted;
  weighted.posterior = {1, 2, {{"mu", {}, {1.0, 3.0}}}};
  weighted.log_weights = {0.0, 0.0};
  weighted.ess = 2.0;
  weighted.log_evidence = -31.25;
  const auto other = sl::report(weighted);
  EXPECT_NE(other.find("log evidence -31.2500\n"), std::string::npos) << other;
  EXPECT_NE(other.find("warning: The effective sample size of the weights is 2.0, below 400"), std::string::npos) << other;
  EXPECT_EQ(other.find("R-hat is"), std::string::npos) << other;
}

TEST(summary_json, has_null_for_what_is_not_known) {
  sl::result fit;
  fit.summaries = {{.name = "mu", .mean = 1.5, .sd = infinity}};
  fit.attributes = {{"seed", "3"}};
  const auto json = nlohmann::json::parse(sl::summary_json(fit));
  EXPECT_EQ(json["variables"][0]["mean"], 1.5);
  EXPECT_TRUE(json["variables"][0]["sd"].is_null());
  EXPECT_TRUE(json["variables"][0]["r_hat"].is_null());
  EXPECT_TRUE(json["log_evidence"].is_null());
  EXPECT_EQ(json["attributes"]["seed"], "3");
}

TEST(nearest_name, forgives_a_third_of_the_letters) {
  const std::vector<std::string> names = {"num_chains", "num_samples", "sigma", "J", "y"};
  EXPECT_EQ(sl::nearest_name("num_chain", names), "num_chains");
  EXPECT_EQ(sl::nearest_name("sgima", names), "sigma");
  EXPECT_EQ(sl::nearest_name("SIGMA", names), "sigma");
  EXPECT_EQ(sl::nearest_name("num_smaple", names), "num_samples");
  EXPECT_EQ(sl::nearest_name("j", names), "J");
  EXPECT_EQ(sl::nearest_name("x", names), "");
  EXPECT_EQ(sl::nearest_name("temperature", names), "");
  EXPECT_EQ(sl::nearest_name("", names), "");
}
