// A constraint under a mask that is off in some lanes: padded data.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include <starling/combinators/combinators.hpp>
#include <starling/distributions/distributions.hpp>
#include <starling/models/generate.hpp>
#include <starling/models/simulate.hpp>
#include <starling/models/update.hpp>

namespace sl = starling;

namespace {

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

}  // namespace
