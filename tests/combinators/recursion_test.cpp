// The laws over recurse: a tree, a list, and a tree of maps. Over lanes they are single traces.
#include <gtest/gtest.h>

#include <ctime>

#include "bodies.hpp"
#include "models/lane_laws.hpp"
#include "models/laws.hpp"

using namespace laws;

namespace {

const auto tree = sl::recurse<double>([](auto& trace, const auto& self, int depth) -> double {
  if (trace("leaf", sl::bernoulli(depth > 3 ? 0.95 : 0.5))) return trace("x", sl::normal(0.0, 1.0));
  const double left = trace("left", self, depth + 1);
  return left + trace("right", self, depth + 1);
});
void tree_by_hand(choices c, const sl::path& here, int depth, densities& lp) {
  const auto leaf = at(here, "leaf"), x = at(here, "x");
  const bool is_leaf = c[leaf] != 0;
  lp(leaf, bernoulli(is_leaf, depth > 3 ? 0.95 : 0.5));
  if (is_leaf) return lp(x, normal(c[x], 0, 1));
  tree_by_hand(c, at(here, "left"), depth + 1, lp);
  tree_by_hand(c, at(here, "right"), depth + 1, lp);
}

const auto list = sl::recurse<double>([](auto& trace, const auto& self, double x) -> double {
  const double here = trace("x", sl::normal(x, 1.0));
  return trace("rest", sl::mask(self), trace("more", sl::bernoulli(0.6)), here).present ? here + 1 : here;
});
void list_by_hand(choices c, const sl::path& here, double x, densities& lp) {
  const auto mine = at(here, "x"), more = at(here, "more");
  lp(mine, normal(c[mine], x, 1));
  lp(more, bernoulli(c[more] != 0, 0.6));
  if (c[more] != 0) list_by_hand(c, at(here, "rest"), c[mine], lp);
}

const auto plates = sl::recurse<double>([](auto& trace, const auto& self, double m) -> double {
  const auto ys = trace("y", sl::map(noisy), sl::each(std::array{1.0, 2.0}), m);
  if (trace("end", sl::bernoulli(0.6))) return ys[1];
  return trace("below", self, ys[0]);
});
void plates_by_hand(choices c, const sl::path& here, double m, densities& lp) {
  const auto end = at(here, "end");
  for (int i = 0; i < 2; ++i) lp(at(here, "y", i), normal(c[at(here, "y", i)], (i + 1) * m, 1));
  lp(end, bernoulli(c[end] != 0, 0.6));
  if (c[end] == 0) plates_by_hand(c, at(here, "below"), c[at(here, "y", 0)], lp);
}

auto rows() {
  return std::tuple{
      row{"tree", tree, sl::args(1), [](choices c, const auto& as, densities& lp) { tree_by_hand(c, {}, argument<0>(as), lp); }, {{{"leaf", true}}, {{"leaf", false}}, {{"leaf", false}, {at("left", "leaf"), true}, {at("left", "x"), 0.5}}, {{at("right", "x"), 0.1}}}, {sl::select("leaf"), sl::select("left"), sl::select(at("right", "leaf")), sl::select("x")}, {sl::args(2)}},
      row{"list", list, sl::args(0.5), [](choices c, const auto& as, densities& lp) { list_by_hand(c, {}, argument<0>(as), lp); }, {{{"more", true}}, {{"more", false}}, {{at("rest", "x"), 0.5}}}, {sl::select("more"), sl::select("rest"), sl::select("x")}, {sl::args(-1.0)}},
      row{"recurse of map", plates, sl::args(0.5), [](choices c, const auto& as, densities& lp) { plates_by_hand(c, {}, argument<0>(as), lp); }, {{{"end", true}}, {{"end", false}, {at("y", 0), 2.0}}}, {sl::select("end"), sl::select("y"), sl::select("below")}, {sl::args(-1.0)}},
  };
}
template <class F>
void for_each_row(F&& f) {
  std::apply([&](const auto&... r) { (f(r), ...); }, rows());
}

}  // namespace

TEST(recursion, laws) {
  for_each_row([](const auto& r) { check_one_lane(r); });
}
TEST(recursion, laws_in_lanes) {
  for_each_row([](const auto& r) { check_lanes(r); });
}

// Each call's address is the one around it and a step: 32 million steps, were they written out.
TEST(recursion, choices_of_a_deep_trace_cost_what_there_are) {
  const auto deep = sl::recurse<double>([](auto& trace, const auto& self, int left) -> double {
    const double x = trace("x", sl::normal(0.0, 1.0));
    return left == 0 ? x : x + trace("deeper", self, left - 1);
  });
  const auto t = sl::simulate(deep, sl::args(2000), sl::key(1));
  const auto start = std::clock();
  const auto c = t.choices();
  EXPECT_LT(std::clock() - start, CLOCKS_PER_SEC / 5);
  EXPECT_EQ(c.size(), 2001u);
  EXPECT_EQ(c.entries().back().where.size(), 2001u);
  EXPECT_EQ(sl::choice_map(c), c);
  EXPECT_EQ(c[c.entries().back().where], t[c.entries().back().where]);
}

TEST(recursion, depth_is_bounded_with_an_address) {
  const auto endless = sl::recurse<double>([](auto& trace, const auto& self) -> double { return trace("deeper", self); }, {.max_depth = 50});
  const auto said = thrown([&] { sl::simulate(endless, sl::args(), sl::key(1)); });
  EXPECT_NE(said.find("deeper"), std::string::npos) << said;
  const auto bottomless = sl::recurse<double>([](auto& trace, const auto& self) -> double { return trace("deeper", self); }, {.max_depth = 1'000'000'000});
  EXPECT_THROW(sl::simulate(bottomless, sl::args(), sl::key(1)), std::length_error);
}
