// Dynamic models: constraints that a run does not reach, and batches that are many single traces.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include <starling/distributions/flat.hpp>

#include "law_models.hpp"
#include "thrown.hpp"

using namespace laws;

namespace {
constexpr double never = -std::numeric_limits<double>::infinity();
const sl::constraint_options ignoring{.unreached = sl::ignore};

// A model that calls itself: a tree, each node of which splits with probability 0.3.
struct node : sl::generative {
  static constexpr bool is_dynamic = true;
  template <class Trace>
  double run(Trace& trace, int depth) const {
    if (depth < 20 && trace("split", sl::bernoulli(0.3))) return trace("left", node{}, depth + 1) + trace("right", node{}, depth + 1);
    return trace("leaf", sl::normal(0.0, 1.0));
  }
};
}  // namespace

TEST(dynamic, a_branch_not_taken_gives_weight_minus_infinity) {
  const sl::choice_map m = {{"b", false}, {"m", 1.0}};
  EXPECT_EQ(sl::generate(branch_body, sl::args(), m, sl::key(1)).weight, never);
  auto t = sl::generate(branch_body, sl::args(), {{"b", false}}, sl::key(1)).trace;
  EXPECT_EQ(sl::update(t, {{"m", 1.0}}, sl::key(2)).weight, never);
  EXPECT_GT(sl::update(t, {{"m", 1.0}, {"b", true}}, sl::key(2)).weight, never);
  // Per lane: where the branch is taken the weight is finite.
  const auto [b, w] = sl::generate(branch_body, sl::args(), {{"m", 1.0}}, sl::key(3), sl::lanes(200));
  int reached = 0;
  for (std::size_t l = 0; l < 200; ++l) {
    const bool taken = b.lane(l)["b"] != 0;
    EXPECT_EQ(w[l] > never, taken) << l;
    if (taken) {
      EXPECT_NEAR(w[l], normal(1.0, 2.0, 1.0), 1e-12);
    }
    reached += taken;
  }
  EXPECT_GT(reached, 40);
  EXPECT_LT(reached, 160);
}

TEST(dynamic, what_no_run_visited_may_be_rare_and_is_not_reached) {
  // No number of runs tells an address that takes z > 60 from a typo.
  constexpr auto rare = sl::gen(sl::dynamic, [](auto& trace) {
    if (trace("z", sl::normal(0.0, 1.0)) > 60.0) trace("far", sl::normal(0.0, 1.0));
  });
  const sl::choice_map far{{"far", 1.0}};
  EXPECT_EQ(sl::generate(rare, sl::args(), far, sl::key(1)).weight, never);
  EXPECT_EQ(sl::generate(rare, sl::args(), far, sl::key(1), {.unreached = sl::ignore}).weight, 0);
  EXPECT_EQ(sl::generate(rare, sl::args(), far, sl::key(1), sl::lanes(7)).weights, std::vector<double>(7, never));
  const auto there = sl::generate(rare, sl::args(), {{"z", 61.0}, {"far", 1.0}}, sl::key(1)).trace;
  EXPECT_EQ(sl::update(there, {{"z", 0.0}, {"far", 2.0}}, sl::key(2)).weight, never);
  EXPECT_NEAR(sl::update(there, {{"z", 0.0}, {"far", 2.0}}, sl::key(2), {.unreached = sl::ignore}).weight, normal(0, 0, 1) - there.score(), 1e-9);
  EXPECT_NEAR(sl::update(there, {{"far", 2.0}}, sl::key(2)).weight, -1.5, 1e-9);
  const auto deep = sl::address("left") / sl::address("left") / sl::address("left") / sl::address("right") / "leaf";
  EXPECT_EQ(sl::generate(node{}, sl::args(0), {{deep, 1.0}, {"split", false}}, sl::key(1)).weight, never);
}

TEST(dynamic, a_value_where_a_subtree_stands_is_an_error_that_names_it) {
  const auto said = thrown([] { sl::generate(calls_body, sl::args(), {{{"go", 0}, true}, {{"call", 0}, 1.0}}, sl::key(1)); });
  EXPECT_NE(said.find("call[0]"), std::string::npos) << said;
  EXPECT_NE(said.find("subtree"), std::string::npos) << said;
  const auto below = thrown([] { sl::generate(branch_body, sl::args(), {{sl::address("y") / "x", 1.0}}, sl::key(1), ignoring); });
  EXPECT_NE(below.find("a value stands at y"), std::string::npos) << below;
}

TEST(dynamic, rare_branches_count_as_reachable) {
  constexpr auto rare = sl::gen(sl::dynamic, [](auto& trace) {
    if (trace("b", sl::bernoulli(1e-9))) trace("x", sl::normal(0.0, 1.0));
    if (trace("z", sl::normal(0.0, 1.0)) > 6.0) trace("far", sl::normal(0.0, 1.0));
  });
  EXPECT_EQ(sl::generate(rare, sl::args(), {{"x", 1.0}}, sl::key(1)).weight, never);
  EXPECT_EQ(sl::generate(rare, sl::args(), {{"far", 1.0}}, sl::key(1)).weight, never);
  // What cannot be drawn does not keep the search from finding the other branch.
  constexpr auto improper = sl::gen(sl::dynamic, [](auto& trace) {
    trace("level", sl::flat(sl::real_line{}));
    if (trace("b", sl::bernoulli(0.5))) trace("x", sl::normal(0.0, 1.0));
  });
  EXPECT_EQ(sl::generate(improper, sl::args(), {{"level", 0.0}, {"b", false}, {"x", 1.0}}, sl::key(1)).weight, never);
}

