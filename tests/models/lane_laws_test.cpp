// The laws for N lanes: every operation on a batch is, lane by lane, the operation on a trace.
#include <algorithm>

#include <gtest/gtest.h>

#include "law_models.hpp"

using namespace laws;

namespace {
constexpr std::size_t n = 1003;
const std::vector<std::size_t> some_lanes = {0, 1, 6, 8, 500, 1001, 1002};
}  // namespace

TEST(lane_laws, scores_are_the_densities_written_by_hand) {
  for_each_model([](const auto& r) {
    const auto b = sl::simulate(r.model, r.as, sl::key(1), sl::lanes(n));
    ASSERT_EQ(b.size(), n);
    const auto scores = b.scores();
    for (std::size_t l = 0; l < n; l += 17) {
      const auto t = b.lane(l);
      EXPECT_NEAR(scores[l], r.log_density(t.choices()), tolerance(scores[l])) << r.name << " lane " << l;
      EXPECT_EQ(t.score(), scores[l]) << r.name;
    }
  });
}

TEST(lane_laws, a_lane_is_the_same_lane_alone) {
  for_each_model([](const auto& r) {
    const auto b = sl::simulate(r.model, r.as, sl::key(1), sl::lanes(n));
    for (const auto l : some_lanes) {
      const auto alone = sl::simulate(r.model, r.as, sl::key(1), sl::lanes(1, l));
      EXPECT_EQ(alone.lane(0).choices(), b.lane(l).choices()) << r.name << " lane " << l;
      EXPECT_EQ(alone.scores()[0], b.scores()[l]) << r.name << " lane " << l;
    }
  });
}

TEST(lane_laws, lanes_and_one_lane_agree_within_ulps) {
  for_each_model([](const auto& r) {
    const auto t = sl::simulate(r.model, r.as, sl::key(1));
    const auto b = sl::simulate(r.model, r.as, sl::key(1), sl::lanes(1)).lane(0);
    const sl::choice_map one = t.choices(), many = b.choices();
    ASSERT_EQ(one.size(), many.size()) << r.name;
    for (const auto& e : one.entries()) {  // by address: C++ leaves the order of two visits in one expression open
      const auto other = many.find(e.where);
      ASSERT_TRUE(other) << r.name << " " << e.where.str();
      for (std::size_t i = 0; i < e.value.data.size(); ++i)
        EXPECT_NEAR(e.value.data[i], other.at(i, 0), 1e-13 * (1 + std::abs(e.value.data[i]))) << r.name << " " << e.where.str();
    }
  });
}

TEST(lane_laws, every_operation_is_lane_by_lane_that_on_a_trace) {
  for_each_model([](const auto& r) {
    const auto b = sl::simulate(r.model, r.as, sl::key(1), sl::lanes(n));
    const auto assessed_all = [&] {
      if constexpr (decltype(r.model)::is_dynamic) return std::vector<double>();
      else return sl::assess(r.model, r.as, b.choices(), sl::lanes(n)).scores;
    }();
    const auto [g, wg] = sl::generate(r.model, r.as, r.change, sl::key(2), sl::lanes(n));
    const auto u = sl::update(b, r.change, sl::key(3));
    const auto v = sl::regenerate(b, r.selected, sl::key(4));
    const auto all = sl::regenerate(b, sl::all, sl::key(4));
    const auto projected = sl::project(b, r.selected);
    for (const auto l : some_lanes) {
      const auto t = b.lane(l);
      const sl::choice_map before = t.choices();
      if (!assessed_all.empty()) { EXPECT_EQ(assessed_all[l], b.scores()[l]) << r.name; }
      double expected = r.has_factor ? g.lane(l).score() : 0;
      if (!r.has_factor)
        for (const auto& e : r.change.entries()) expected += g.lane(l).log_density(e.where);
      EXPECT_NEAR(wg[l], expected, tolerance(wg[l])) << r.name;
      const auto after = u.traces.lane(l);
      double fresh = 0;
      const sl::choice_map updated = after.choices(), regenerated = v.traces.lane(l).choices();
      for (const auto& e : updated.entries()) {
        const auto* old = before.entry_at(e.where.hash());
        if (!(old && old->value.type == e.value.type) && !r.change.contains(e.where)) fresh += after.log_density(e.where);
      }
      EXPECT_NEAR(u.weights[l], r.log_density(after.choices()) - r.log_density(t.choices()) - fresh, tolerance(u.weights[l])) << r.name;
      const auto redrawn = v.traces.lane(l);
      double kept = r.has_factor ? -0.5 * (redrawn["x"] * redrawn["x"] - t["x"] * t["x"]) : 0;
      for (const auto& e : regenerated.entries()) {
        const auto* old = before.entry_at(e.where.hash());
        if (!(old && old->value.type == e.value.type) || r.selected.contains(e.where)) continue;
        EXPECT_EQ(old->value.data, e.value.data) << r.name;
        kept += redrawn.log_density(e.where) - t.log_density(e.where);
      }
      EXPECT_NEAR(v.weights[l], kept, tolerance(v.weights[l])) << r.name;
      if (!r.has_factor) { EXPECT_EQ(all.weights[l], 0.0) << r.name; }
      EXPECT_NEAR(projected[l], sl::project(t, r.selected), tolerance(projected[l])) << r.name;
    }
  });
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

TEST(lane_laws, merging_takes_lanes_by_the_mask) {
  for_each_model([](const auto& r) {
    const auto a = sl::simulate(r.model, r.as, sl::key(1), sl::lanes(20)), b = sl::simulate(r.model, r.as, sl::key(2), sl::lanes(20));
    std::vector<bool> mask(20);
    mask[3] = mask[19] = true;
    const auto m = sl::merge(mask, a, b);
    for (std::size_t l = 0; l < 20; ++l) {
      EXPECT_EQ(m.lane(l).choices(), (mask[l] ? a : b).lane(l).choices()) << r.name;
      EXPECT_EQ(m.scores()[l], (mask[l] ? a : b).scores()[l]) << r.name;
    }
  });
}

TEST(lane_laws, float_lanes_agree_with_double_ones) {
  const auto f = sl::simulate(dependent_body, sl::args(xs), sl::key(1), sl::lanes<float>(n));
  for (const auto l : some_lanes) {
    const auto t = f.lane(l);
    const double by_hand = std::get<1>(table()).log_density(t.choices());
    EXPECT_NEAR(f.scores()[l], by_hand, 1e-4 * (1 + std::abs(by_hand)));
  }
}
