// More rows of the table of distributions made of others.
#include "distributions/combined_rows.hpp"

#include <starling/distributions/delta.hpp>
#include <starling/distributions/discrete_range.hpp>
#include <starling/distributions/draw.hpp>
#include <starling/distributions/empirical.hpp>
#include <starling/distributions/gamma.hpp>
#include <starling/distributions/geometric.hpp>
#include <starling/distributions/hurdle.hpp>
#include <starling/distributions/log_normal.hpp>
#include <starling/distributions/make_distribution.hpp>
#include <starling/distributions/normal.hpp>
#include <starling/distributions/poisson.hpp>
#include <starling/distributions/power_scaled.hpp>
#include <starling/distributions/product.hpp>
#include <starling/distributions/weighted.hpp>
#include <starling/values/math.hpp>

namespace {

namespace sl = starling;
using namespace combined;

constexpr double infinity = std::numeric_limits<double>::infinity();

double log_poisson(double k, double rate) { return k * std::log(rate) - rate - std::lgamma(k + 1); }
double poisson_below(double k, double rate) {
  double total = 0;
  for (double j = 0; j <= k; ++j) total += std::exp(log_poisson(j, rate));
  return total;
}

const add table[]{
    {"hurdle",
     [](const auto& p) { return sl::hurdle(p[0], sl::poisson(p[1])); },
     {.parameters = {0.4, 1.5},
      .log_density = [](double k, const numbers_of& p) { return k == 0 ? std::log(p[0]) : std::log1p(-p[0]) + log_poisson(k, p[1]) - std::log(-std::expm1(-p[1])); },
      .below = [](double k) { return 0.4 + 0.6 * (poisson_below(k, 1.5) - std::exp(-1.5)) / -std::expm1(-1.5); },
      .points = {0, 1, 2, 7},
      .cuts = {0, 1, 2, 3, 4},
      .outside = {-1, 0.5, infinity},
      .bad = {{"probability", {1.5, 1.5}}, {"rate", {0.4, -1.0}}},
      .wrong = {0.4, 1.6}}},
    {"hurdle of a rare count",
     [](const auto& p) { return sl::hurdle(p[0], sl::geometric(p[1])); },
     {.parameters = {0.25, 0.96},
      .log_density = [](double k, const numbers_of& p) { return k == 0 ? std::log(p[0]) : std::log1p(-p[0]) + geometric_density(k - 1, p[1]); },
      .below = [](double k) { return 0.25 + 0.75 * geometric_below(k - 1, 0.96); },
      .points = {0, 1, 3},
      .cuts = {0, 1, 2},
      .outside = {-1, 0.5},
      .bad = {{"probability", {NAN, 0.96}}, {"probability", {0.25, 1.5}}},
      .wrong = {0.25, 0.95}}},
    {"hurdle of positive numbers",
     [](const auto& p) { return sl::hurdle(p[0], sl::log_normal(p[1], p[2])); },
     {.parameters = {0.25, 0.5, 1.5},
      .log_density = [](double x, const numbers_of& p) { return x == 0 ? std::log(p[0]) : std::log1p(-p[0]) + normal_density(std::log(x), p[1], p[2]) - std::log(x); },
      .below = [](double x) { return 0.25 + (x > 0 ? 0.75 * normal_below(std::log(x), 0.5, 1.5) : 0); },
      .points = {0.0, 0.5, 4.0},
      .cuts = {0.0, 0.5, 1.5, 8.0},
      .outside = {-1.0, infinity},
      .bad = {{"probability", {-0.5, 0.5, 1.5}}, {"scale", {0.25, 0.5, 0.0}}},
      .wrong = {0.25, 0.6, 1.5}}},
    {"weighted",
     [](const auto& p) { return sl::weighted(rows::part(p, 3), sl::vector(p.data(), 3)); },
     {.parameters = {2.0, 1.0, 5.0, -1.5, 0.25, 3.0},
      .log_density = [](double x, const numbers_of& p) { return std::log((x == p[3] ? p[0] : x == p[4] ? p[1]
                                                                                                       : p[2]) /
                                                                         (p[0] + p[1] + p[2])); },
      .below = [](double x) { return x < -1.5 ? 0 : x < 0.25 ? 0.25
                                                : x < 3      ? 0.375
                                                             : 1; },
      .points = {-1.5, 0.25, 3.0},
      .cuts = {-1.5, 0.25},
      .outside = {0.0, infinity, 2.999},
      .bad = {{"weights", {2.0, -1.0, 5.0, -1.5, 0.25, 3.0}}, {"weights", {0.0, 0.0, 0.0, -1.5, 0.25, 3.0}}, {"values", {2.0, 1.0, 5.0, NAN, 0.25, 3.0}}},
      .wrong = {2.2, 1.0, 5.0, -1.5, 0.25, 3.0},
      .constants = {3, 4, 5}}},
    {"make_distribution",
     [](const auto& p) {
       // Of Laplace's law, in five lines; copies, for a lambda holds what it captures.
       const auto location = p[0], scale = p[1];
       return sl::make_distribution<"own_laplace">(
           [=](auto& rng) {
             const auto u = rng.uniform() - 0.5;
             return sl::primal(location) - sl::primal(scale) * sl::copysign(sl::log1p(-2.0 * sl::abs(u)), u) * -1.0;
           },
           [=](const auto& x) { return -sl::abs(x - location) / scale - sl::log(2.0 * scale); }, sl::real_line(),
           [=](auto&& visit) { visit("scale", scale, sl::is_positive_finite(scale), "must be positive and finite"); });
     },
     {.parameters = {0.5, 1.5},
      .log_density = [](double x, const numbers_of& p) { return -std::abs(x - p[0]) / p[1] - std::log(2 * p[1]); },
      .below = [](double x) { return x < 0.5 ? 0.5 * std::exp((x - 0.5) / 1.5) : 1 - 0.5 * std::exp(-(x - 0.5) / 1.5); },
      .points = {-4.0, 0.0, 3.0},
      .cuts = {-3, -0.5, 0.5, 2.0, 4.0},
      .outside = {infinity, -infinity},
      .bad = {{"scale", {0.5, 0.0}}, {"scale", {0.5, NAN}}},
      .wrong = {0.6, 1.5}}},
};

}  // namespace