TEST(dynamic, elements_beyond_a_random_length_are_not_reached) {
  const auto two = sl::generate(loop_body, sl::args(), {{"n", 2}, {{"z", 0}, 0.1}, {{"z", 5}, 0.1}}, sl::key(1));
  EXPECT_EQ(two.weight, never);
  EXPECT_GT(sl::generate(loop_body, sl::args(), {{"n", 6}, {{"z", 0}, 0.1}, {{"z", 5}, 0.1}}, sl::key(1)).weight, never);
}

TEST(dynamic, the_interface_of_a_batch) {
  const auto b = sl::simulate(branch_body, sl::args(), sl::key(1), sl::lanes(100));
  EXPECT_EQ(b.size(), 100u);
  const auto y = b["y"], m = b["m"];
  EXPECT_EQ(b.get("y"), y);
  int lacking = 0;
  for (std::size_t l = 0; l < 100; ++l) {
    EXPECT_EQ(y[l], b.lane(l)["y"]);
    EXPECT_EQ(b.value(l), y[l]);
    EXPECT_EQ(std::isnan(m[l]), !b.lane(l).contains("m"));
    lacking += std::isnan(m[l]);
  }
  EXPECT_GT(lacking, 20);
  EXPECT_LT(lacking, 80 + 1);
  EXPECT_EQ(b.choices()[7], b.lane(7).choices());
  EXPECT_THROW(b["nowhere"], std::out_of_range);
  EXPECT_THROW(sl::simulate(branch_body, sl::args(), sl::key(1), sl::lanes(0)), std::invalid_argument);
  const auto p = sl::propose(branch_body, sl::args(), sl::key(1), sl::lanes(100));
  EXPECT_EQ(p.choices, b.choices());
  EXPECT_EQ(p.scores, b.scores());
}

TEST(dynamic, lane_0_is_a_single_trace_bit_for_bit) {
  for_each_model([](const auto& r) {
    if constexpr (decltype(r.model)::is_dynamic) {
      const auto b = sl::simulate(r.model, r.as, sl::key(3), sl::lanes(5));
      EXPECT_EQ(b.lane(0).choices(), sl::simulate(r.model, r.as, sl::key(3)).choices()) << r.name;
      EXPECT_NE(b.lane(1).choices(), b.lane(0).choices()) << r.name;
      const auto u = sl::update(b, r.changes[0], sl::key(4));
      const auto alone = sl::update(b.lane(0), r.changes[0], sl::key(4));
      EXPECT_EQ(u.traces.lane(0).choices(), alone.trace.choices()) << r.name;
      EXPECT_EQ(u.weights[0], alone.weight) << r.name;
    }
  });
}

TEST(dynamic, edits_of_a_batch_are_undone_lane_by_lane) {
  const auto b = sl::simulate(branch_body, sl::args(), sl::key(1), sl::lanes(50));
  const auto e = sl::edit(b, sl::edits::composite(sl::edits::constraint{{{"b", true}}}, sl::edits::constraint{{{"m", 0.5}}}), sl::key(2));
  const auto back = sl::edit(e.target, e.backward, sl::key(3));
  EXPECT_EQ(back.target.choices(), b.choices());
  const auto a = sl::edit(b, sl::edits::arguments{sl::args(), {{"b", false}}}, sl::key(2));
  EXPECT_EQ(sl::edit(a.target, a.backward, sl::key(3)).target.choices(), b.choices());
  for (std::size_t l = 0; l < 50; ++l) EXPECT_EQ(a.target.lane(l)["b"], 0.0);
}

TEST(dynamic, arguments_and_constraints_per_lane) {
  constexpr auto shifted = sl::gen(sl::dynamic, [](auto& trace, double shift) {
    if (trace("b", sl::bernoulli(0.5))) return trace("x", sl::normal(shift, 1.0));
    return shift;
  });
  std::vector<double> shifts = {10, 20, 30, 40}, xs_given = {9, 21, 30, 42};
  const auto [b, w] = sl::generate(shifted, sl::args(sl::per_lane(shifts)), {{"b", true}, {"x", sl::per_lane(xs_given)}}, sl::key(1), sl::lanes(4));
  for (std::size_t l = 0; l < 4; ++l) {
    EXPECT_EQ(b.lane(l)["x"], xs_given[l]);
    EXPECT_NEAR(w[l], std::log(0.5) + normal(xs_given[l], shifts[l], 1), 1e-12);
  }
  const auto moved = sl::update(b, sl::args(sl::per_lane({1, 2, 3, 4})), sl::choice_map{}, sl::key(2));
  for (std::size_t l = 0; l < 4; ++l) EXPECT_NEAR(moved.weights[l], normal(xs_given[l], 1.0 + static_cast<double>(l), 1) - normal(xs_given[l], shifts[l], 1), 1e-11);
  EXPECT_THROW(sl::simulate(shifted, sl::args(sl::per_lane(shifts)), sl::key(1), sl::lanes(5)), std::invalid_argument);
}

TEST(dynamic, a_recursive_model) {
  const auto b = sl::simulate(node{}, sl::args(0), sl::key(1), sl::lanes(64));
  std::size_t splits = 0;
  for (std::size_t l = 0; l < 64; ++l) {
    const auto t = b.lane(l);
    double sum = 0, lp = 0;
    for (const auto& e : t.choices().entries()) {
      const bool leaf_here = e.where.str().ends_with("leaf");
      if (leaf_here) sum += e.value.data[0];
      else splits += e.value.data[0] != 0;
      lp += leaf_here ? normal(e.value.data[0], 0, 1) : bernoulli(e.value.data[0] != 0, 0.3);
    }
    EXPECT_NEAR(t.value(), sum, 1e-12);
    EXPECT_NEAR(t.score(), lp, 1e-10);
    EXPECT_EQ(sl::assess(node{}, sl::args(0), t.choices()).score, t.score());
  }
  EXPECT_GT(splits, 10u);
}
