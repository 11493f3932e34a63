// Constraints that a run does not reach: impossible by default, or passed over; an address that no run can reach is always an error.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "law_models.hpp"
#include "thrown.hpp"

using namespace laws;

namespace {
constexpr double never = -std::numeric_limits<double>::infinity();
const sl::constraint_options ignoring{.unreached = sl::ignore};
}  // namespace

TEST(unreached, is_ignored_where_that_is_asked_for) {
  const sl::choice_map m = {{"b", false}, {"m", 1.0}};
  EXPECT_EQ(sl::generate(branch_body, sl::args(), m, sl::key(1)).weight, never);
  const auto [t, w] = sl::generate(branch_body, sl::args(), m, sl::key(1), {.unreached = sl::ignore});
  const auto [same, expected] = sl::generate(branch_body, sl::args(), {{"b", false}}, sl::key(1));
  EXPECT_EQ(w, expected);
  EXPECT_EQ(t.choices(), same.choices());

  EXPECT_EQ(sl::update(t, {{"m", 1.0}}, sl::key(2)).weight, never);
  EXPECT_EQ(sl::update(t, {{"m", 1.0}}, sl::key(2), {.unreached = sl::ignore}).weight, 0);
  EXPECT_EQ(sl::update(t, t.args(), {{"m", 1.0}}, sl::key(2), ignoring).weight, 0);
}

TEST(unreached, is_ignored_lane_by_lane) {
  const sl::choice_map m = {{"m", 1.0}};
  const auto [b, w] = sl::generate(branch_body, sl::args(), m, sl::key(3), sl::lanes(100), {.unreached = sl::ignore});
  const auto strict = sl::generate(branch_body, sl::args(), m, sl::key(3), sl::lanes(100)).weights;
  int missed = 0;
  for (std::size_t l = 0; l < 100; ++l) {
    const bool taken = b.lane(l)["b"] != 0;
    EXPECT_EQ(w[l], taken ? strict[l] : 0.0) << l;
    missed += !taken;
  }
  EXPECT_GT(missed, 20);
  const auto u = sl::update(b, {{"m", 2.0}}, sl::key(4), ignoring);
  for (std::size_t l = 0; l < 100; ++l) {
    if (b.lane(l)["b"] == 0) EXPECT_NEAR(u.weights[l], 0.0, 1e-12) << l;
    else EXPECT_GT(std::abs(u.weights[l]), 1e-3) << l;
  }
}

TEST(unreached, a_typo_is_an_error_all_the_same) {
  EXPECT_NE(thrown([] { sl::generate(flat_body, sl::args(), {{"xx", 1.0}}, sl::key(1), ignoring); }).find("xx"), std::string::npos);
  EXPECT_NE(thrown([] { sl::generate(flat_body, sl::args(), {{"xx", 1.0}}, sl::key(1), sl::lanes(20), ignoring); }).find("xx"), std::string::npos);
  const auto t = sl::simulate(flat_body, sl::args(), sl::key(1));
  EXPECT_THROW(sl::update(t, {{"typo", 1.0}}, sl::key(2), ignoring), std::invalid_argument);
}
