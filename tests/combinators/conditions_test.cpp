// The laws over cond, or_else and mask.
#include <gtest/gtest.h>

#include "bodies.hpp"
#include "models/lane_laws.hpp"
#include "models/lanes_alone.hpp"
#include "models/laws.hpp"

using namespace laws;

namespace {

constexpr auto decided = sl::gen([](auto& trace, double threshold) {
  const auto u = trace("u", sl::normal(0.0, 1.0));
  return trace("c", sl::cond(low, high), u > threshold, u);
});
constexpr auto elsewhere = sl::gen([](auto& trace, double threshold) {
  const auto u = trace("u", sl::normal(0.0, 1.0));
  return trace("c", sl::or_else(noisy, named), u > threshold, sl::args(u, 2.0), sl::args(-u));
});
constexpr auto masked = sl::gen([](auto& trace, double p) {
  const auto on = trace("on", sl::bernoulli(p));
  const auto m = trace("m", sl::mask(low), on, 0.5);
  trace("y", sl::normal(sl::value_or(m, sl::real_of<decltype(trace)>(-1.0)), 1.0));
  return m;
});

auto rows() {
  return std::tuple{
      row{"cond", decided, sl::args(0.0), [](choices c, const auto& as, densities& lp) {
            const double u = c["u"];
            lp("u", normal(u, 0, 1));
            if (u > argument<0>(as)) low_by_hand(c, at("c"), u, lp);
            else high_by_hand(c, at("c"), u, lp);
          },
          {{{"u", 0.5}}, {{"u", -0.5}, {at("c", "x"), 1.0}}, {{at("c", "only"), 0.3}}},
          {sl::select("u"), sl::select("c"), sl::select("u", at("c", "x"))},
          {sl::args(0.4), sl::args(100.0)}},
      row{"or_else", elsewhere, sl::args(0.0), [](choices c, const auto& as, densities& lp) {
            const double u = c["u"];
            lp("u", normal(u, 0, 1));
            if (u > argument<0>(as)) lp("c", normal(c["c"], 2 * u, 1));
            else lp(at("c", "x"), normal(c[at("c", "x")], -u, 1));
          },
          {{{"u", 0.5}}, {{"u", -0.5}}},
          {sl::select("u"), sl::select("c")},
          {sl::args(0.4)}},  // a choice in one, a subtree in the other
      row{"mask", masked, sl::args(0.4), [](choices c, const auto& as, densities& lp) {
            const bool on = c["on"] != 0;
            lp("on", bernoulli(on, argument<0>(as)));
            if (on) low_by_hand(c, at("m"), 0.5, lp);
            lp("y", normal(c["y"], on ? c[at("m", "x")] : -1.0, 1));
          },
          {{{"on", true}}, {{"on", false}}, {{at("m", "x"), 0.2}}, {{"on", true}, {at("m", "only"), 0.2}}},
          {sl::select("on"), sl::select("m"), sl::select("on", at("m", "x"))},
          {sl::args(0.7)}},
  };
}
template <class F>
void for_each_row(F&& f) {
  std::apply([&](const auto&... r) { (f(r), ...); }, rows());
}

}  // namespace

TEST(conditions, laws) {
  for_each_row([](const auto& r) { check_one_lane(r); });
}
TEST(conditions, laws_in_lanes) {
  for_each_row([](const auto& r) { check_lanes(r); });
}
TEST(conditions, lanes_alone) {
  for_each_row([](const auto& r) { check_lanes_alone<double>(r); });
}
