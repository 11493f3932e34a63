// The laws over mix, contramap, map_retval and dimap; and what mix keeps when its index alone is redrawn.
#include <cmath>

#include <gtest/gtest.h>

#include "bodies.hpp"
#include "models/lane_laws.hpp"
#include "models/lanes_alone.hpp"
#include "models/laws.hpp"

using namespace laws;

namespace {

constexpr auto mixture = sl::gen([](auto& trace, const auto& log_weights) {
  const auto m = trace("m", sl::normal(0.0, 1.0));
  const auto x = trace("x", sl::mix(low, high, apart), log_weights, m);
  trace("y", sl::normal(x, 0.5));
  return x;
});
constexpr auto mapped = sl::gen([](auto& trace, double a) {
  const auto square = [](const auto& x) { return x * x; };
  const auto both = [](const auto& x, const auto& y) { return sl::args(x + y, 2.0); };
  const auto p = trace("p", sl::contramap(named, square), a);
  const auto q = trace("q", sl::map_retval(low, [](const auto& x) { return std::pair(x, 2.0 * x); }), p);
  return trace("r", sl::dimap(noisy, both, square), p, q.second);
});

auto rows() {
  const auto logs = [](double a, double b, double c) { return std::vector{std::log(a), std::log(b), std::log(c)}; };
  return std::tuple{
      row{"mix", mixture, sl::args(logs(0.6, 1.0, 0.4)), [](choices c, const auto& as, densities& lp) {
            const auto i = static_cast<std::size_t>(c[at("x", "index")]);
            double total = 0;
            for (const double w : argument<0>(as)) total += std::exp(w);
            lp("m", normal(c["m"], 0, 1));
            lp(at("x", "index"), argument<0>(as)[i] - std::log(total));
            const auto here = at("x", "component");
            if (i == 0) low_by_hand(c, here, c["m"], lp);
            if (i == 1) high_by_hand(c, here, c["m"], lp);
            if (i == 2) apart_by_hand(c, here, c["m"], lp);
            lp("y", normal(c["y"], i == 2 ? 2 * c[at(here, "apart")] : c[at(here, "x")], 0.5));
          },
          {{{at("x", "index"), 1}}, {{at("x", "index"), 2}, {at("x", "component", "apart"), 0.1}}, {{at("x", "component", "x"), 0.1}}},
          {sl::select(at("x", "index")), sl::select("x"), sl::select(at("x", "component")), sl::select("m", at("x", "index"))},
          {sl::args(logs(0.1, 0.2, 0.7))}},
      row{"contramap, map_retval, dimap", mapped, sl::args(0.5), [](choices c, const auto& as, densities& lp) {
            const double p = c[at("p", "x")], q = c[at("q", "x")];
            lp(at("p", "x"), normal(p, argument<0>(as) * argument<0>(as), 1));
            low_by_hand(c, at("q"), p, lp);
            lp("r", normal(c["r"], 2 * (p + 2 * q), 1));
          },
          {{{at("p", "x"), 0.5}}, {{"r", 0.5}}},
          {sl::select("p"), sl::select("q", "r")},
          {sl::args(1.5)}},
  };
}
template <class F>
void for_each_row(F&& f) {
  std::apply([&](const auto&... r) { (f(r), ...); }, rows());
}

}  // namespace

TEST(mixtures, laws) {
  for_each_row([](const auto& r) { check_one_lane(r); });
}
TEST(mixtures, laws_in_lanes) {
  for_each_row([](const auto& r) { check_lanes(r); });
}
TEST(mixtures, lanes_alone) {
  for_each_row([](const auto& r) { check_lanes_alone<double>(r); });
}

TEST(mixtures, the_index_alone_keeps_what_both_components_share) {
  const auto r = std::get<0>(rows());
  const auto index = at("x", "index"), x = at("x", "component", "x");
  const auto b = sl::simulate(r.model, r.as, sl::key(1), sl::lanes(many));
  const auto u = sl::regenerate(b, sl::select(index), sl::key(2));
  std::size_t moved = 0;
  for (std::size_t l = 0; l < many; ++l) {
    const auto before = b.lane(l), after = u.traces.lane(l);
    if (before[index] == after[index] || before[index] == 2 || after[index] == 2) continue;
    ++moved;
    EXPECT_EQ(before[x], after[x]);
    const double m = before["m"], kept = before[x];
    const double low_density = normal(kept, m, 1), high_density = normal(kept, m + 1, 3);
    EXPECT_NEAR(u.weights[l], after[index] == 1 ? high_density - low_density : low_density - high_density, 1e-10);
  }
  EXPECT_GT(moved, 100u);
}
