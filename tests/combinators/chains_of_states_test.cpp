// The laws over unfold with scalar, struct and tuple states, and scan.
#include <cmath>

#include <gtest/gtest.h>

#include "bodies.hpp"
#include "models/lane_laws.hpp"
#include "models/lanes_alone.hpp"
#include "models/laws.hpp"

using namespace laws;

namespace {

constexpr auto walk = sl::unfold(sl::gen([](auto& trace, std::size_t t, const auto& x, double scale) {
  const auto next = trace("x", sl::normal(0.9 * x + 0.1 * static_cast<double>(t), scale));
  trace("y", sl::normal(next, 1.0));
  return next;
}));
constexpr auto scalar_state = sl::gen([](auto& trace, long steps, double first, double scale) { return trace("steps", walk, steps, first, scale); });

template <class R>
struct position {
  R place, speed;
};
template <class R>
bool operator==(const position<R>& a, const position<R>& b) {
  return a.place == b.place && a.speed == b.speed;
}
constexpr auto struct_state = sl::gen([](auto& trace, int steps) {
  const auto states = trace("p", sl::unfold(sl::gen([](auto& t, std::size_t, const auto& s) {
                              const auto speed = t("speed", sl::normal(s.speed, 0.5));
                              return position<sl::real_of<decltype(t)>>{t("place", sl::normal(s.place + speed, 0.1)), speed};
                            })),
                            steps, position<double>{1.0, 0.25});
  return states[states.size() - 1];
});

constexpr auto tuple_state = sl::gen([](auto& trace, int steps) {
  return trace("p", sl::unfold(sl::gen([](auto& t, std::size_t, const auto& s) {
                 const auto n = t("n", sl::poisson(1.0 + std::get<0>(s)));
                 const auto on = t("on", sl::bernoulli(sl::where(std::get<1>(s), 0.8, 0.3)));
                 return std::tuple(n, on, std::array{0.5 * n, std::get<2>(s)[0]});
               })),
               steps, std::tuple(1L, true, std::array{0.0, 1.0}));
});

constexpr auto adding = sl::gen([](auto& trace, const auto& carry, double x, double scale) {
  const auto next = trace("c", sl::normal(carry + x, scale));
  return std::pair(next, trace("out", sl::exponential(sl::exp(0.1 * next))));
});
constexpr auto scanned = sl::gen([](auto& trace, const auto& xs, double scale) {
  const auto [last, outputs] = trace("s", sl::scan(adding), 0.5, xs, scale);
  trace("y", sl::normal(last, 1.0));
  return std::pair(last, outputs);
});

auto walks() {
  return std::tuple{
      row{"unfold of a scalar", scalar_state, sl::args(4L, 0.5, 1.5), [](choices c, const auto& as, densities& lp) {
            double x = argument<1>(as);
            for (long t = 0; t < argument<0>(as); ++t) {
              const auto here = at("steps", t, "x"), y = at("steps", t, "y");
              lp(here, normal(c[here], 0.9 * x + 0.1 * static_cast<double>(t), argument<2>(as)));
              x = c[here];
              lp(y, normal(c[y], x, 1));
            }
          },
          {{{at("steps", 1, "x"), 0.5}}, {{at("steps", 1, "y"), 0.5}, {at("steps", 0, "y"), 0.1}}},
          {sl::select({"steps", 2}), sl::select("steps"), sl::select(at("steps", 1, "x"), at("steps", 3, "x"))},
          {sl::args(6L, 0.5, 1.5), sl::args(2L, 0.5, 1.5), sl::args(4L, -0.5, 1.0)}},
      row{"scan", scanned, sl::args(std::vector{1.0, -0.5, 0.25}, 0.5), [](choices c, const auto& as, densities& lp) {
            double carry = 0.5;
            for (std::size_t t = 0; t < argument<0>(as).size(); ++t) {
              const auto next = at("s", t, "c"), out = at("s", t, "out");
              lp(next, normal(c[next], carry + argument<0>(as)[t], argument<1>(as)));
              carry = c[next];
              lp(out, exponential(c[out], std::exp(0.1 * carry)));
            }
            lp("y", normal(c["y"], carry, 1));
          },
          {{{at("s", 0, "c"), 0.5}, {at("s", 1, "out"), 0.25}}},
          {sl::select({"s", 0}), sl::select(at("s", 1, "c"), "y")},
          {sl::args(std::vector{1.0, -0.5, 0.25, 2.0}, 0.5), sl::args(std::vector{1.0, 0.5}, 0.5)}},
  };
}
auto aggregates() {
  return std::tuple{
      row{"unfold of a struct", struct_state, sl::args(3), [](choices c, const auto& as, densities& lp) {
            double place = 1, speed = 0.25;
            for (int t = 0; t < argument<0>(as); ++t) {
              const auto v = at("p", t, "speed"), x = at("p", t, "place");
              lp(v, normal(c[v], speed, 0.5));
              speed = c[v];
              lp(x, normal(c[x], place + speed, 0.1));
              place = c[x];
            }
          },
          {{{at("p", 0, "speed"), 0.5}}},
          {sl::select({"p", 1}), sl::select(at("p", 0, "speed"))},
          {sl::args(5), sl::args(1)}},
      row{"unfold of a tuple", tuple_state, sl::args(3), [](choices c, const auto& as, densities& lp) {
            double n = 1;
            bool on = true;
            for (int t = 0; t < argument<0>(as); ++t) {
              const auto count = at("p", t, "n"), flag = at("p", t, "on");
              lp(count, poisson(c[count], 1 + n));
              n = c[count];
              lp(flag, bernoulli(c[flag] != 0, on ? 0.8 : 0.3));
              on = c[flag] != 0;
            }
          },
          {{{at("p", 0, "on"), false}}, {{at("p", 1, "n"), 4}}},
          {sl::select({"p", 1}), sl::select(at("p", 0, "n"), at("p", 2, "on"))},
          {sl::args(4), sl::args(2)}},
  };
}

template <class F, class Rows>
void for_each_row(F&& f, const Rows& rows) {
  std::apply([&](const auto&... r) { (f(r), ...); }, rows);
}

}  // namespace

TEST(chains_of_states, laws) {
  for_each_row([](const auto& r) { check_one_lane(r); }, walks());
  for_each_row([](const auto& r) { check_one_lane(r); }, aggregates());
}
TEST(chains_of_states, laws_in_lanes) {
  for_each_row([](const auto& r) { check_lanes(r); }, walks());
  for_each_row([](const auto& r) { check_lanes(r); }, aggregates());
}
TEST(chains_of_states, lanes_alone) {
  for_each_row([](const auto& r) { check_lanes_alone<double>(r); }, walks());
}
