#include <starling/inference/progress.hpp>
#include <starling/inference/result.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

namespace sl = starling;

TEST(draws, that_do_not_exist_are_said_with_those_that_do) {
  const sl::draws some{2, 1, {{"mu", {}, {1.0, 2.0}}, {"tau", {}, {3.0, 4.0}}}};
  EXPECT_EQ(some["tau"].values[1], 4.0);
  EXPECT_EQ(some.find("theta"), nullptr);
  try {
    some["theta"];
    FAIL();
  } catch (const std::out_of_range& error) {
    EXPECT_STREQ(error.what(), "There is no variable `theta` among these draws. There is `mu`, `tau`.");
  }
  try {
    sl::draws()["mu"];
    FAIL();
  } catch (const std::out_of_range& error) {
    EXPECT_STREQ(error.what(), "There is no variable `mu` among these draws. There are none at all.");
  }
}

TEST(variable, names_and_gathers_its_elements) {
  const sl::variable x{"X", {2, 3}, {0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15}};
  EXPECT_EQ(x.elements(), 6u);
  EXPECT_EQ(x.element_name(0), "X[0,0]");
  EXPECT_EQ(x.element_name(2), "X[0,2]");
  EXPECT_EQ(x.element_name(5), "X[1,2]");
  EXPECT_EQ(x.element(4), (std::vector<double>{4.0, 14.0}));
  EXPECT_EQ((sl::variable{"mu", {}, {1.0}}.element_name(0)), "mu");
  EXPECT_THROW(x.element(6), std::out_of_range);
}

TEST(summarise, has_a_row_for_each_scalar_of_the_posterior) {
  sl::result fit;
  fit.posterior = {2, 4, {{"mu", {}, {1, 2, 3, 4, 5, 6, 7, 8}}, {"theta", {2}, std::vector<double>(16, 3.0)}}};
  const auto rows = sl::summarise(fit);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[2].name, "theta[1]");
  EXPECT_DOUBLE_EQ(rows[0].mean, 4.5);
  EXPECT_GT(rows[0].r_hat, 1.5);
  EXPECT_EQ(rows[1].sd, 0.0);
}

TEST(summarise, weighs_and_takes_summaries_as_they_are) {
  sl::result weighted;
  weighted.posterior = {1, 2, {{"mu", {}, {1.0, 3.0}}}};
  weighted.log_weights = {std::log(3.0), 0.0};
  EXPECT_NEAR(sl::summarise(weighted).at(0).mean, 1.5, 1e-15);
  sl::result only;
  only.summaries = {{.name = "mu", .mean = 2.0}};
  EXPECT_EQ(sl::summarise(only).at(0).mean, 2.0);
}

TEST(progress, is_silent_and_never_stops_by_itself) {
  sl::progress silent;
  silent.update("sampling", 1, 2);
  EXPECT_FALSE(silent.stop_requested());
}
