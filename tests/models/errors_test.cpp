// What is wrong is said, naming the address; nothing is silently ignored.
#include <gtest/gtest.h>

#include <limits>

#include <starling/distributions/flat.hpp>

#include "law_models.hpp"
#include "thrown.hpp"

using namespace laws;

namespace {
constexpr double infinity = std::numeric_limits<double>::infinity();

// Whether a message holds all of the words; says it where it does not.
testing::AssertionResult says(const std::string& message, std::initializer_list<const char*> words) {
  for (const char* w : words)
    if (message.find(w) == std::string::npos) return testing::AssertionFailure() << "\"" << message << "\" does not say \"" << w << "\"";
  return testing::AssertionSuccess();
}

// A user's distribution whose density is NaN.
struct not_a_density : sl::distribution {
  static constexpr std::string_view name = "not_a_density";
  template <class V>
  using value = V;
  template <class Rng>
  auto sample(Rng& rng) const {
    return rng.uniform();
  }
  template <class X>
  auto log_density(const X& x) const {
    return x * std::numeric_limits<double>::quiet_NaN();
  }
  auto support() const { return sl::real_line{}; }
};

const auto observed = sl::observe("y", {0.1, 0.2, 0.3});
constexpr auto scaled = sl::gen([](auto& trace, const auto& scale) {
  const auto x = trace("x", sl::normal(0.0, 1.0));
  trace("inner", sl::gen([](auto& t, const auto& s) { t({"y", 2}, sl::normal(0.0, s)); }), scale);
  return x;
});
}  // namespace

TEST(errors, an_address_that_the_model_does_not_have) {
  const auto as = sl::args(xs);
  const auto t = sl::simulate(dependent_body, as, sl::key(1));
  const auto b = sl::simulate(dependent_body, as, sl::key(1), sl::lanes(9));
  const sl::choice_map typo = {{"slop", 0.5}};
  EXPECT_TRUE(says(thrown([&] { sl::generate(dependent_body, as, typo, sl::key(1)); }), {"slop", "did you mean slope?"}));
  EXPECT_TRUE(says(thrown([&] { sl::generate(dependent_body, as, typo, sl::key(1), sl::lanes(9)); }), {"slop", "did you mean slope?"}));
  EXPECT_TRUE(says(thrown([&] { sl::update(t, typo, sl::key(1)); }), {"update", "slop", "slope"}));
  EXPECT_TRUE(says(thrown([&] { sl::update(b, typo, sl::key(1)); }), {"update", "slop", "slope"}));
  EXPECT_TRUE(says(thrown([&] { sl::generate(dependent_body, as, {{{"y", 3}, 0.5}}, sl::key(1)); }), {"y[3]"}));
  EXPECT_TRUE(says(thrown([&] { sl::generate(dependent_body, as, sl::observe("y", {1.0, 2.0, 3.0, 4.0}), sl::key(1)); }), {"y[3]"}));
  EXPECT_TRUE(says(thrown([&] { sl::generate(dependent_body, as, sl::observe("y", {1.0, 2.0, 3.0, 4.0}), sl::key(1), sl::lanes(9)); }), {"y[3]"}));
  EXPECT_TRUE(says(thrown([&] { t["elsewhere"]; }), {"elsewhere", "slope"}));
  EXPECT_TRUE(says(thrown([&] { b["elsewhere"]; }), {"elsewhere", "slope"}));
}

TEST(errors, a_value_where_a_subtree_stands_and_a_subtree_where_a_value_stands) {
  const sl::choice_map value_at_call = {{"a", 1.0}}, subtree_at_value = {{sl::address("x") / "deep", 1.0}};
  EXPECT_TRUE(says(thrown([&] { sl::generate(nested_body, sl::args(), value_at_call, sl::key(1)); }), {"at a", "subtree"}));
  EXPECT_TRUE(says(thrown([&] { sl::generate(nested_body, sl::args(), value_at_call, sl::key(1), sl::lanes(9)); }), {"at a", "subtree"}));
  EXPECT_TRUE(says(thrown([&] { sl::generate(nested_body, sl::args(), subtree_at_value, sl::key(1)); }), {"x/deep", "value stands at x"}));
  const auto t = sl::simulate(nested_body, sl::args(), sl::key(1));
  EXPECT_TRUE(says(thrown([&] { t["a"]; }), {"a", "subtree"}));
  EXPECT_TRUE(says(thrown([] { sl::choice_map{{"a", 1.0}, {sl::address("a") / "x", 2.0}}; }), {"a/x", "value stands at a"}));
  EXPECT_TRUE(says(thrown([] { sl::choice_map{{sl::address("a") / "x", 2.0}, {"a", 1.0}}; }), {"subtree", "a"}));
}

