// Every scalar distribution at extreme parameters: densities against the reference, draws in the support and where the reference says, loops that end.
#include "distributions/table.hpp"

#include <algorithm>
#include <limits>

namespace {

namespace sl = rows::sl;
using rows::doubles;
using rows::drawing;
using rows::numbers;

using limits = std::numeric_limits<double>;

// Calls f(entry, case) for all extreme cases; a row without any is an error.
template <class F> void for_each_extreme(F f) {
  const auto& table = rows::table("extreme_values.json");
  rows::for_each_distribution([&](const rows::entry& d, const rows::json&) {
    if (d.name.rfind("own ", 0) == 0) return;
    ASSERT_TRUE(table.contains(d.name)) << d.name << " has no extreme parameters in make_extreme_values.py";
    for (const auto& c : table.at(d.name)) f(d, c);
  });
}

// Where a draw is put that lies outside what numbers can hold: the nearest number inside.
bool is_end(double x) {
  const double size = std::abs(x);
  return size == limits::max() || size == limits::min() || size == 0x1p53 || x == 1 - limits::epsilon() / 2;
}

}  // namespace

// 64 ulp of what rounding the inputs once would do to the value, and of the value; where an input is next to 1 that would allow anything: a millionth.
TEST(extremes, densities_equal_the_reference) {
  int compared = 0;
  for_each_extreme([&](const rows::entry& d, const rows::json& c) {
    const auto parameters = numbers(c.at("parameters"));
    EXPECT_TRUE(d.bad_parameters(parameters).empty()) << d.name << c.at("parameters").dump();
    for (const auto& point : c.at("points")) {
      const double x = rows::number(point[0]), expected = rows::number(point[1]), condition = rows::number(point[2]);
      const auto where = d.name + c.at("parameters").dump() + " at " + point.dump();
      const double allowed = std::min(64 * limits::epsilon() * (1 + std::abs(expected) + condition), 1e-6 * (1 + std::abs(expected)));
      EXPECT_NEAR(d.log_density(parameters, x), expected, allowed) << where;
      EXPECT_NEAR(d.log_density_in_lanes(parameters, {}, doubles(x))[1], expected, allowed) << where;
      EXPECT_TRUE(d.contains(parameters, x)) << where;
      ++compared;
    }
  });
  EXPECT_GT(compared, 300);
}

TEST(extremes, draws_are_in_the_support_and_where_the_reference_says) {
  for_each_extreme([&](const rows::entry& d, const rows::json& c) {
    const auto parameters = numbers(c.at("parameters"));
    const auto where = d.name + c.at("parameters").dump();
    const int n = c.at("below").empty() ? 256 : 16384;
    const auto xs = d.draws(drawing::with_parameters_in_lanes, parameters, {}, sl::key(11), 0, 0, n);
    const auto one_by_one = d.draws(drawing::in_one_lane, parameters, {}, sl::key(11), 0, 0, 64);
    for (std::size_t i = 0; i < xs.size(); ++i) {
      ASSERT_TRUE(d.contains(parameters, xs[i])) << where << " drew " << xs[i];
      if (i >= 256) continue;
      const double lp = d.log_density(parameters, xs[i]);
      ASSERT_TRUE(lp > -limits::infinity() || is_end(xs[i])) << where << " drew " << rows::json(xs[i]).dump() << " of log density " << lp;
      if (i < one_by_one.size()) {
        ASSERT_NEAR(one_by_one[i], xs[i], 1e-12 * std::abs(xs[i])) << where;
      }
    }
    for (const auto& point : c.at("below")) {
      const double x = rows::number(point[0]), p = rows::number(point[1]);
      double below = 0;
      for (const double y : xs) below += y <= x ? 1.0 / n : 0;
      // 5.5 standard errors (1e-6 over all of them), and one draw where next to none is expected.
      EXPECT_NEAR(below, p, 5.5 * std::sqrt(p * (1 - p) / n) + 1.5 / n) << where << " below " << x;
    }
  });
}
