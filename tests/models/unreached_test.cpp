// Constraints that a run does not reach: impossible by default, or passed over; an address that no run can reach is always an error.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include <starling/combinators/mask.hpp>

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

TEST(unreached, it_is_asked_with_the_arguments_of_the_new_run) {
  constexpr auto steps = sl::gen([](auto& trace, int n, bool go) {
    const auto on = trace("on", sl::bernoulli(0.5));
    trace("s", sl::mask(sl::gen([](auto& t, int m, bool more) {
      for (int i = 0; i < m; ++i) t({"x", i}, sl::normal(0.0, 1.0));
      if (more) t("last", sl::normal(0.0, 1.0));
    })), on, n, go);
  });
  const auto x2 = sl::address("s") / sl::address(sl::name("x"), 2), last = sl::address("s") / "last";
  const auto off = [&](int n, bool go) { return sl::generate(steps, sl::args(n, go), {{"on", false}}, sl::key(1)).trace; };
  // It grows: step 2 can be reached now, and is not, for the mask is off.
  EXPECT_EQ(sl::update(off(1, false), sl::args(3, false), {{x2, 0.5}}, sl::key(2)).weight, never);
  EXPECT_EQ(sl::update(off(1, false), sl::args(3, false), {{x2, 0.5}}, sl::key(2), ignoring).weight, 0);
  EXPECT_EQ(sl::update(off(1, false), sl::args(1, true), {{last, 0.5}}, sl::key(2)).weight, never);
  // It shrinks: no run with these arguments has it.
  EXPECT_NE(thrown([&] { sl::update(off(3, false), sl::args(1, false), {{x2, 0.5}}, sl::key(2)); }).find("s/x[2]"), std::string::npos);
  EXPECT_NE(thrown([&] { sl::update(off(1, true), sl::args(1, false), {{last, 0.5}}, sl::key(2), ignoring); }).find("s/last"), std::string::npos);
  const auto one = sl::args(1, false), three = sl::args(3, false);
  const auto lanes = [&](const auto& as) { return sl::generate(steps, as, {{"on", false}}, sl::key(1), sl::lanes(5)).traces; };
  EXPECT_EQ(sl::update(lanes(one), three, {{x2, 0.5}}, sl::key(2)).weights, std::vector<double>(5, never));
  EXPECT_NE(thrown([&] { sl::update(lanes(three), one, {{x2, 0.5}}, sl::key(2)); }).find("s/x[2]"), std::string::npos);
}