TEST(errors, the_same_address_twice) {
  constexpr auto twice = sl::gen([](auto& trace) { trace("x", sl::normal(0.0, 1.0)), trace("x", sl::normal(0.0, 1.0)); });
  constexpr auto call_twice = sl::gen([](auto& trace) { trace("a", leaf, 0.0), trace("a", leaf, 0.0); });
  constexpr auto both = sl::gen([](auto& trace) { trace("a", sl::normal(0.0, 1.0)), trace("a", leaf, 0.0); });
  EXPECT_TRUE(says(thrown([&] { sl::simulate(twice, sl::args(), sl::key(1)); }), {"x", "twice"}));
  EXPECT_TRUE(says(thrown([&] { sl::simulate(twice, sl::args(), sl::key(1), sl::lanes(9)); }), {"x", "twice"}));
  EXPECT_TRUE(says(thrown([&] { sl::assess(twice, sl::args(), {{"x", 1.0}}); }), {"x", "twice"}));
  EXPECT_TRUE(says(thrown([&] { sl::simulate(call_twice, sl::args(), sl::key(1)); }), {"a", "twice"}));
  EXPECT_FALSE(thrown([&] { sl::simulate(both, sl::args(), sl::key(1)); }).empty());
}

// An address holds a value or a subtree: each body has both at one, in one order and the other.
TEST(errors, an_address_below_a_value) {
  const auto expect_said = [](const auto& model, std::initializer_list<const char*> words) {
    EXPECT_TRUE(says(thrown([&] { sl::simulate(model, sl::args(), sl::key(1)); }), words));
    EXPECT_TRUE(says(thrown([&] { sl::simulate(model, sl::args(), sl::key(1), sl::lanes(9)); }), words));
    EXPECT_TRUE(says(thrown([&] { sl::generate(model, sl::args(), {{"w", 0.5}}, sl::key(1)); }), words));
    EXPECT_TRUE(says(thrown([&] { sl::propose(model, sl::args(), sl::key(1)); }), words));
    EXPECT_FALSE(thrown([&] { sl::assess(model, sl::args(), {{"w", 0.5}}); }).empty());
  };
  const auto below = {"a value stands at y[1]", "y[1][0]", "not both"}, vector = {"a value stands at y", "y[0]"}, in_call = {"a value stands at a/y", "a/y[1]"};
  const auto n = sl::normal(0.0, 1.0);
  expect_said(sl::gen([n](auto& t) { t("w", n), t({"y", 1}, n), t({"y", 1, 0}, n); }), below);
  expect_said(sl::gen([n](auto& t) { t("w", n), t({"y", 1, 0}, n), t({"y", 1}, n); }), below);
  expect_said(sl::gen([n](auto& t) { t("w", n), t("y", sl::iid(n, 3)), t({"y", 0}, n); }), vector);
  expect_said(sl::gen([n](auto& t) { t("w", n), t({"y", 0}, n), t("y", sl::iid(n, 3)); }), vector);
  expect_said(sl::gen([n](auto& t) { t("w", n), t({"y", 1}, leaf, 0.0), t("y", n); }), {"a value stands at y", "y[1]"});
  expect_said(sl::gen([n](auto& t) { t("w", n), t("a", sl::gen([n](auto& u) { u({"y", 1}, n), u("y", n); })); }), in_call);
  expect_said(sl::gen([n](auto& t) { t("w", n), t("a", sl::gen([n](auto& u) { u({}, n), u("x", n); })); }), {"a value stands at a", "a/x"});
  expect_said(sl::gen([n](auto& t) { t("w", n), t("a", sl::gen([n](auto& u) { u({}, n), u("x", leaf, 0.0); })); }), {"a value stands at a", "a/x"});
  constexpr auto dynamic = sl::gen(sl::dynamic, [](auto& t) {
    if (t("b", sl::bernoulli(0.5))) t({"y", 1}, sl::normal(0.0, 1.0));
    t({"y", 1, 0}, sl::normal(0.0, 1.0));
  });
  EXPECT_TRUE(says(thrown([&] { sl::generate(dynamic, sl::args(), {{"b", true}}, sl::key(1)); }), below));
  const auto fine = sl::generate(dynamic, sl::args(), {{"b", false}}, sl::key(1)).trace;
  EXPECT_TRUE(says(thrown([&] { sl::update(fine, {{"b", true}}, sl::key(1)); }), below));
  EXPECT_NO_THROW(sl::update(fine, {{{"y", 1, 0}, 0.5}}, sl::key(1)));
}

