// Densities and draws where squares, differences or sums of parameters leave the range of doubles. Values by mpmath (700 digits).
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include <starling/distributions/arcsine.hpp>
#include <starling/distributions/asymmetric_laplace.hpp>
#include <starling/distributions/cauchy.hpp>
#include <starling/distributions/draw.hpp>
#include <starling/distributions/exponentially_modified_normal.hpp>
#include <starling/distributions/scaled_inverse_chi_square.hpp>
#include <starling/distributions/triangular.hpp>
#include <starling/distributions/truncated.hpp>
#include <starling/distributions/uniform.hpp>
#include <starling/distributions/von_mises.hpp>
#include <starling/distributions/wrapped_cauchy.hpp>
#include <starling/distributions/wrapped_normal.hpp>

namespace {

namespace sl = starling;
using doubles = sl::native_pack<double>;

// In one lane and in many; `make` makes the distribution of parameters like its argument.
template <class Make> void expect_density(const char* name, double x, double expected, Make make) {
  EXPECT_NEAR(make(1.0).log_density(x), expected, 1e-13 * (1 + std::abs(expected))) << name << " at " << x;
  EXPECT_NEAR(make(doubles(1)).log_density(doubles(x))[1], expected, 1e-13 * (1 + std::abs(expected))) << name << " at " << x << " in lanes";
}
template <class D> double share_below(const D& d, double x) {
  double below = 0;
  for (const double y : sl::draw(d, sl::key(7), 4000)) {
    EXPECT_TRUE(std::isfinite(y) && d.support().contains(y)) << y;
    below += y <= x ? 1 / 4000.0 : 0;
  }
  return below;
}
constexpr double allowed = 5.5 * 0.5 / 63.2;

}  // namespace

TEST(wide_ends, scaled_inverse_chi_square) {
  struct row {
    double x, degrees, scale, expected;
  };
  for (const auto& [x, v, s, expected] : {row{1e-300, 3, 1e-200, 346.11674384890434}, {1e300, 3, 1e200, -1.5e100}, {1, 3, 1e-200, -1380.8220758966299}, {1e-250, 0.5, 1e-130, 568.25521440102326}, {1e305, 1e-3, 1e155, -759.88711140895755}})
    expect_density("scaled_inverse_chi_square", x, expected, [&, v = v, s = s](auto one) { return sl::scaled_inverse_chi_square(v * one, s * one); });
  // x / scale² has one distribution: what the scale makes of it where x is a double.
  const auto at_one = sl::draw(sl::scaled_inverse_chi_square(3.0, 1.0), sl::key(5), 100), small = sl::draw(sl::scaled_inverse_chi_square(3.0, 1e-150), sl::key(5), 100);
  for (std::size_t i = 0; i < 100; ++i) EXPECT_NEAR(small[i] / 1e-300, at_one[i], 1e-12 * at_one[i]);
  for (const double p : {0.01, 0.5, 0.99}) {
    const double x = sl::quantile(sl::scaled_inverse_chi_square(3.0, 1.0), p);
    EXPECT_NEAR(sl::cdf(sl::scaled_inverse_chi_square(3.0, 1.0), x), p, 1e-12);
    EXPECT_NEAR(sl::quantile(sl::scaled_inverse_chi_square(3.0, 1e-150), p) / 1e-300, x, 1e-12 * x);
    EXPECT_NEAR(sl::cdf(sl::scaled_inverse_chi_square(3.0, 1e-150), x * 1e-300), p, 1e-12);
  }
  EXPECT_EQ(sl::cdf(sl::scaled_inverse_chi_square(3.0, 1e-200), 1.0), 1);
  EXPECT_EQ(sl::cdf(sl::scaled_inverse_chi_square(3.0, 1e200), 1.0), 0);
  for (const double s : {1e-200, 1e200}) EXPECT_NEAR(share_below(sl::scaled_inverse_chi_square(3.0, s), 1.0), s < 1 ? 1.0 : 0.0, 1e-9);
}

TEST(wide_ends, angles) {
  const auto von_mises = [](double m, double k) { return [=](auto one) { return sl::von_mises(m * one, k * one); }; };
  expect_density("von_mises", 1, -2.8619831736969406, von_mises(1e308, 2));
  expect_density("von_mises", -2, -2.3372536926253261, von_mises(-1.7e308, 0.5));
  expect_density("von_mises", 3, -57.217940377809769, von_mises(1e10, 30));
  expect_density("von_mises", 0.5, 353.94447991340945, von_mises(0.5, 1.7e308));
  expect_density("wrapped_cauchy", 1, -2.4257054214811724, [](auto one) { return sl::wrapped_cauchy(1e308 * one, 0.5 * one); });
  expect_density("wrapped_normal", 1, -5.8104091360056076, [](auto one) { return sl::wrapped_normal(1e308 * one, 0.5 * one); });
  const double place = std::atan2(std::sin(1e308), std::cos(1e308));
  const auto expect_about = [&](const char* name, const auto& d) {
    double mean = 0;
    for (const double x : sl::draw(d, sl::key(3), 400)) mean += std::cos(x - place) / 400;
    EXPECT_GT(mean, 0.9) << name;
  };
  expect_about("von_mises", sl::von_mises(1e308, 50.0));
  expect_about("wrapped_cauchy", sl::wrapped_cauchy(1e308, 0.99));
  expect_about("wrapped_normal", sl::wrapped_normal(1e308, 0.1));
  for (const double x : sl::draw(sl::von_mises(0.5, 1.7e308), sl::key(3), 100)) EXPECT_EQ(x, 0.5);
}

