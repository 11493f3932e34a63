// What a conditional region is given: numbers of its own, arguments of lanes that run it; errors and notes of branches.
#include <gtest/gtest.h>

#include <algorithm>

#include <starling/models/edit.hpp>
#include <starling/models/trace_batch.hpp>

#include "bodies.hpp"
#include "models/thrown.hpp"

using namespace laws;

namespace {

template <class Name>
constexpr auto standard(Name name) {
  return sl::gen([name](auto& trace) { return trace(name(), sl::normal(0.0, 1.0)); });
}
constexpr auto a = standard([] { return sl::address("a"); });
constexpr auto b = standard([] { return sl::address("b"); });
constexpr auto c = standard([] { return sl::address("c"); });
constexpr auto d = standard([] { return sl::address("d"); });
constexpr auto regions = sl::gen([](auto& trace, const auto& on) {
  trace("x", sl::normal(0.0, 1.0));
  trace({}, sl::mask(a), on);
  trace({}, sl::mask(b), on);
  trace({}, sl::switch_(c, d), on);
  trace("y", sl::normal(0.0, 1.0));
});

int seen_outside = 0;
constexpr auto positive_only = sl::gen([](auto& trace, const auto& u) {
  if constexpr (sl::lanes_of<sl::real_of<decltype(trace)>> > 1)
    if (any(trace.active()) && !all(u > 0.0)) ++seen_outside;
  return trace("p", sl::normal(sl::log(u), 1.0));
});
constexpr auto anything = sl::gen([](auto& trace, const auto& u) { return trace("n", sl::normal(u, 1.0)); });
constexpr auto guarded = sl::gen([](auto& trace) {
  const auto u = trace("u", sl::normal(0.0, 1.0));
  return trace("s", sl::cond(positive_only, anything), u > 0.0, u);
});

}  // namespace

TEST(regions, no_number_is_drawn_twice) {
  const auto check = [](const sl::choice_map& choices) {
    std::vector<double> z;
    for (const auto& e : choices.entries()) z.push_back(e.value.data[0]);
    std::sort(z.begin(), z.end());
    EXPECT_EQ(std::adjacent_find(z.begin(), z.end()), z.end()) << choices.str();
  };
  check(sl::simulate(regions, sl::args(true), sl::key(1)).choices());
  const auto lanes = sl::simulate(regions, sl::args(true), sl::key(1), sl::lanes(9));
  for (std::size_t l = 0; l < 9; ++l) check(lanes.lane(l).choices());
  EXPECT_EQ(lanes.lane(3).choices().size(), 5u);
  // What stands after a region does not depend on whether it ran.
  EXPECT_EQ(sl::simulate(regions, sl::args(false), sl::key(1))["y"], sl::simulate(regions, sl::args(true), sl::key(1))["y"]);
}

TEST(regions, a_branch_sees_arguments_of_lanes_that_run_it) {
  seen_outside = 0;
  const auto t = sl::simulate(guarded, sl::args(), sl::key(1), sl::lanes(64));
  sl::regenerate(t, sl::select("u"), sl::key(2));
  EXPECT_EQ(seen_outside, 0);
}

TEST(regions, an_index_out_of_range_is_named) {
  constexpr auto by_index = sl::gen([](auto& trace, const auto& i) { return trace("s", sl::switch_(a, b), i); });
  for (const auto& said : {thrown([&] { sl::simulate(by_index, sl::args(2L), sl::key(1)); }), thrown([&] { sl::simulate(by_index, sl::args(-1L), sl::key(1), sl::lanes(5)); }),
                           thrown([&] { sl::simulate(by_index, sl::args(sl::per_lane({0, 1, 1, 7, 0})), sl::key(1), sl::lanes(5)); })}) {
    EXPECT_NE(said.find("switch_ at s"), std::string::npos) << said;
    EXPECT_NE(said.find("there is no branch"), std::string::npos) << said;
  }
}

TEST(regions, an_address_twice_in_the_same_lane_is_an_error) {
  constexpr auto twice = sl::gen([](auto& trace, bool first, bool second) {
    trace({}, sl::mask(a), first);
    trace({}, sl::mask(a), second);
  });
  EXPECT_NE(thrown([&] { sl::simulate(twice, sl::args(true, true), sl::key(1)); }).find("a was visited twice"), std::string::npos);
  EXPECT_NE(thrown([&] { sl::simulate(twice, sl::args(true, true), sl::key(1), sl::lanes(5)); }).find("a was visited twice"), std::string::npos);
  EXPECT_EQ(sl::simulate(twice, sl::args(false, true), sl::key(1), sl::lanes(5)).lane(2).choices().size(), 1u);
}

TEST(regions, choices_that_do_not_go_together_are_an_error_where_a_lane_runs_both) {
  static constexpr auto below = sl::gen([](auto& trace) { return trace("a", c); });
  static constexpr auto two = sl::gen([](auto& trace) { return trace("a", sl::iid(sl::normal(0.0, 1.0), 2)); });
  const auto check = [](const auto& first, const auto& second, const std::string& words) {
    const auto both = sl::gen([first, second](auto& trace, const auto& u, const auto& v) {
      trace({}, sl::mask(first), u > 0.0);
      trace({}, sl::mask(second), v > 0.0);
    });
    const auto said = [&](std::vector<double> u, std::vector<double> v) {
      const std::size_t n = u.size();
      return thrown([&] { sl::simulate(both, sl::args(sl::per_lane(std::move(u)), sl::per_lane(std::move(v))), sl::key(1), sl::lanes(n)); });
    };
    EXPECT_NE(thrown([&] { sl::simulate(both, sl::args(1.0, 1.0), sl::key(1)); }), "");
    for (const std::size_t lane : {0u, 2u, 10u}) {
      std::vector<double> u(11), v(11);
      for (std::size_t l = 0; l < 11; ++l) u[l] = static_cast<double>(l % 2), v[l] = 1 - u[l];
      EXPECT_EQ(said(u, v), "");
      u[lane] = v[lane] = 1;
      EXPECT_NE(said(u, v).find(words), std::string::npos) << said(u, v);
      u[lane] = v[lane] = 0;
      EXPECT_EQ(said(u, v), "");
    }
    // An update that turns the other one on.
    const auto t = sl::simulate(both, sl::args(1.0, 0.0), sl::key(1), sl::lanes(3));
    EXPECT_NE(thrown([&] { sl::update(t, sl::args(1.0, 1.0), {}, sl::key(2)); }).find(words), std::string::npos);
  };
  check(a, below, "a value or a subtree");
  check(below, a, "a value or a subtree");
  check(a, two, "a was visited twice");
}

TEST(regions, bad_parameters_count_only_where_a_branch_runs) {
  static constexpr auto broken = sl::gen([](auto& trace, const auto& s) { return trace("a", sl::normal(0.0, s)); });
  constexpr auto body = sl::gen([](auto& trace, const auto& s) { return trace("c", sl::cond(broken, anything), s > 0.0, s); });
  EXPECT_NO_THROW(sl::simulate(body, sl::args(sl::per_lane({1.0, -1.0, 2.0})), sl::key(1), sl::lanes(3)));
  constexpr auto always = sl::gen([](auto& trace, const auto& s) { return trace("c", sl::cond(broken, anything), s < 3.0, s); });
  const auto said = thrown([&] { sl::simulate(always, sl::args(sl::per_lane({1.0, -1.0, 2.0})), sl::key(1), sl::lanes(3)); });
  EXPECT_NE(said.find("c/a"), std::string::npos) << said;
  EXPECT_NE(said.find("(lane 1)"), std::string::npos) << said;
}