TEST(errors, values_for_lanes_given_to_one_lane) {
  const sl::choice_map by_lane{{"x", sl::per_lane({1.0, 2.0})}, {"y", 1.0}};
  const std::initializer_list<const char*> words = {"at x", "2 lanes", "runs one", "sl::lanes(2)"};
  EXPECT_TRUE(says(thrown([&] { sl::generate(flat_body, sl::args(), by_lane, sl::key(1)); }), words));
  EXPECT_TRUE(says(thrown([&] { sl::assess(flat_body, sl::args(), by_lane); }), words));
  const auto t = sl::simulate(flat_body, sl::args(), sl::key(1));
  EXPECT_TRUE(says(thrown([&] { sl::update(t, by_lane, sl::key(1)); }), words));
  EXPECT_TRUE(says(thrown([&] { sl::update(t, sl::args(), by_lane, sl::key(1)); }), words));
  EXPECT_TRUE(says(thrown([&] { sl::edit(t, sl::edits::constraint{by_lane}, sl::key(1)); }), words));
  EXPECT_NO_THROW(sl::generate(flat_body, sl::args(), by_lane.lane(1), sl::key(1)));
}

TEST(errors, a_backward_proposal_that_fails_is_called_so) {
  constexpr auto forward = sl::gen([](auto& trace, const auto& current) { trace("x", sl::normal(current["x"], 1.0)); });
  constexpr auto other = sl::gen([](auto& trace, const auto& current) { trace("y", sl::normal(current["y"], 1.0)); });
  constexpr auto bad = sl::gen([](auto& trace, const auto& current) { trace("x", sl::normal(current["x"], -1.0)); });
  const auto t = sl::simulate(flat_body, sl::args(), sl::key(1));
  const auto b = sl::simulate(flat_body, sl::args(), sl::key(1), sl::lanes(9));
  const auto said = [&](const auto& target, const auto& backward) { return thrown([&] { sl::edit(target, sl::edits::proposal(forward, backward), sl::key(2)); }); };
  EXPECT_TRUE(says(said(t, other), {"the backward proposal makes a choice at y", "discarded no value"}));
  EXPECT_TRUE(says(said(b, other), {"the backward proposal makes a choice at y", "discarded no value"}));
  EXPECT_TRUE(says(said(t, bad), {"the backward proposal", "at x", "scale"}));
  EXPECT_TRUE(says(said(b, bad), {"the backward proposal", "at x", "scale"}));
}

