// The laws over combinators inside each other: switch in unfold in map, mask in map, map in switch.
#include <cmath>

#include <gtest/gtest.h>

#include "bodies.hpp"
#include "models/lane_laws.hpp"
#include "models/lanes_alone.hpp"
#include "models/laws.hpp"

using namespace laws;

namespace {

constexpr auto step = sl::gen([](auto& trace, std::size_t, const auto& x) {
  const auto b = trace("b", sl::bernoulli(0.4));
  return trace("s", sl::switch_(low, high), b, x);
});
constexpr auto series = sl::gen([](auto& trace, long steps, double first) {
  const auto states = trace("steps", sl::unfold(step), steps, first);
  trace("y", sl::normal(states[states.size() - 1], 1.0));
  return states;
});
constexpr auto many_series = sl::gen([](auto& trace, long steps, const auto& firsts) { return trace("k", sl::map(series), steps, sl::each(firsts)); });

constexpr auto sometimes = sl::gen([](auto& trace, double m, const auto& p) {
  const auto on = trace("on", sl::bernoulli(p));
  const auto x = trace("x", sl::mask(named), on, m);
  return sl::value_or(x, sl::real_of<decltype(trace)>(0.0));
});
constexpr auto masks_in_map = sl::gen([](auto& trace, const auto& ms) {
  const auto p = trace("p", sl::uniform(0.2, 0.9));
  const auto xs = trace("k", sl::map(sometimes), sl::each(ms), p);
  trace("y", sl::normal(xs[0] + xs[1], 1.0));
  return xs;
});

constexpr auto plate_of_two = sl::gen([](auto& trace, const auto& m) {
  const auto xs = trace("k", sl::map(noisy), sl::each(std::array{1.0, 2.0}), m);
  return xs[0] + xs[1];
});
constexpr auto plate_of_three = sl::gen([](auto& trace, const auto& m) {
  const auto xs = trace("k", sl::map(noisy), sl::each(std::array{1.0, -1.0, 0.5}), m);
  return xs[2];
});
constexpr auto maps_in_switch = sl::gen([](auto& trace, double m) {
  const auto i = trace("i", sl::categorical(std::vector{0.4, 0.3, 0.3}));
  const auto x = trace("s", sl::switch_(plate_of_two, plate_of_three, named), i, m);
  trace("y", sl::normal(x, 1.0));
  return x;
});

auto rows() {
  return std::tuple{
      row{"switch in unfold in map", many_series, sl::args(3L, std::vector{0.5, -0.5}), [](choices c, const auto& as, densities& lp) {
            for (std::size_t k = 0; k < argument<1>(as).size(); ++k) {
              double x = argument<1>(as)[k];
              for (long t = 0; t < argument<0>(as); ++t) {
                const auto here = at("k", k, "steps", t), b = at(here, "b"), s = at(here, "s");
                const bool is_high = c[b] != 0;
                lp(b, bernoulli(is_high, 0.4));
                if (is_high) high_by_hand(c, s, x, lp);
                else low_by_hand(c, s, x, lp);
                x = c[at(s, "x")];
              }
              lp(at("k", k, "y"), normal(c[at("k", k, "y")], x, 1));
            }
          },
          {{{at("k", 0, "steps", 1, "b"), true}}, {{at("k", 1, "steps", 0, "b"), false}, {at("k", 0, "steps", 0, "s", "x"), 1.0}}, {{at("k", 1, "steps", 1, "s", "only"), 0.2}, {at("k", 0, "y"), 1.0}}},
          {sl::select(at("k", 0)), sl::select(at("k", 1, "steps", 0, "b"), at("k", 0, "steps", 1, "b")), sl::select({"k", sl::all})},
          {sl::args(4L, std::vector{0.5, -0.5, 1.0}), sl::args(2L, std::vector{0.5, 0.5})}},
      row{"mask in map", masks_in_map, sl::args(std::vector{0.5, -0.5, 2.0}), [](choices c, const auto& as, densities& lp) {
            lp("p", -std::log(0.7));
            double sum = 0;
            for (std::size_t k = 0; k < argument<0>(as).size(); ++k) {
              const auto on = at("k", k, "on"), x = at("k", k, "x", "x");
              lp(on, bernoulli(c[on] != 0, c["p"]));
              if (c[on] == 0) continue;
              lp(x, normal(c[x], argument<0>(as)[k], 1));
              if (k < 2) sum += c[x];
            }
            lp("y", normal(c["y"], sum, 1));
          },
          {{{"p", 0.5}}, {{at("k", 0, "on"), true}, {at("k", 1, "on"), false}}, {{at("k", 1, "x", "x"), 0.3}}},
          {sl::select("p"), sl::select(at("k", 0, "on")), sl::select("k")},
          {sl::args(std::vector{0.5, 0.5}), sl::args(std::vector{0.5, 0.5, 1.0, 1.0})}},
      row{"map in switch", maps_in_switch, sl::args(0.5), [](choices c, const auto& as, densities& lp) {
            const auto i = static_cast<long>(c["i"]);
            const double m = argument<0>(as);
            const auto x = [&](int k) { return at("s", "k", k); };
            lp("i", std::log(i == 0 ? 0.4 : 0.3));
            const double slopes[2][3] = {{1, 2, 0}, {1, -1, 0.5}};
            for (int k = 0; k < (i == 2 ? 0 : 2 + i); ++k) lp(x(k), normal(c[x(k)], slopes[i][k] * m, 1));
            if (i == 2) lp(at("s", "x"), normal(c[at("s", "x")], m, 1));
            lp("y", normal(c["y"], i == 0 ? c[x(0)] + c[x(1)] : i == 1 ? c[x(2)]
                                                                       : c[at("s", "x")],
                           1));
          },
          {{{"i", 1}}, {{"i", 0}, {at("s", "k", 1), 0.5}}, {{"i", 2}}, {{at("s", "k", 2), 1.0}}},
          {sl::select("i"), sl::select("s"), sl::select(at("s", "k", 1), "y")},
          {sl::args(-0.5)}},
  };
}
template <class F>
void for_each_row(F&& f) {
  std::apply([&](const auto&... r) { (f(r), ...); }, rows());
}

}  // namespace

TEST(nestings, laws) {
  for_each_row([](const auto& r) { check_one_lane(r); });
}
TEST(nestings, laws_in_lanes) {
  for_each_row([](const auto& r) { check_lanes(r); });
}
TEST(nestings, lanes_alone) {
  for_each_row([](const auto& r) { check_lanes_alone<double>(r); });
}