TEST(delta, is_one_number) {
  EXPECT_EQ(sl::delta(2.5).log_density(2.5), 0);
  EXPECT_EQ(sl::delta(2.5).log_density(2.5000001), -infinity);
  EXPECT_EQ(sl::delta(2.5).log_density(NAN), -infinity);
  EXPECT_EQ(sl::delta(NAN).log_density(NAN), -infinity);
  EXPECT_EQ(sl::draw(sl::delta(2.5), sl::key(1), 3), (std::vector<double>{2.5, 2.5, 2.5}));
  EXPECT_EQ(sl::draw(sl::delta(7), sl::key(1), 2), (std::vector<long>{7, 7}));
  EXPECT_EQ(sl::delta(7).log_density(7L), 0);
  EXPECT_EQ(sl::delta(7).log_density(8L), -infinity);
  EXPECT_EQ(sl::delta(7).support().lo, 7);
  EXPECT_TRUE(std::isnan(sl::draw(sl::delta(infinity), sl::key(1), 1)[0]));
}

TEST(discrete_range, is_discrete_uniform) {
  EXPECT_EQ(sl::discrete_range(2, 5).log_density(3L), -std::log(4.0));
  EXPECT_EQ(sl::draw(sl::discrete_range(2, 5), sl::key(1), 50), sl::draw(sl::discrete_uniform(2, 5), sl::key(1), 50));
}

TEST(empirical, gives_each_value_with_the_same_probability) {
  const std::vector<double> values{1, 2, 2, 7};
  const auto d = sl::empirical(values);
  EXPECT_NEAR(d.log_density(2.0), std::log(0.5), 1e-15);
  EXPECT_NEAR(d.log_density(7.0), std::log(0.25), 1e-15);
  EXPECT_EQ(d.log_density(3.0), -infinity);
  EXPECT_NEAR(d.mean(), 3, 1e-15);
  EXPECT_NEAR(d.variance(), (4 + 1 + 1 + 16) / 4.0, 1e-14);
  double twos = 0;
  for (const double x : sl::draw(d, sl::key(2), 10000)) twos += x == 2;
  EXPECT_NEAR(twos, 5000, 5.5 * 50);
  EXPECT_THROW(sl::weighted(values, std::vector<double>{1, 2}), std::invalid_argument);
}

TEST(product, is_one_vector_of_independent_draws) {
  const sl::product d(sl::normal(1, 2), sl::gamma(3, 0.5), sl::normal(-1, 0.1));
  const std::vector<double> x{0.3, 4.0, -1.1};
  EXPECT_EQ(d.log_density(x), sl::normal(1, 2).log_density(0.3) + sl::gamma(3, 0.5).log_density(4.0) + sl::normal(-1, 0.1).log_density(-1.1));
  EXPECT_EQ(d.log_density(std::vector<double>{0.3, -4.0, -1.1}), -infinity);
  EXPECT_TRUE(d.support().contains(x));
  EXPECT_FALSE(d.support().contains(std::vector<double>{0.3, -4.0, -1.1}));
  EXPECT_THROW((void)d.log_density(std::vector<double>{0.3}), std::invalid_argument);
  double mean[3] = {};
  for (const auto& y : sl::draw(d, sl::key(1), 20000))
    for (std::size_t i = 0; i < 3; ++i) mean[i] += y[i] / 20000;
  EXPECT_NEAR(mean[0], 1, 5.5 * 2 / std::sqrt(20000.0));
  EXPECT_NEAR(mean[1], 6, 5.5 * std::sqrt(12 / 20000.0));
  EXPECT_NEAR(mean[2], -1, 5.5 * 0.1 / std::sqrt(20000.0));
  using move = sl::bijector<std::remove_cvref_t<decltype(d.support())>>;
  double u[3];
  move::from_support(d.support(), x, u);
  EXPECT_NEAR(u[1], std::log(4.0), 1e-14);
  const sl::arena_scope memory;
  sl::log_jacobian_sum<double> sum;
  EXPECT_NEAR(move::to_support<double>(d.support(), u, sum)[1], 4.0, 1e-13);
  EXPECT_NEAR(sum.total, std::log(4.0), 1e-14);
}

TEST(power_scaled, is_a_power_of_the_density_and_has_no_draws) {
  const sl::power_scaled d(sl::gamma(3, 0.5), 0.7);
  EXPECT_NEAR(d.log_density(4.0), 0.7 * sl::gamma(3, 0.5).log_density(4.0), 1e-14);
  EXPECT_EQ(d.log_density(-4.0), -infinity);
  EXPECT_EQ(sl::power_scaled(sl::gamma(3, 0.5), 0.0).log_density(4.0), 0);
  EXPECT_EQ(sl::power_scaled(sl::gamma(3, 0.5), 0.0).log_density(-4.0), -infinity);
  EXPECT_EQ(sl::power_scaled(sl::gamma(3, 0.5), -1.0).log_density(4.0), -infinity);
  static_assert(sl::is_improper<decltype(d)>);
  EXPECT_EQ(d.start(), 1);
}