TEST(wide_ends, intervals) {
  expect_density("arcsine", 3e307, -710.29378318827985, [](auto one) { return sl::arcsine(-1e308 * one, 1e308 * one); });
  expect_density("arcsine", -1.6e308, -709.78660721575467, [](auto one) { return sl::arcsine(-1.7e308 * one, 1.7e308 * one); });
  expect_density("triangular", 3e307, -709.5528835861048, [](auto one) { return sl::triangular(-1e308 * one, 0.0 * one, 1e308 * one); });
  expect_density("triangular", -1.6e308, -713.2531974178444, [](auto one) { return sl::triangular(-1.7e308 * one, 1.7e308 * one, 1.7e308 * one); });
  EXPECT_NEAR(share_below(sl::arcsine(-1e308, 1e308), -0.70710678118654752e308), 0.25, allowed);
  EXPECT_NEAR(share_below(sl::triangular(-1e308, 0.0, 1e308), -0.5e308), 0.125, allowed);
  EXPECT_NEAR(share_below(sl::triangular(-1.7e308, 1.7e308, 1.7e308), 0), 0.25, allowed);
  const auto expect_inverse = [](const char* name, const auto& d) {
    for (const double p : {1e-3, 0.25, 0.5, 0.875}) EXPECT_NEAR(sl::cdf(d, sl::quantile(d, p)), p, 1e-14) << name;
  };
  expect_inverse("arcsine", sl::arcsine(-1e308, 1.6e308));
  expect_inverse("triangular", sl::triangular(-1e308, 3e307, 1.6e308));
  expect_inverse("uniform", sl::uniform(-1e308, 1.6e308));
  EXPECT_EQ(sl::mean(sl::arcsine(-1e308, 1e308)), 0);
  EXPECT_EQ(sl::mean(sl::uniform(-1e308, 1e308)), 0);
  EXPECT_NEAR(sl::mean(sl::triangular(1e308, 1.6e308, 1.6e308)), 1.4e308, 1e293);
}

TEST(wide_ends, locations_and_scales) {
  const auto laplace = [](double m, double s, double p) { return [=](auto one) { return sl::asymmetric_laplace(m * one, s * one, p * one); }; };
  expect_density("asymmetric_laplace", 1.7e308, -712.10370920987079, laplace(-1.7e308, 1e308, 0.3));
  expect_density("asymmetric_laplace", -1e308, -712.86370920987079, laplace(1e308, 1e308, 0.3));
  const auto modified = [](double m, double s, double r) { return [=](auto one) { return sl::exponentially_modified_normal(m * one, s * one, r * one); }; };
  expect_density("exponentially_modified_normal", 1e308, -710.86896242118952, modified(-1e308, 1e308, 1e-308));
  expect_density("exponentially_modified_normal", 0, -710.11514717537074, modified(0, 1e308, 1e308));
  expect_density("exponentially_modified_normal", -1e308, -712.11514717537074, modified(1e308, 1e308, 1));
  expect_density("exponentially_modified_normal", 1e308, -710.19620864216607, modified(0, 1, 1e-308));
  expect_density("exponentially_modified_normal", 2, -2, modified(0, 1e-200, 1));
  EXPECT_NEAR(share_below(sl::asymmetric_laplace(0.0, 1e308, 0.5), -1e308), 0.5 * std::exp(-1), allowed);
  EXPECT_NEAR(share_below(sl::exponentially_modified_normal(0.0, 1e308, 1.0), 0), 0.5, allowed);
  EXPECT_NEAR(share_below(sl::exponentially_modified_normal(0.0, 1.0, 1e-307), 1e307), 1 - std::exp(-1), allowed);
}

TEST(wide_ends, a_truncated_cauchy) {
  const auto made = [](double m, double s, double lo, double hi) { return [=](auto one) { return sl::truncated(sl::cauchy(m * one, s * one), lo * one, hi * one); }; };
  expect_density("truncated cauchy", 1e308, -710.62083126018023, made(0, 1e308, -1.7e308, 1.7e308));
  expect_density("truncated cauchy", 1.5e308, -708.92048382051503, made(-1.7e308, 1.7e308, 1e308, 1.7e308));
  expect_density("truncated cauchy", -1e308, -710.11987948133785, made(1e308, 1e300, -1.7e308, 0));
  EXPECT_NEAR(share_below(sl::truncated(sl::cauchy(0.0, 1e308), -1.7e308, 1.7e308), 0), 0.5, allowed);
  EXPECT_NEAR(share_below(sl::truncated(sl::cauchy(-1e308, 1e308), -1.7e308, 1e308), -1e308), std::atan(0.7) / (std::atan(0.7) + std::atan(2.0)), allowed);
}