TEST(errors, values_of_the_wrong_kind_or_size) {
  const auto vector_of = [](std::vector<double> v) { return sl::choice_map{{"v", v}}; };
  EXPECT_TRUE(says(thrown([&] { sl::generate(vector_body, sl::args(), vector_of({1, 2}), sl::key(1)); }), {"at v", "vector of 3", "vector of 2"}));
  EXPECT_TRUE(says(thrown([&] { sl::generate(vector_body, sl::args(), vector_of({1, 2}), sl::key(1), sl::lanes(9)); }), {"at v", "vector of 3"}));
  EXPECT_TRUE(says(thrown([] { sl::generate(vector_body, sl::args(), {{"v", 1.0}}, sl::key(1)); }), {"at v", "vector of 3", "a real"}));
  EXPECT_TRUE(says(thrown([] { sl::generate(vector_body, sl::args(), {{"m", {1.0, 2.0}}}, sl::key(1)); }), {"m"}));
  EXPECT_TRUE(says(thrown([] { sl::generate(discrete_body, sl::args(), {{"n", 1.5}}, sl::key(1)); }), {"at n", "whole number", "1.5"}));
  EXPECT_TRUE(says(thrown([] { sl::generate(discrete_body, sl::args(), {{"b", 2}}, sl::key(1)); }), {"at b", "boolean", "2"}));
  EXPECT_TRUE(says(thrown([] { sl::generate(discrete_body, sl::args(), {{"b", 2}}, sl::key(1), sl::lanes(9)); }), {"at b", "boolean"}));
  const auto t = sl::simulate(discrete_body, sl::args(), sl::key(1));
  EXPECT_TRUE(says(thrown([&] { sl::update(t, {{"n", 0.5}}, sl::key(1)); }), {"at n", "whole number"}));
  EXPECT_NO_THROW(sl::generate(discrete_body, sl::args(), {{"n", 2}, {"b", 1}, {"y", 1}}, sl::key(1)));
  EXPECT_TRUE(says(thrown([] { sl::simulate(vector_body, sl::args(), sl::key(1))["v"]; }), {"scalar", "v", "vector of 3"}));
}

TEST(errors, assess_wants_every_choice_and_no_other) {
  EXPECT_TRUE(says(thrown([] { sl::assess(flat_body, sl::args(), {{"x", 1.0}}); }), {"assess", "y"}));
  EXPECT_TRUE(says(thrown([] { sl::assess(flat_body, sl::args(), {{"x", 1.0}, {"y", 1.0}, {"z", 1.0}}); }), {"assess", "z"}));
  EXPECT_TRUE(says(thrown([] { sl::assess(flat_body, sl::args(), {{"x", 1.0}}, sl::lanes(9)); }), {"assess", "y"}));
  EXPECT_TRUE(says(thrown([] { sl::assess(flat_body, sl::args(), {{"x", 1.0}, {"y", 1.0}, {"z", 1.0}}, sl::lanes(9)); }), {"assess", "z"}));
  EXPECT_TRUE(says(thrown([] { sl::assess(branch_body, sl::args(), {{"b", true}, {"m", 1.0}, {"y", 1.0}, {"other", 1.0}}); }), {"assess", "other"}))
      << "a choice of the other branch is not used";
  EXPECT_EQ(sl::assess(flat_body, sl::args(), {{"x", 1.0}, {"y", -1.0}}).score, -infinity) << "outside the support is no error";
}

TEST(errors, bad_parameters_name_address_distribution_parameter_value_and_lane) {
  EXPECT_TRUE(says(thrown([] { sl::simulate(scaled, sl::args(-1.0), sl::key(1)); }), {"inner/y[2]", "normal", "scale", "-1"}));
  EXPECT_THROW(sl::simulate(scaled, sl::args(-1.0), sl::key(1)), sl::parameter_error);
  EXPECT_THROW(sl::assess(scaled, sl::args(0.0), {{"x", 0.0}, {sl::address("inner") / sl::address(sl::name("y"), 2), 0.0}}), sl::parameter_error);
  std::vector<double> scales(50, 1.0);
  scales[37] = -2.5;
  scales[41] = -3.0;
  const auto lanes = [&] { sl::simulate(scaled, sl::args(sl::per_lane(scales)), sl::key(1), sl::lanes(50)); };
  EXPECT_TRUE(says(thrown(lanes), {"inner/y[2]", "normal", "scale", "-2.5", "lane 37"}));
  constexpr auto dynamic_scale = sl::gen(sl::dynamic, [](auto& trace, double s) { trace("y", sl::normal(0.0, s)); });
  EXPECT_TRUE(says(thrown([&] { sl::simulate(dynamic_scale, sl::args(sl::per_lane(scales)), sl::key(1), sl::lanes(50)); }), {"at y", "scale", "-2.5", "lane 37"}));
  // A trace that an update could not change is as it was.
  auto t = sl::simulate(scaled, sl::args(1.0), sl::key(1));
  EXPECT_THROW(sl::update(t, sl::args(-1.0), {}, sl::key(2)), sl::parameter_error);
  EXPECT_EQ(t.score(), sl::assess(scaled, sl::args(1.0), t.choices()).score);
}

