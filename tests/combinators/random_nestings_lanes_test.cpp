// Laws over static nestings in lanes, their sizes, numbers, constraints and selections drawn and shrunk by RapidCheck: a switch inside an
// unfold inside a map, and a mask around a map inside a scan.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>
#include <cstdlib>

#include "bodies.hpp"
#include "models/lane_laws.hpp"
#include "models/laws.hpp"

using namespace laws;

namespace {

constexpr auto step = sl::gen([](auto& trace, std::size_t, const auto& x, const auto& slope, double p) {
  return trace({}, sl::switch_(low, high), trace("b", sl::bernoulli(p)), slope * x);
});
constexpr auto chain = sl::gen([](auto& trace, const auto& start, const auto& slope, std::size_t steps, double p) {
  return trace("c", sl::unfold(step), steps, start, slope, p).back();
});
constexpr auto switches = sl::gen([](auto& trace, const auto& xs, std::size_t steps, double p) {
  const auto slope = trace("slope", sl::normal(0.5, 0.5));
  return trace("i", sl::map(chain), sl::each(xs), slope, steps, p)[0];
});
void switches_by_hand(choices c, const std::vector<double>& xs, std::size_t steps, double p, densities& lp) {
  lp("slope", normal(c["slope"], 0.5, 0.5));
  for (std::size_t i = 0; i < xs.size(); ++i) {
    double x = xs[i];
    for (std::size_t t = 0; t < steps; ++t) {
      const auto here = at("i", i, "c", t), b = at(here, "b");
      lp(b, bernoulli(c[b] != 0, p));
      if (c[b] != 0) high_by_hand(c, here, c["slope"] * x, lp);
      else low_by_hand(c, here, c["slope"] * x, lp);
      x = c[at(here, "x")];
    }
  }
}

constexpr auto plate_step = sl::gen([](auto& trace, const auto& carry, double x, const auto& slopes) {
  const auto on = trace("on", sl::bernoulli(0.5));
  const auto plate = sl::gen([](auto& t, const auto& all, const auto& m) { return t("y", sl::map(noisy), sl::each(all), m)[0]; });
  const auto y = sl::value_or(trace("p", sl::mask(plate), on, slopes, carry + x), 0.5 * carry);
  return std::pair(y, on);
});
constexpr auto masks = sl::gen([](auto& trace, const auto& xs, std::size_t, double start) { return trace("s", sl::scan(plate_step), start, xs, xs); });
void masks_by_hand(choices c, const std::vector<double>& xs, double carry, densities& lp) {
  for (std::size_t t = 0; t < xs.size(); ++t) {
    const auto on = at("s", t, "on");
    lp(on, std::log(0.5));
    const double m = carry + xs[t];
    for (std::size_t i = 0; c[on] != 0 && i < xs.size(); ++i) lp(at("s", t, "p", "y", i), normal(c[at("s", t, "p", "y", i)], xs[i] * m, 1));
    carry = c[on] != 0 ? c[at("s", t, "p", "y", 0)] : 0.5 * carry;
  }
}

// Makes a row of drawn numbers: constraints are some choices of another trace, a selection some of this one's.
template <class Model, class ByHand>
void check(const char* name, const Model& model, const std::vector<double>& xs, std::size_t steps, double p, std::uint64_t seed, ByHand by_hand) {
  const auto as = sl::args(xs, steps, p);
  sl::choice_map some;
  sl::selection selected;
  std::uint64_t coin = seed;
  for (const auto& e : sl::simulate(model, as, sl::key(seed)).choices().entries())
    if ((coin = sl::hash_combine(coin, 1)) % 3 == 0) some.set(e.where, e.value);
  for (const auto& e : sl::simulate(model, as, sl::key(seed + 1)).choices().entries())
    if ((coin = sl::hash_combine(coin, 2)) % 3 == 0) selected = selected | sl::selection(e.where);
  std::vector<double> other = xs;
  other[seed % other.size()] += 0.25;
  const row r{name, model, as, by_hand, {some}, {selected}, {sl::args(other, steps, 1 - p)}};
  check_one_lane(r);
  check_lanes(r);
}

template <class F>
void for_random_rows(const char* what, F&& f) {
  ::setenv("RC_PARAMS", "seed=20240608 max_success=25 max_size=20", 0);
  const auto failures = [] { return ::testing::UnitTest::GetInstance()->current_test_info()->result()->total_part_count(); };
  EXPECT_TRUE(rc::check(what, [&](const std::vector<int>& numbers, std::uint8_t size, std::uint8_t chance, std::uint16_t seed) {
    const int failed_before = failures();
    std::vector<double> xs = {0.75};
    for (const int n : numbers)
      if (xs.size() < 4) xs.push_back(0.25 * (n % 7));
    f(xs, std::size_t{1} + size % 3, 0.1 + 0.8 * chance / 255.0, seed);
    RC_ASSERT(failures() == failed_before);
  }));
}

}  // namespace

TEST(random_nestings_in_lanes, switch_inside_unfold_inside_map) {
  for_random_rows("switch inside unfold inside map", [](const auto& xs, std::size_t steps, double p, std::uint64_t seed) {
    check("switch in unfold in map", switches, xs, steps, p, seed,
          [](choices c, const auto& as, densities& lp) { switches_by_hand(c, argument<0>(as), argument<1>(as), argument<2>(as), lp); });
  });
}
TEST(random_nestings_in_lanes, map_inside_mask_inside_scan) {
  for_random_rows("map inside mask inside scan", [](const auto& xs, std::size_t steps, double p, std::uint64_t seed) {
    check("map in mask in scan", masks, xs, steps, p, seed,
          [](choices c, const auto& as, densities& lp) { masks_by_hand(c, argument<0>(as), argument<2>(as), lp); });
  });
}
