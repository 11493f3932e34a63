// Quantities that some draws do not have, chains that stand still, infinite draws: what rows and sentences say of them.
#include <starling/diagnostics/convergence.hpp>
#include <starling/diagnostics/ess.hpp>
#include <starling/diagnostics/ranks.hpp>
#include <starling/diagnostics/rhat.hpp>
#include <starling/diagnostics/quantile.hpp>
#include <starling/diagnostics/summary.hpp>

#include "formula_draws.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace sl = starling;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double absent = std::numeric_limits<double>::quiet_NaN();

std::string joined(const std::vector<std::string>& sentences) {
  std::string all;
  for (const auto& s : sentences) all += s + "\n";
  return all;
}

}  // namespace

TEST(absent_draws, of_none_the_rows_are_the_same) {
  for (const std::size_t n : {250u, 101u}) {
    const auto x = formula_draws("ar_half", 4, n, 3);
    const auto all = sl::summarise("x", x, 4), present = sl::summarise_present("x", x, 4), judged = sl::convergence_row("x", x, 4, true);
    EXPECT_EQ(all.present, 1.0);
    EXPECT_EQ(all.mcse_mean, present.mcse_mean);
    EXPECT_EQ(all.r_hat, present.r_hat);
    EXPECT_EQ(all.ess_bulk, judged.ess_bulk);
    EXPECT_EQ(all.ess_tail, judged.ess_tail);
    EXPECT_EQ(all.r_hat, judged.r_hat);
    EXPECT_EQ(all.mean, judged.mean);
  }
}

TEST(absent_draws, rows_are_of_the_draws_that_have_the_quantity) {
  // Independent draws, there in every third draw: as good as a third of the draws.
  const std::size_t n = 3000;
  auto x = formula_draws("iid", 4, n, 5);
  std::vector<double> there;
  for (std::size_t i = 0; i < x.size(); ++i)
    if (i % 3 == 0) there.push_back(x[i] += 7.0);
    else x[i] = absent;
  const auto row = sl::summarise_present("x", x, 4), alone = sl::summarise("x", there, 4);
  EXPECT_NEAR(row.present, 1.0 / 3, 1e-12);
  EXPECT_NEAR(row.mean, alone.mean, 1e-12);
  EXPECT_NEAR(row.sd, alone.sd, 1e-12);
  EXPECT_EQ(row.q5, alone.q5);
  EXPECT_EQ(row.q50, alone.q50);
  EXPECT_EQ(row.q95, alone.q95);
  // The estimated number of independent draws has a relative error of some 5 %.
  EXPECT_NEAR(row.ess_bulk / 4000, 1.0, 0.2);
  EXPECT_NEAR(row.ess_tail / 4000, 1.0, 0.2);
  EXPECT_NEAR(row.mcse_mean / (row.sd / std::sqrt(4000.0)), 1.0, 0.1);
  EXPECT_NEAR(row.mcse_sd / (row.sd / std::sqrt(8000.0)), 1.0, 0.2);
  EXPECT_LT(row.r_hat, 1.01);
  EXPECT_TRUE(sl::convergence_warnings({row}).empty()) << joined(sl::convergence_warnings({row}));
  EXPECT_TRUE(std::isnan(sl::summarise("x", x, 4).mean));  // where NaN means that something went wrong
}

TEST(absent_draws, chains_that_disagree_on_whether_there_is_one_have_a_large_r_hat) {
  auto x = formula_draws("iid", 4, 500, 6);
  std::fill(x.begin(), x.begin() + 500, absent);
  EXPECT_GT(sl::summarise_present("x", x, 4).r_hat, 1.5);
  auto shifted = formula_draws("shifted", 4, 500, 6);
  for (std::size_t i = 0; i < shifted.size(); i += 2) shifted[i] = absent;
  EXPECT_NEAR(sl::summarise_present("x", shifted, 4).r_hat, sl::rhat(formula_draws("shifted", 4, 500, 6), 4), 0.05);
  const auto none = sl::summarise_present("x", std::vector<double>(400, absent), 4);
  EXPECT_EQ(none.present, 0.0);
  EXPECT_TRUE(std::isnan(none.mean));
  EXPECT_EQ(sl::summarise_present("x", std::vector<double>{absent, 2.0, absent, absent}, 1).mean, 2.0);
}

TEST(absent_draws, of_weighted_draws_leave_their_weight_to_the_others) {
  const std::vector<double> x{1.0, absent, 3.0, absent}, w{std::log(3.0), std::log(2.0), 0.0, -infinity};
  const auto row = sl::summarise_weighted("x", x, w, true);
  EXPECT_NEAR(row.present, 4.0 / 6, 1e-15);
  EXPECT_NEAR(row.mean, 1.5, 1e-15);
  EXPECT_NEAR(row.ess_bulk, 16.0 / 10, 1e-14);
  EXPECT_TRUE(std::isnan(sl::summarise_weighted("x", x, w).mean));
}

