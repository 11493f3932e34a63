// The laws for N lanes: every operation on a batch is, lane by lane, the operation on a trace.
#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "lane_laws.hpp"
#include "law_models.hpp"

using namespace laws;

namespace {
constexpr std::size_t n = many;
const std::vector<std::size_t> some_lanes = {0, 1, 6, 8, 500, 1001, 1002};
}  // namespace

TEST(lane_laws, simulate_assess_propose) {
  for_each_model([](const auto& r) { check_lanes_simulate(r); });
}
TEST(lane_laws, generate_weighs_what_is_constrained) {
  for_each_model([](const auto& r) { check_lanes_generate(r); });
}
TEST(lane_laws, update_there_and_back) {
  for_each_model([](const auto& r) { check_lanes_update(r); });
}
TEST(lane_laws, regenerate_weight_and_values) {
  for_each_model([](const auto& r) { check_lanes_regenerate(r); });
}
TEST(lane_laws, project_and_edit) {
  for_each_model([](const auto& r) { check_lanes_project_and_edit(r); });
}
TEST(lane_laws, merging_takes_lanes_by_the_mask) {
  for_each_model([](const auto& r) { check_lanes_merge(r); });
}
TEST(lane_laws, typos_are_named) {
  for_each_model([](const auto& r) { check_lanes_typos(r); });
}

TEST(lane_laws, different_sites_lanes_and_scopes_get_different_numbers) {
  const auto b = sl::simulate(nested_body, sl::args(), sl::key(1), sl::lanes(64));
  std::vector<double> z;
  for (std::size_t l = 0; l < 64; ++l) {
    const auto t = b.lane(l);
    const double a = t[sl::address("a") / "x"], ad = t[sl::address("a") / "deep" / sl::address("x")];
    const double bx = t[sl::address("b") / "x"];
    z.insert(z.end(), {(a - 0.5) / 0.5, ad - 0.5, (bx - a - ad) / 0.5});
  }
  std::sort(z.begin(), z.end());
  EXPECT_EQ(std::adjacent_find(z.begin(), z.end(), [](double p, double q) { return std::abs(p - q) < 1e-9; }), z.end());
}

TEST(lane_laws, values_per_lane_in_arguments_and_constraints) {
  std::vector<double> means(n), ys(n);
  for (std::size_t l = 0; l < n; ++l) {
    means[l] = 0.01 * static_cast<double>(l);
    ys[l] = -0.02 * static_cast<double>(l);
  }
  const auto [b, w] = sl::generate(middle, sl::args(sl::per_lane(means)), {{"x", sl::per_lane(ys)}}, sl::key(1), sl::lanes(n));
  for (const auto l : some_lanes) {
    EXPECT_NEAR(w[l], normal(ys[l], means[l], 0.5), tolerance(w[l]));
    EXPECT_EQ(b.lane(l)["x"], ys[l]);
    EXPECT_EQ(std::get<0>(b.lane(l).args().values), means[l]);
  }
  EXPECT_THROW(sl::generate(middle, sl::args(0.0), {{"x", sl::per_lane(ys)}}, sl::key(1), sl::lanes(7)), std::invalid_argument);
  EXPECT_THROW(sl::simulate(middle, sl::args(sl::per_lane(means)), sl::key(1)), std::invalid_argument);
}

TEST(lane_laws, shared_observations_can_become_per_lane) {
  const auto g = sl::generate(dependent_body, sl::args(xs), sl::observe("y", {0.1, 0.2, 0.3}), sl::key(1), sl::lanes(n)).traces;
  std::vector<double> ys(n, 0.5);
  ys[7] = 2.0;
  const auto u = sl::update(g, {{{"y", 1}, sl::per_lane(ys)}}, sl::key(2));
  for (const std::size_t l : {6u, 7u}) {
    const auto before = g.lane(l), after = u.traces.lane(l);
    EXPECT_EQ((after[{"y", 1}]), ys[l]);
    EXPECT_EQ((after[{"y", 2}]), 0.3);
    EXPECT_NEAR(u.weights[l], after.score() - before.score(), tolerance(after.score()));
  }
  const auto back = sl::update(u.traces, u.discard, sl::key(2));
  EXPECT_EQ(back.traces.lane(7).choices(), g.lane(7).choices());
}

TEST(lane_laws, float_lanes_agree_with_double_ones) {
  const auto f = sl::simulate(dependent_body, sl::args(xs), sl::key(1), sl::lanes<float>(n));
  for (const auto l : some_lanes) {
    const auto t = f.lane(l);
    const double by_hand = point_of(std::get<1>(table()), t, sl::args(xs)).lp.total();
    EXPECT_NEAR(f.scores()[l], by_hand, 1e-4 * (1 + std::abs(by_hand)));
  }
}