TEST(errors, bad_parameters_where_the_score_was_minus_infinity_before_are_none) {
  constexpr auto late = sl::gen([](auto& trace) {
    const auto s = trace("s", sl::exponential(1.0));
    trace("y", sl::normal(0.0, s));
  });
  EXPECT_EQ(sl::generate(late, sl::args(), {{"s", -1.0}, {"y", 0.0}}, sl::key(1)).weight, -infinity);
  const auto w = sl::generate(late, sl::args(), {{"s", sl::per_lane({1, -1, 2})}, {"y", 0.0}}, sl::key(1), sl::lanes(3)).weights;
  EXPECT_EQ(w[1], -infinity);
  EXPECT_GT(w[0], -infinity);
  EXPECT_GT(w[2], -infinity);
}

TEST(errors, improper_distributions_cannot_be_drawn) {
  constexpr auto improper = sl::gen([](auto& trace) {
    const auto m = trace("m", sl::flat(sl::real_line{}));
    trace("y", sl::normal(m, 1.0));
  });
  EXPECT_TRUE(says(thrown([&] { sl::simulate(improper, sl::args(), sl::key(1)); }), {"m", "improper"}));
  EXPECT_TRUE(says(thrown([&] { sl::simulate(improper, sl::args(), sl::key(1), sl::lanes(9)); }), {"m", "improper"}));
  const auto [t, w] = sl::generate(improper, sl::args(), {{"m", 2.0}}, sl::key(1));
  EXPECT_EQ(w, 0.0);
  EXPECT_TRUE(says(thrown([&] { sl::regenerate(t, sl::select("m"), sl::key(1)); }), {"m", "improper"}));
  EXPECT_NO_THROW(sl::regenerate(t, sl::select("y"), sl::key(1)));
}

TEST(errors, weights_are_never_nan) {
  const auto t = sl::generate(flat_body, sl::args(), {{"x", 0.0}, {"y", -1.0}}, sl::key(1)).trace;
  EXPECT_EQ(t.score(), -infinity);
  EXPECT_EQ(sl::update(t, {{"x", 1.0}}, sl::key(2)).weight, -infinity) << "−∞ − (−∞) is −∞";
  EXPECT_EQ(sl::regenerate(t, sl::select("x"), sl::key(2)).weight, -infinity);
  const auto b = sl::generate(flat_body, sl::args(), {{"x", 0.0}, {"y", -1.0}}, sl::key(1), sl::lanes(9)).traces;
  for (const double w : sl::update(b, {{"x", 1.0}}, sl::key(2)).weights) EXPECT_EQ(w, -infinity);
  for (const double w : sl::regenerate(b, sl::select("x"), sl::key(2)).weights) EXPECT_EQ(w, -infinity);
  constexpr auto nan_factor = sl::gen([](auto& trace) { trace.factor(trace("x", sl::normal(0.0, 1.0)) * std::numeric_limits<double>::quiet_NaN()); });
  EXPECT_EQ(sl::simulate(nan_factor, sl::args(), sl::key(1)).score(), -infinity);
  constexpr auto nan_density = sl::gen([](auto& trace) { trace("x", not_a_density()); });
  EXPECT_EQ(sl::simulate(nan_density, sl::args(), sl::key(1)).score(), -infinity);
  for (const double score : sl::simulate(nan_density, sl::args(), sl::key(1), sl::lanes(9)).scores()) EXPECT_EQ(score, -infinity);
}

TEST(errors, lanes) {
  EXPECT_THROW(sl::simulate(flat_body, sl::args(), sl::key(1), sl::lanes(0)), std::invalid_argument);
  const auto b = sl::simulate(flat_body, sl::args(), sl::key(1), sl::lanes(9));
  EXPECT_THROW(b.lane(9), std::out_of_range);
  EXPECT_THROW(b.value(9), std::out_of_range);
  EXPECT_TRUE(says(thrown([&] { sl::update(b, {{"x", sl::per_lane({1, 2})}}, sl::key(1)); }), {"2 lanes", "9"}));
  const auto other = sl::simulate(flat_body, sl::args(), sl::key(1), sl::lanes(8));
  EXPECT_THROW(sl::merge(std::vector<bool>(9), b, other), std::invalid_argument);
}
