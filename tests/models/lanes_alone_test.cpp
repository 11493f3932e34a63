// Lane k of N is the same lane alone, bit for bit, in every operation; whatever else runs at the same time; and no number is drawn twice.
#include <gtest/gtest.h>

#include <algorithm>

#include <starling/execution/executor.hpp>

#include "lanes_alone.hpp"
#include "law_models.hpp"

using namespace laws;

namespace {
constexpr std::size_t n = many_lanes;
}

TEST(lanes_alone, in_double) {
  for_each_model([](const auto& r) { check_lanes_alone<double>(r); });
}

TEST(lanes_alone, whatever_runs_at_the_same_time) {
  const auto r = std::get<1>(table());
  std::vector<std::size_t> every(n);
  for (std::size_t l = 0; l < n; ++l) every[l] = l;
  const auto expected = all_operations<double>(r, n, 0, every);
  std::vector<std::vector<outcome>> got(4);
  sl::parallel_for(4, [&](std::size_t i) { got[i] = all_operations<double>(r, n, 0, every); });
  for (const auto& g : got) EXPECT_EQ(g, expected);
}

TEST(lanes_alone, different_sites_scopes_lanes_steps_and_keys_get_different_numbers) {
  // All choices are standard normal: the same number of the generator would be the same value.
  constexpr auto many = sl::gen([](auto& trace) {
    constexpr auto inner = sl::gen([](auto& t) {
      for (int i = 0; i < 5; ++i) t({"x", i}, sl::normal(0.0, 1.0));
    });
    for (int i = 0; i < 5; ++i) trace({"x", i}, sl::normal(0.0, 1.0));
    trace("a", inner), trace("b", inner), trace({"c", 0}, inner), trace({"c", 1}, inner);
    trace("v", sl::iid(sl::normal(0.0, 1.0), 5));
  });
  std::vector<double> z;
  const auto gather = [&](const sl::choice_map& c) {
    for (const auto& e : c.entries()) z.insert(z.end(), e.value.data.begin(), e.value.data.end());
  };
  gather(sl::simulate(many, sl::args(), sl::key(1), sl::lanes(67)).choices());
  gather(sl::simulate(many, sl::args(), sl::key(2), sl::lanes(67)).choices());
  for (std::uint64_t step = 0; step < 3; ++step) gather(sl::simulate(many, sl::args(), sl::fold_in(sl::key(1), step), sl::lanes(67)).choices());
  gather(sl::simulate(many, sl::args(), sl::key(3)).choices());
  ASSERT_EQ(z.size(), 30u * (5 * 67 + 1));
  std::sort(z.begin(), z.end());
  EXPECT_EQ(std::adjacent_find(z.begin(), z.end()), z.end());
  // What regenerate draws is not what simulate drew with the same key for other sites, nor what stood there.
  const auto t = sl::simulate(many, sl::args(), sl::key(1));
  const auto u = sl::regenerate(t, sl::all, sl::key(9)).trace;
  for (int i = 0; i < 5; ++i) EXPECT_NE((t[{"x", i}]), (u[{"x", i}]));
}

// A site before, between and after calls: nobody goes on with another scope's numbers.
TEST(lanes_alone, callers_and_callees_draw_different_numbers) {
  constexpr auto callee = sl::gen([](auto& trace) { trace("a", sl::normal(0.0, 1.0)); });
  constexpr auto caller = sl::gen([callee](auto& trace) {
    trace("f", callee);
    trace("x", sl::normal(0.0, 1.0));
    trace("g", callee);
    trace("y", sl::normal(0.0, 1.0));
  });
  const auto b = sl::simulate(caller, sl::args(), sl::key(3), sl::lanes(many_lanes));
  for (std::size_t l = 0; l < many_lanes; l += 100) {
    const auto alone = sl::simulate(caller, sl::args(), sl::key(3), sl::lanes(1, l));
    std::vector<double> drawn;
    for (const auto& e : b.lane(l).choices().entries()) {
      EXPECT_TRUE(std::isfinite(e.value.data[0])) << e.where.str();
      EXPECT_EQ(e.value.data[0], alone.lane(0)[e.where]) << e.where.str();
      for (const double x : drawn) EXPECT_NE(e.value.data[0], x) << e.where.str();
      drawn.push_back(e.value.data[0]);
    }
    EXPECT_EQ(drawn.size(), 4u);
  }
}