TEST(standing_chains, have_an_infinite_r_hat_or_none) {
  std::vector<double> x;
  for (const double at : {0.1, 0.2, 0.3, 0.7}) x.insert(x.end(), 1000, at);
  EXPECT_EQ(sl::rhat(x, 4), infinity);
  EXPECT_EQ(sl::plain_rhat(x, 4), infinity);
  auto row = sl::summarise("x", x, 4);
  EXPECT_EQ(row.still, 1.0);
  const auto said = sl::convergence_warnings({row});
  ASSERT_EQ(said.size(), 1u) << joined(said);
  EXPECT_NE(said[0].find("x never moved in any chain"), std::string::npos) << said[0];

  const std::vector<double> same(4000, 0.1);  // whose mean rounds to another number
  row = sl::summarise("x", same, 4);
  EXPECT_EQ(row.sd, 0.0);
  EXPECT_TRUE(std::isnan(row.r_hat));
  EXPECT_TRUE(std::isnan(sl::plain_rhat(same, 4)));
  const auto still = sl::convergence_warnings({row});
  ASSERT_EQ(still.size(), 1u) << joined(still);
  EXPECT_NE(still[0].find("x never moved: unless it is a constant"), std::string::npos);

  auto rounded = same;  // by one place at times: as still as that
  for (std::size_t i = 0; i < rounded.size(); i += 7) rounded[i] = std::nextafter(0.1, 1);
  const auto but_for_rounding = sl::convergence_warnings({sl::summarise("x", rounded, 4)});
  ASSERT_EQ(but_for_rounding.size(), 1u) << joined(but_for_rounding);
  EXPECT_NE(but_for_rounding[0].find("x never moved, but for rounding"), std::string::npos) << but_for_rounding[0];

  std::vector<sl::running_moments> halves(8);
  for (std::size_t i = 0; i < 800; ++i) halves[i / 100].add(0.1 * static_cast<double>(i / 200));
  EXPECT_EQ(sl::summarise_moments("x", halves).r_hat, infinity);
}

TEST(infinite_draws, are_ranked_and_said) {
  for (const char* kind : {"half_infinite", "mostly_infinite", "two_infinities", "two_infinities_only"}) {
    const auto row = sl::summarise("x", formula_draws(kind, 4, 1000, 8), 4);
    EXPECT_GT(row.ess_bulk, 3000.0) << kind;
    EXPECT_LT(row.r_hat, 1.01) << kind;
    const auto said = sl::convergence_warnings({row});
    ASSERT_EQ(said.size(), 1u) << kind << joined(said);
    EXPECT_NE(said[0].find("The draws of x hold infinite values"), std::string::npos) << said[0];
  }
  EXPECT_EQ(sl::quantile(std::vector<double>{1.0, 2.0, infinity}, 0.5), 2.0);  // not 2 + 0 * infinity
  EXPECT_EQ(sl::sorted_weighted_quantile(std::vector<double>{1.0, 2.0, infinity}, std::vector<double>{1.0, 1.0, 1.0}, 0.5), 2.0);
}

TEST(ranks, end_for_any_numbers) {
  const std::vector<double> of{absent, -infinity, 0.0, -0.0, infinity, 5e-324, -absent, -1.0, 1e308, -1e308};
  std::uint64_t state = 1;
  for (int round = 0; round < 200; ++round) {
    std::vector<double> x(round % 2 == 0 ? 40 : 600);
    const std::size_t kinds = 1 + static_cast<std::size_t>(round) % of.size();
    for (double& v : x) v = of[(state = state * 6364136223846793005u + 1442695040888963407u) % 1000003 % kinds + (round % 3 == 0 ? of.size() - kinds : 0)];
    const auto order = sl::ascending_order(x);
    for (std::size_t i = 1; i < x.size(); ++i) EXPECT_TRUE(x[order[i - 1]] <= x[order[i]] || std::isnan(x[order[i]]));
    const auto row = sl::summarise_present("x", x, 4);
    sl::summarise("x", x, 4);
    sl::summarise_weighted("x", x, std::vector<double>(x.size(), 0.0), true);
    EXPECT_GE(row.present, 0.0);
    for (const double centre : {0.0, infinity, -infinity, absent}) EXPECT_EQ(sl::normal_scores(x, sl::folded_order(x, order, centre)).size(), x.size());
  }
}

TEST(convergence_warnings, of_chains_in_different_modes_speak_of_tempering) {
  const auto far = sl::summarise("x", formula_draws("shifted", 4, 2000, 4), 4);
  ASSERT_GT(far.r_hat, 1.1);
  EXPECT_NE(joined(sl::convergence_warnings({far})).find("run_tempered"), std::string::npos);
  EXPECT_NE(joined(sl::convergence_warnings({}, 1)).find("With one chain there is no R-hat"), std::string::npos);
}
