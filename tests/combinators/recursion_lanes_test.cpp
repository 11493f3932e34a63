// The laws over recurse with max_nodes: lists, trees and expressions whose calls are laid out for all lanes at once.
#include <cmath>

#include <gtest/gtest.h>

#include "bodies.hpp"
#include "models/lane_laws.hpp"
#include "models/lanes_alone.hpp"
#include "models/laws.hpp"

using namespace laws;

namespace {

// A binary tree: a leaf has "x", a node of its own a weight "w" for what its left part gives.
constexpr auto leaf_branch = sl::gen([](auto& trace, const auto&, int) { return trace("x", sl::normal(0.0, 1.0)); });
constexpr auto node_branch = sl::gen([](auto& trace, const auto& self, int depth) {
  const auto w = trace("w", sl::normal(0.5, 1.0));
  const auto left = trace("left", self, depth + 1);
  return w * left + trace("right", self, depth + 1);
});
const auto tree = sl::recurse<double>([](auto& trace, const auto& self, int depth) {
  if (depth == 3) return trace("x", sl::normal(0.0, 1.0));
  return trace({}, sl::switch_(node_branch, leaf_branch), trace("leaf", sl::bernoulli(0.5)), self, depth);
},
                                      {.max_nodes = 15});
double tree_by_hand(choices c, const sl::path& here, int depth, densities& lp) {
  const auto leaf = at(here, "leaf"), x = at(here, "x"), w = at(here, "w");
  if (depth < 3) lp(leaf, std::log(0.5));
  if (depth == 3 || c[leaf] != 0) return lp(x, normal(c[x], 0, 1)), c[x];
  lp(w, normal(c[w], 0.5, 1));
  const double left = tree_by_hand(c, at(here, "left"), depth + 1, lp);
  return c[w] * left + tree_by_hand(c, at(here, "right"), depth + 1, lp);
}

const auto list = sl::recurse<double>([](auto& trace, const auto& self, const auto& x, int left) {
  const auto here = trace("x", sl::normal(x, 1.0));
  if (left == 0) return here;
  const auto rest = trace("rest", sl::mask(self), trace("more", sl::bernoulli(0.6)), here, left - 1);
  return here + sl::value_or(rest, 0.5 * here);
},
                                      {.max_nodes = 6});
void list_by_hand(choices c, const sl::path& here, double x, int left, densities& lp) {
  const auto mine = at(here, "x"), more = at(here, "more");
  lp(mine, normal(c[mine], x, 1));
  if (left == 0) return;
  lp(more, bernoulli(c[more] != 0, 0.6));
  if (c[more] != 0) list_by_hand(c, at(here, "rest"), c[mine], left - 1, lp);
}

// A plate, and under a condition two instances of itself: pairs come up.
const auto plates = sl::recurse<std::pair<double, bool>>([](auto& trace, const auto& self, const auto& m, int depth) {
  using R = sl::real_of<decltype(trace)>;
  const auto ys = trace("y", sl::map(noisy), sl::each(std::array{1.0, 2.0}), m);
  std::pair<R, sl::mask_of<R>> result(ys[0], sl::mask_of<R>(false));
  if (depth == 2) return result;
  result.second = trace("on", sl::bernoulli(0.4));
  const auto both = sl::gen([&](auto& t) {
    const auto below = t({}, sl::map(self), sl::each(std::array<R, 2>{ys[0], ys[1]}), depth + 1);
    return below[0].first + 2.0 * below[1].first;
  });
  result.first = sl::value_or(trace("below", sl::mask(both), result.second), ys[0]);
  return result;
},
                                                         {.max_nodes = 7});
void plates_by_hand(choices c, const sl::path& here, double m, int depth, densities& lp) {
  for (int i = 0; i < 2; ++i) lp(at(here, "y", i), normal(c[at(here, "y", i)], (i + 1) * m, 1));
  const auto on = at(here, "on");
  if (depth == 2) return;
  lp(on, bernoulli(c[on] != 0, 0.4));
  for (int i = 0; i < 2 && c[on] != 0; ++i) plates_by_hand(c, at(here, "below", i), c[at(here, "y", i)], depth + 1, lp);
}

auto rows() {
  return std::tuple{
      row{"tree in lanes", tree, sl::args(0), [](choices c, const auto& as, densities& lp) { tree_by_hand(c, {}, argument<0>(as), lp); }, {{{"leaf", true}}, {{"leaf", false}}, {{"leaf", false}, {at("left", "leaf"), true}, {at("left", "x"), 0.5}}, {{at("right", "x"), 0.1}}}, {sl::select("leaf"), sl::select("left"), sl::select(at("right", "leaf")), sl::select("x")}, {sl::args(1)}},
      row{"list in lanes", list, sl::args(0.5, 5), [](choices c, const auto& as, densities& lp) { list_by_hand(c, {}, argument<0>(as), argument<1>(as), lp); }, {{{"more", true}}, {{"more", false}}, {{at("rest", "x"), 0.5}}, {{at("rest", "rest", "more"), true}}}, {sl::select("more"), sl::select("rest"), sl::select("x"), sl::select(at("rest", "more"))}, {sl::args(-1.0, 4)}},
      row{"recurse of map in lanes", plates, sl::args(0.5, 0), [](choices c, const auto& as, densities& lp) { plates_by_hand(c, {}, argument<0>(as), argument<1>(as), lp); }, {{{"on", true}}, {{"on", false}, {at("y", 0), 2.0}}, {{at("below", 1, "on"), true}}}, {sl::select("on"), sl::select("y"), sl::select("below"), sl::select(at("below", 0, "on"))}, {sl::args(-1.0, 0)}},
  };
}
template <class F>
void for_each_row(F&& f) {
  std::apply([&](const auto&... r) { (f(r), ...); }, rows());
}

}  // namespace

