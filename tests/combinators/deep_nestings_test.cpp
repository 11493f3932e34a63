// The laws over conditional regions inside each other, unfold in mix, scan of cond, calls and factors in branches.
#include <cmath>

#include <gtest/gtest.h>

#include "bodies.hpp"
#include "models/lane_laws.hpp"
#include "models/lanes_alone.hpp"
#include "models/laws.hpp"

using namespace laws;

namespace {

// Two levels: the outer branches share "x" with the inner ones; both have a call at "deep".
constexpr auto inner = sl::gen([](auto& trace, const auto& m) {
  const auto b = trace("inner", sl::bernoulli(0.5));
  const auto x = trace({}, sl::switch_(low, high), b, m);
  return x + trace("deep", named, x);
});
constexpr auto outer = sl::gen([](auto& trace, const auto& m) {
  const auto x = trace("x", sl::normal(m, 2.0));
  trace.factor(-0.25 * x * x);
  return trace("deep", named, 2.0 * x);
});
constexpr auto regions = sl::gen([](auto& trace, double p) {
  const auto b = trace("b", sl::bernoulli(p));
  const auto x = trace("s", sl::switch_(inner, outer), b, 0.5);
  trace("y", sl::normal(x, 1.0));
  return x;
});

constexpr auto kernel = sl::gen([](auto& trace, std::size_t, const auto& x) { return trace("x", sl::normal(x, 1.0)); });
constexpr auto short_walk = sl::gen([](auto& trace, const auto& x) { return trace({}, sl::unfold(kernel), 2, x)[1]; });
constexpr auto long_walk = sl::gen([](auto& trace, const auto& x) { return trace({}, sl::unfold(kernel), 3, 2.0 * x)[2]; });
constexpr auto walks_in_mix = sl::gen([](auto& trace, const auto& logs) {
  return trace("w", sl::mix(short_walk, long_walk), logs, 0.5);
});

constexpr auto conditional_step = sl::gen([](auto& trace, const auto& carry, double x) {
  const auto next = trace({}, sl::cond(low, high), carry > 0.0, carry + x);
  return std::pair(next, trace("on", sl::mask(named), next > 0.5, next));
});
constexpr auto scan_of_cond = sl::gen([](auto& trace, const auto& xs) { return trace("s", sl::scan(conditional_step), 0.5, xs); });

void cond_by_hand(choices c, const sl::path& here, double carry, double x, densities& lp) {
  if (carry > 0) low_by_hand(c, here, carry + x, lp);
  else high_by_hand(c, here, carry + x, lp);
}

auto rows() {
  return std::tuple{
      row{"switch in switch, with calls and factors", regions, sl::args(0.4), [](choices c, const auto& as, densities& lp) {
            const bool b = c["b"] != 0;
            const auto s = at("s"), x = at("s", "x"), deep = at("s", "deep", "x"), i = at("s", "inner");
            lp("b", bernoulli(b, argument<0>(as)));
            if (b) {
              lp(x, normal(c[x], 0.5, 2));
              lp.factors += -0.25 * c[x] * c[x];
              lp(deep, normal(c[deep], 2 * c[x], 1));
            } else {
              lp(i, std::log(0.5));
              if (c[i] != 0) high_by_hand(c, s, 0.5, lp);
              else low_by_hand(c, s, 0.5, lp);
              lp(deep, normal(c[deep], c[x], 1));
            }
            lp("y", normal(c["y"], c[deep] + (b ? 0.0 : c[x]), 1));
          },
          {{{"b", true}}, {{"b", false}, {at("s", "inner"), true}}, {{at("s", "only"), 0.5}}, {{at("s", "x"), 0.5}, {at("s", "deep", "x"), 1.0}}},
          {sl::select("b"), sl::select(at("s", "inner")), sl::select("s"), sl::select("b", at("s", "x"))},
          {sl::args(0.7)},
          true},
      row{"unfold in mix", walks_in_mix, sl::args(std::vector{0.0, 0.5}), [](choices c, const auto& as, densities& lp) {
            const auto i = static_cast<std::size_t>(c[at("w", "index")]);
            const auto& w = argument<0>(as);
            lp(at("w", "index"), w[i] - std::log(std::exp(w[0]) + std::exp(w[1])));
            double x = i == 0 ? 0.5 : 1.0;
            for (std::size_t t = 0; t < 2 + i; ++t) {
              const auto here = at("w", "component", t, "x");
              lp(here, normal(c[here], x, 1));
              x = c[here];
            }
          },
          {{{at("w", "index"), 1}}, {{at("w", "index"), 0}, {at("w", "component", 0, "x"), 0.25}}, {{at("w", "component", 2, "x"), 0.25}}},
          {sl::select(at("w", "index")), sl::select("w"), sl::select(at("w", "component", 0))},
          {sl::args(std::vector{0.0, -1.0})}},
      row{"scan of cond and mask", scan_of_cond, sl::args(std::vector{-0.5, 0.25, -1.0}), [](choices c, const auto& as, densities& lp) {
            double carry = 0.5;
            for (std::size_t t = 0; t < argument<0>(as).size(); ++t) {
              const auto on = at("s", t, "on", "x");
              cond_by_hand(c, at("s", t), carry, argument<0>(as)[t], lp);
              carry = c[at("s", t, "x")];
              if (carry > 0.5) lp(on, normal(c[on], carry, 1));
            }
          },
          {{{at("s", 0, "x"), -0.5}}, {{at("s", 0, "x"), 1.5}, {at("s", 1, "only"), 0.3}}, {{at("s", 1, "on", "x"), 0.3}}},
          {sl::select(at("s", 0)), sl::select(at("s", 0, "x")), sl::select("s")},
          {sl::args(std::vector{-0.5, 0.25}), sl::args(std::vector{-0.5, 0.5, 1.0, 0.5})}},
  };
}
template <class F>
void for_each_row(F&& f) {
  std::apply([&](const auto&... r) { (f(r), ...); }, rows());
}

}  // namespace

TEST(deep_nestings, laws) {
  for_each_row([](const auto& r) { check_one_lane(r); });
}
TEST(deep_nestings, laws_in_lanes) {
  for_each_row([](const auto& r) { check_lanes(r); });
}
TEST(deep_nestings, lanes_alone) {
  for_each_row([](const auto& r) { check_lanes_alone<double>(r); });
}
