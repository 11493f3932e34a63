// A constraint under a mask that is off in some lanes: padded data.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include <starling/combinators/combinators.hpp>
#include <starling/distributions/distributions.hpp>
#include <starling/models/generate.hpp>
#include <starling/models/simulate.hpp>
#include <starling/models/update.hpp>

#include "models/thrown.hpp"

namespace sl = starling;

namespace {

const sl::constraint_options ignoring{.unreached = sl::ignore};
constexpr double never = -std::numeric_limits<double>::infinity();
constexpr auto point = sl::gen([](auto& trace) { return trace("v", sl::normal(0.0, 1.0)); });
constexpr auto padded = sl::gen([](auto& trace) {
  const auto on = trace("on", sl::bernoulli(0.5));
  trace("z", sl::mask(point), on);
});

TEST(unreached, under_a_mask_is_impossible_or_ignored) {
  const sl::choice_map data = {{sl::address("z") / "v", 0.3}};
  const double density = -0.045 - 0.5 * std::log(2 * std::acos(-1.0));
  const auto strict = sl::generate(padded, sl::args(), data, sl::key(1), sl::lanes(64));
  const auto lax = sl::generate(padded, sl::args(), data, sl::key(1), sl::lanes(64), {.unreached = sl::ignore});
  const auto on = strict.traces["on"];
  int off = 0;
  for (std::size_t l = 0; l < 64; ++l) {
    EXPECT_NEAR(lax.weights[l], on[l] != 0 ? density : 0.0, 1e-12);
    if (on[l] != 0) EXPECT_NEAR(strict.weights[l], density, 1e-12);
    else EXPECT_EQ(strict.weights[l], never);
    off += on[l] == 0;
  }
  EXPECT_GT(off, 10);

  const sl::choice_map other = {{sl::address("z") / "v", 1.3}};
  const auto refused = sl::update(lax.traces, other, sl::key(2)), moved = sl::update(lax.traces, other, sl::key(2), {.unreached = sl::ignore});
  for (std::size_t l = 0; l < 64; ++l) {
    EXPECT_NEAR(moved.weights[l], on[l] != 0 ? -0.8 : 0.0, 1e-12);
    EXPECT_EQ(refused.weights[l] > never, on[l] != 0);
  }
  EXPECT_THROW(sl::generate(padded, sl::args(), {{sl::address("z") / "w", 0.3}}, sl::key(1), sl::lanes(64), {.unreached = sl::ignore}), std::invalid_argument);

  // One lane, both ways.
  const sl::choice_map none = {{"on", false}, {sl::address("z") / "v", 0.3}};
  EXPECT_EQ(sl::generate(padded, sl::args(), none, sl::key(1)).weight, never);
  EXPECT_NEAR(sl::generate(padded, sl::args(), none, sl::key(1), {.unreached = sl::ignore}).weight, std::log(0.5), 1e-12);
}

TEST(unreached, it_is_asked_with_the_arguments_of_the_new_run) {
  constexpr auto steps = sl::gen([](auto& trace, int n, bool go) {
    const auto on = trace("on", sl::bernoulli(0.5));
    trace("s", sl::mask(sl::gen([](auto& t, int m, bool more) {
            for (int i = 0; i < m; ++i) t({"x", i}, sl::normal(0.0, 1.0));
            if (more) t("last", sl::normal(0.0, 1.0));
          })),
          on, n, go);
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

}  // namespace