TEST(recursion_in_lanes, laws) {
  for_each_row([](const auto& r) { check_one_lane(r); });
}
TEST(recursion_in_lanes, laws_in_lanes) {
  for_each_row([](const auto& r) { check_lanes(r); });
}
TEST(recursion_in_lanes, lanes_alone) {
  for_each_row([](const auto& r) { check_lanes_alone<double>(r); });
}

// The same bodies without max_nodes run as single traces: they draw the same, choice by choice.
TEST(recursion_in_lanes, draws_what_single_traces_draw) {
  for_each_row([](const auto& r) {
    using model = decltype(r.model);
    const auto single = sl::recurse_model<typename model::result_type, decltype(r.model.body), sl::recurse_options>(r.model.body, {});
    static_assert(decltype(single)::is_dynamic && !model::is_dynamic);
    const auto together = sl::simulate(r.model, r.as, sl::key(5), sl::lanes(many));
    const auto apart = sl::simulate(single, r.as, sl::key(5), sl::lanes(many));
    for (const auto l : looked_at) {
      const auto a = together.lane(l).choices(), b = apart.lane(l).choices();
      ASSERT_EQ(a.size(), b.size()) << r.name << " lane " << l;
      for (const auto& e : b.entries()) EXPECT_NEAR(a[e.where], e.value.data[0], 1e-12 * (1 + std::abs(e.value.data[0]))) << e.where.str();
    }
  });
}

namespace {
const auto endless = [](auto& trace, const auto& self) {
  const auto rest = trace("rest", sl::mask(self), trace("more", sl::bernoulli(0.5)));
  return sl::value_or(rest, sl::real_of<decltype(trace)>(0.0)) + 1.0;
};
constexpr auto splits = [](auto& trace, const auto& self) {
  const auto both = sl::gen([](auto& t, const auto& again) {
    const auto left = t("left", again);
    return left + t("right", again);
  });
  const auto rest = trace({}, sl::mask(both), trace("more", sl::bernoulli(0.5)), self);
  return sl::value_or(rest, sl::real_of<decltype(trace)>(1.0));
};
}  // namespace

TEST(recursion_in_lanes, a_lane_that_outgrows_max_nodes_is_named) {
  // Lengths of the lanes' lists, from single traces.
  const auto lengths = sl::simulate(sl::recurse<double>(endless), sl::args(), sl::key(3), sl::lanes(many));
  double longest = 0;
  for (std::size_t l = 0; l < many; ++l) longest = std::max(longest, lengths.value(l));
  ASSERT_GT(longest, 6);
  const auto n = static_cast<std::size_t>(longest);
  const auto fits = sl::simulate(sl::recurse<double>(endless, {.max_nodes = n}), sl::args(), sl::key(3), sl::lanes(many));
  for (std::size_t l = 0; l < many; ++l) EXPECT_EQ(fits.value(l), lengths.value(l)) << l;

  const auto said = thrown([&] { sl::simulate(sl::recurse<double>(endless, {.max_nodes = n - 1}), sl::args(), sl::key(3), sl::lanes(many)); });
  const auto at_lane = said.find("lane ");
  ASSERT_NE(at_lane, std::string::npos) << said;
  EXPECT_EQ(lengths.value(std::stoul(said.substr(at_lane + 5))), longest) << said;
  EXPECT_NE(said.find("rest/rest"), std::string::npos) << said;
  EXPECT_NE(said.find("max_nodes, " + std::to_string(n - 1)), std::string::npos) << said;

  // Levels of a tree: with 1 + 2 + 4 calls those of depth 2 fit, and no others.
  const auto deep = [](const sl::choice_map& m) { return sl::generate(sl::recurse<double>(splits, {.max_nodes = 7}), sl::args(), m, sl::key(1), sl::lanes(5)); };
  const sl::choice_map two = {{"more", true}, {at("left", "more"), true}, {at("right", "more"), true}, {at("left", "left", "more"), false}, {at("left", "right", "more"), false}, {at("right", "left", "more"), false}, {at("right", "right", "more"), false}};
  EXPECT_EQ(deep(two).traces.value(4), 4);
  auto three = two;
  three.set(at("right", "left", "more"), true);
  EXPECT_NE(thrown([&] { deep(three); }).find("right/left/left: lane 0"), std::string::npos) << thrown([&] { deep(three); });
}

TEST(recursion_in_lanes, a_body_that_calls_itself_more_often_later_is_an_error) {
  const auto widening = sl::recurse<double>([](auto& trace, const auto& self, int depth) {
    using R = sl::real_of<decltype(trace)>;
    const auto on = trace("on", sl::bernoulli(0.5));
    R sum = sl::value_or(trace("a", sl::mask(self), on, depth + 1), R(1.0));
    if (depth == 1) sum = sum + sl::value_or(trace("b", sl::mask(self), on, depth + 1), R(1.0));
    return sum;
  },
                                            {.max_nodes = 9});
  const auto said = thrown([&] { sl::simulate(widening, sl::args(0), sl::key(1), sl::lanes(8)); });
  EXPECT_NE(said.find("a/b: a call makes more calls of itself than the outermost one, which makes 1"), std::string::npos) << said;
}
