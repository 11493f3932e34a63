// The laws over switch_ with branches that share an address, have none in common, or have another kind at one; index random or given.
#include <cmath>

#include <gtest/gtest.h>

#include "bodies.hpp"
#include "models/lane_laws.hpp"
#include "models/lanes_alone.hpp"
#include "models/laws.hpp"

using namespace laws;

namespace {

constexpr auto shared = sl::gen([](auto& trace) {
  const auto b = trace("b", sl::bernoulli(0.4));
  const auto x = trace("s", sl::switch_(low, high), b, 0.5);
  trace("y", sl::normal(x, 1.0));
  return x;
});
constexpr auto disjoint = sl::gen([](auto& trace) {
  const auto i = trace("i", sl::categorical(std::vector{0.3, 0.3, 0.4}));
  return trace("s", sl::switch_(low, apart, high), i, 0.5);
});
constexpr auto kinds = sl::gen([](auto& trace) { return trace("s", sl::switch_(real_v, whole_v), trace("b", sl::bernoulli(0.5))); });
constexpr auto given = sl::gen([](auto& trace, long i, double m) {
  const auto x = trace("s", sl::switch_(low, apart, high), i, m);
  trace("y", sl::normal(x, 1.0));
  return x;
});

void branch_by_hand(choices c, long i, double m, densities& lp) {
  const auto s = at("s");
  if (i == 0) low_by_hand(c, s, m, lp);
  if (i == 1) apart_by_hand(c, s, m, lp);
  if (i == 2) high_by_hand(c, s, m, lp);
}
double branch_value(choices c, long i) { return i == 1 ? 2 * c[at("s", "apart")] : c[at("s", "x")]; }

auto rows() {
  return std::tuple{
      row{"switch, shared address", shared, sl::args(), [](choices c, const auto&, densities& lp) {
            const bool b = c["b"] != 0;
            lp("b", bernoulli(b, 0.4));
            if (b) high_by_hand(c, at("s"), 0.5, lp);
            else low_by_hand(c, at("s"), 0.5, lp);
            lp("y", normal(c["y"], c[at("s", "x")], 1));
          },
          {{{"b", true}}, {{"b", false}, {at("s", "x"), 0.3}}, {{at("s", "only"), 0.7}}, {{"b", true}, {at("s", "only"), 0.7}}},
          {sl::select("b"), sl::select("s"), sl::select("b", at("s", "x")), sl::select(at("s", "only"), "y")}},
      row{"switch, disjoint addresses", disjoint, sl::args(), [](choices c, const auto&, densities& lp) {
            const long i = static_cast<long>(c["i"]);
            lp("i", std::log(i == 2 ? 0.4 : 0.3));
            branch_by_hand(c, i, 0.5, lp);
          },
          {{{"i", 1}}, {{"i", 0}}, {{"i", 2}, {at("s", "x"), 1.0}}, {{at("s", "apart"), 0.2}}},
          {sl::select("i"), sl::select("s"), sl::select(at("s", "apart"))}},
      row{"switch, an address of two kinds", kinds, sl::args(), [](choices c, const auto&, densities& lp) {
            const bool b = c["b"] != 0;
            const auto v = at("s", "v"), w = at("s", "w");
            lp("b", std::log(0.5));
            double vectors = 0;
            for (const double x : c.get<std::vector<double>>(w)) vectors += normal(x, 0, 1);
            lp(w, vectors);
            lp(v, b ? poisson(c[v], 3) : normal(c[v], 0, 1));
          },
          {{{"b", true}}, {{"b", false}}, {{"b", true}, {at("s", "v"), 2}}, {{"b", false}, {at("s", "v"), 0.25}}, {{at("s", "v"), 1}}},
          {sl::select("b"), sl::select("s"), sl::select(at("s", "v")), sl::select("b", at("s", "w"))},
          {}},
      row{"switch, index given", given, sl::args(0L, 0.5), [](choices c, const auto& as, densities& lp) {
            branch_by_hand(c, argument<0>(as), argument<1>(as), lp);
            lp("y", normal(c["y"], branch_value(c, argument<0>(as)), 1));
          },
          {{{"y", 0.3}}},
          {sl::select("s"), sl::select("y")},
          {sl::args(1L, 0.5), sl::args(2L, -0.5)}},
  };
}
template <class F>
void for_each_row(F&& f) {
  std::apply([&](const auto&... r) { (f(r), ...); }, rows());
}

}  // namespace

TEST(branches, laws) {
  for_each_row([](const auto& r) { check_one_lane(r); });
}
TEST(branches, laws_in_lanes) {
  for_each_row([](const auto& r) { check_lanes(r); });
}
TEST(branches, lanes_alone) {
  for_each_row([](const auto& r) { check_lanes_alone<double>(r); });
}
