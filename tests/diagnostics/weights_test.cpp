// Weighted draws, moments and quantiles, against closed forms.
#include <starling/diagnostics/ess.hpp>
#include <starling/diagnostics/incomplete_beta.hpp>
#include <starling/diagnostics/moments.hpp>
#include <starling/diagnostics/quantile.hpp>
#include <starling/diagnostics/rhat.hpp>
#include <starling/diagnostics/summary.hpp>

#include "formula_draws.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace sl = starling;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

template <class Call>
std::string message_of(Call call) {
  try {
    call();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST(weighted_ess, is_the_square_of_the_sum_over_the_sum_of_squares) {
  const std::vector<double> w = {std::log(1.0), std::log(2.0), std::log(3.0)};
  EXPECT_NEAR(sl::weighted_ess(w), 36.0 / 14.0, 1e-14);
  const std::vector<double> far = {w[0] - 5000.0, w[1] - 5000.0, w[2] - 5000.0, -infinity};
  EXPECT_NEAR(sl::weighted_ess(far), 36.0 / 14.0, 1e-11);
}

TEST(weighted_ess, is_nan_where_there_are_no_weights) {
  EXPECT_TRUE(std::isnan(sl::weighted_ess(std::vector<double>{-infinity, -infinity})));
  EXPECT_TRUE(std::isnan(sl::weighted_ess(std::vector<double>{0.0, not_a_number})));
  EXPECT_TRUE(std::isnan(sl::weighted_ess(std::vector<double>{0.0, infinity})));
  EXPECT_TRUE(std::isnan(sl::weighted_ess({})));
}

TEST(weighted_summary, with_equal_weights_is_the_plain_one) {
  const auto x = formula_draws("iid", 1, 250, 9);
  const auto plain = sl::summarise("x", x, 1);
  const auto weighted = sl::summarise_weighted("x", x, std::vector<double>(x.size(), -700.0));
  EXPECT_NEAR(weighted.mean, plain.mean, 1e-13);
  EXPECT_NEAR(weighted.sd, plain.sd, 1e-13);
  EXPECT_NEAR(weighted.q5, plain.q5, 1e-12);
  EXPECT_NEAR(weighted.q50, plain.q50, 1e-12);
  EXPECT_NEAR(weighted.q95, plain.q95, 1e-12);
  EXPECT_NEAR(weighted.ess_bulk, 250.0, 1e-10);
  EXPECT_NEAR(weighted.mcse_mean, plain.sd / std::sqrt(250.0) * std::sqrt(249.0 / 250.0), 1e-13);
}

TEST(weighted_summary, of_whole_weights_is_that_of_repeated_draws) {
  const std::vector<double> x = {3.0, -1.0, 7.0, not_a_number};
  const auto row = sl::summarise_weighted("x", x, std::vector<double>{std::log(2.0), std::log(1.0), std::log(5.0), -infinity});
  EXPECT_NEAR(row.mean, (2 * 3.0 - 1.0 + 5 * 7.0) / 8.0, 1e-14);
  const double squares = (2 * 4.0 + 36.0 + 5 * 4.0) / 8.0;   // about the mean, 5
  const double ess = 64.0 / 30.0;
  EXPECT_NEAR(row.sd, std::sqrt(squares * ess / (ess - 1.0)), 1e-14);
  EXPECT_NEAR(row.mcse_mean, std::sqrt(4 * 4.0 + 36.0 + 25 * 4.0) / 8.0, 1e-14);
  EXPECT_TRUE(std::isnan(row.r_hat));
}

TEST(weighted_summary, needs_a_weight_for_each_value) {
  EXPECT_EQ(message_of([] { sl::summarise_weighted("mu", std::vector<double>(3), std::vector<double>(2)); }),
            "summarise_weighted: `mu` has 3 values but 2 log weights.");
}

TEST(weighted_quantile, ignores_values_without_weight) {
  const std::vector<double> x = {-100.0, 1.0, 2.0, 3.0, 100.0};
  const std::vector<double> w = {0.0, 1.0, 1.0, 1.0, 0.0};
  EXPECT_NEAR(sl::sorted_weighted_quantile(x, w, 0.5), 2.0, 1e-15);
  EXPECT_NEAR(sl::sorted_weighted_quantile(x, w, 0.0), 1.0, 1e-15);
  EXPECT_NEAR(sl::sorted_weighted_quantile(x, w, 1.0), 3.0, 1e-15);
  EXPECT_NEAR(sl::sorted_weighted_quantile(x, w, 0.25), 1.5, 1e-15);
}

TEST(running_moments, of_parts_merge_to_those_of_the_whole) {
  const auto x = formula_draws("far_away", 1, 1000, 4);
  sl::running_moments first, second, whole;
  for (std::size_t i = 0; i < x.size(); ++i) {
    (i < 300 ? first : second).add(x[i]);
    whole.add(x[i]);
  }
  first.merge(second);
  first.merge(sl::running_moments());
  EXPECT_EQ(first.count(), 1000u);
  for (const auto& m : {first, whole}) {
    EXPECT_NEAR(m.mean(), sl::mean(x), 1e-8);
    EXPECT_NEAR(m.variance(), sl::variance(x), 1e-10);
  }
  EXPECT_TRUE(std::isnan(sl::running_moments().mean()));
}

TEST(summary_of_moments, agrees_with_that_of_the_draws) {
  const std::size_t chains = 64, length = 200;
  const auto x = formula_draws("ar_half", chains, length, 12);
  std::vector<sl::running_moments> halves(2 * chains);
  for (std::size_t i = 0; i < x.size(); ++i) halves[i / (length / 2)].add(x[i]);
  const auto plain = sl::summarise("x", x, chains);
  const auto row = sl::summarise_moments("x", halves);
  EXPECT_NEAR(row.mean, plain.mean, 1e-12);
  EXPECT_NEAR(row.sd, plain.sd, 1e-12);
  EXPECT_NEAR(row.r_hat, sl::plain_rhat(x, 2 * chains), 1e-12);
  EXPECT_NEAR(row.ess_bulk / sl::ess_mean(x, chains), 1.0, 0.5);   // relative standard error sqrt(2 / 63) = 0.18
  EXPECT_NEAR(row.mcse_mean, row.sd / std::sqrt(row.ess_bulk), 1e-15);
  EXPECT_TRUE(std::isnan(row.q50));
}

TEST(summary_of_moments, of_few_chains_leaves_the_ess_open) {
  std::vector<sl::running_moments> halves(8);
  for (std::size_t i = 0; i < 80; ++i) halves[i / 10].add(static_cast<double>(i % 7));
  const auto row = sl::summarise_moments("x", halves);
  EXPECT_TRUE(std::isnan(row.ess_bulk));
  EXPECT_TRUE(std::isnan(row.mcse_mean));
  EXPECT_FALSE(std::isnan(row.r_hat));
  EXPECT_EQ(message_of([] { sl::summarise_moments("x", std::vector<sl::running_moments>(3)); }),
            "summarise_moments needs the moments of two halves of each chain, not 3 of them.");
}

TEST(incomplete_beta, has_its_closed_forms) {
  EXPECT_NEAR(sl::incomplete_beta(1.0, 1.0, 0.3), 0.3, 1e-14);
  EXPECT_NEAR(sl::incomplete_beta(3.0, 1.0, 0.7), 0.343, 1e-14);
  EXPECT_NEAR(sl::incomplete_beta(2.0, 3.0, 0.4), 0.5248, 1e-14);          // 6x^2 - 8x^3 + 3x^4
  EXPECT_NEAR(sl::incomplete_beta(500.0, 500.0, 0.5), 0.5, 1e-12);
  for (const double p : {1e-6, 0.1586553, 0.5, 0.8413447, 0.999})
    for (const auto& [a, b] : {std::pair{1.5, 20.0}, std::pair{201.0, 3801.0}, std::pair{5e5, 5e5}})
      EXPECT_NEAR(sl::incomplete_beta(a, b, sl::incomplete_beta_inverse(a, b, p)), p, 1e-9) << a << " " << b << " " << p;
  EXPECT_TRUE(std::isnan(sl::incomplete_beta_inverse(not_a_number, 2.0, 0.5)));
}

TEST(diagnostics, say_which_shape_is_wrong) {
  EXPECT_EQ(message_of([] { sl::rhat(std::vector<double>(10), 3); }), "10 draws cannot be 3 chains of equal length.");
  EXPECT_EQ(message_of([] { sl::summarise("x", std::vector<double>(10), 0); }), "10 draws cannot be 0 chains of equal length.");
}
