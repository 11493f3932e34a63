// Categories by the thousand: what the table of sums gives is, bit for bit, what the scan gives.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include <starling/distributions/categorical.hpp>
#include <starling/distributions/draw.hpp>

namespace {

namespace sl = starling;
using doubles = sl::native_pack<double>;

// n probabilities, some of them 0, of very different sizes.
std::vector<double> probabilities(std::size_t n) {
  std::vector<double> p(n);
  double total = 0;
  for (std::size_t k = 0; k < n; ++k) total += p[k] = k % 7 == 3 ? 0 : std::exp(3 * std::sin(static_cast<double>(k * k)));
  for (double& q : p) q /= total;
  return p;
}

}  // namespace

TEST(many_categories, are_drawn_as_by_a_scan) {
  for (const std::size_t n : {64u, 65u, 1000u, 4096u}) {
    const auto p = probabilities(n);
    const sl::categorical d(p);
    ASSERT_FALSE(d.table.empty());
    for (std::uint64_t lane = 0; lane < 4000; lane += doubles::lanes) {
      sl::stream<doubles> many(sl::key(1), lane), scanned(sl::key(1), lane);
      sl::stream<double> one(sl::key(1), lane + 1);
      many.visit(3), scanned.visit(3), one.visit(3);
      const auto k = d.sample(many);
      const auto expected = sl::draw_category(scanned, n, [&](std::size_t j) { return doubles(p[j]); });
      for (int l = 0; l < doubles::lanes; ++l) ASSERT_EQ(sl::to_real(k)[l], sl::to_real(expected)[l]);
      ASSERT_EQ(static_cast<double>(d.sample(one)), sl::to_real(k)[1]);
    }
    // Ends of the unit interval.
    EXPECT_EQ(d.table(0x1p-60), 0);
    EXPECT_LT(d.table(1 - 0x1p-53), static_cast<double>(n));
    doubles ks(5.0);
    ks.set(0, static_cast<double>(n)), ks.set(1, 2.5);
    const auto lp = d.log_density(ks);
    EXPECT_EQ(lp[0], -INFINITY);
    EXPECT_EQ(lp[1], -INFINITY);
    EXPECT_NEAR(lp[2], std::log(p[5]), 1e-14);
  }
}

TEST(many_categories, with_bad_probabilities_have_no_draws) {
  auto p = probabilities(200);
  p[10] += 0.01;
  EXPECT_EQ(sl::draw(sl::categorical(p), sl::key(1), 1)[0], sl::no_value<long>());
  EXPECT_EQ(sl::categorical(p).log_density(5L), -INFINITY);
  p = probabilities(200);
  p[10] -= 2 * p[10] + 0.01, p[11] += 0.01 + 2 * probabilities(200)[10];
  EXPECT_EQ(sl::draw(sl::categorical(p), sl::key(1), 1)[0], sl::no_value<long>());
  p[0] = NAN;
  EXPECT_EQ(sl::draw(sl::categorical(p), sl::key(1), 1)[0], sl::no_value<long>());
}
