// Rows of the table of distributions made of others.
#include "distributions/combined_rows.hpp"

#include <starling/distributions/affine.hpp>
#include <starling/distributions/censored.hpp>
#include <starling/distributions/geometric.hpp>
#include <starling/distributions/gumbel.hpp>
#include <starling/distributions/interval_censored.hpp>
#include <starling/distributions/normal.hpp>
#include <starling/distributions/transformed.hpp>

namespace {

namespace sl = starling;
using namespace combined;

constexpr double infinity = std::numeric_limits<double>::infinity();

const add table[]{
    {"censored",
     [](const auto& p) { return sl::censored(sl::normal(p[0], p[1]), p[2], p[3]); },
     {.parameters = {0.5, 1.5, -1.0, 2.0},
      .log_density =
          [](double x, const numbers_of& p) {
            return x == p[2] ? std::log(normal_below(x, p[0], p[1])) : x == p[3] ? std::log(normal_below(-x, -p[0], p[1]))
                                                                                 : normal_density(x, p[0], p[1]);
          },
      .below = [](double x) { return x < -1 ? 0 : x >= 2 ? 1
                                                         : normal_below(x, 0.5, 1.5); },
      .points = {-1.0, 0.0, 1.25, 2.0},
      .cuts = {-1.0, -0.5, 0.5, 1.5, 1.999},
      .outside = {-1.5, 2.5, infinity, -infinity},
      .bad = {{"scale", {0.5, -1.0, -1.0, 2.0}}, {"lo", {0.5, 1.5, 3.0, 2.0}}, {"hi", {0.5, 1.5, -1.0, NAN}}},
      .wrong = {0.6, 1.5, -1.0, 2.0},
      .constants = {2, 3}}},
    {"censored counts",
     [](const auto& p) { return sl::censored(sl::geometric(p[0]), rows::constant(p[1]), rows::constant(p[2])); },
     {.parameters = {0.3, 1.0, 4.0},
      .log_density = [](double x,
                        const numbers_of& p) { return x == 1 ? std::log(geometric_below(1, p[0])) : x == 4 ? 4 * std::log1p(-p[0])
                                                                                                           : geometric_density(x, p[0]); },
      .below = [](double x) { return x < 1 ? 0 : x >= 4 ? 1
                                                        : geometric_below(x, 0.3); },
      .points = {1, 2, 3, 4},
      .cuts = {1, 2, 3},
      .outside = {0, 5, 2.5},
      .bad = {{"probability", {1.5, 1.0, 4.0}}, {"lo", {0.3, 1.5, 4.0}}, {"hi", {0.3, 1.0, 0.0}}},
      .wrong = {0.32, 1.0, 4.0},
      .constants = {1, 2}}},
    {"interval_censored",
     [](const auto& p) { return sl::interval_censored(sl::normal(p[0], p[1]), rows::part(p, 2)); },
     {.parameters = {0.5, 1.5, -1.0, 0.5, 2.0},
      .log_density =
          [](double k, const numbers_of& p) {
            const double lo = k == 0 ? 0 : normal_below(p[static_cast<std::size_t>(k) + 1], p[0], p[1]), hi = k == 3 ? 1 : normal_below(p[static_cast<std::size_t>(k) + 2], p[0], p[1]);
            return std::log(hi - lo);
          },
      .below = [](double k) { return k < 0 ? 0 : k >= 3 ? 1
                                                        : normal_below(k < 1 ? -1.0 : k < 2 ? 0.5
                                                                                            : 2.0,
                                                                       0.5, 1.5); },
      .points = {0, 1, 2, 3},
      .cuts = {0, 1, 2},
      .outside = {-1, 4, 1.5},
      .bad = {{"scale", {0.5, 0.0, -1.0, 0.5, 2.0}}, {"edges", {0.5, 1.5, -1.0, 3.0, 2.0}}, {"edges", {0.5, 1.5, NAN, 0.5, 2.0}}},
      .wrong = {0.6, 1.5, -1.0, 0.5, 2.0}}},
    {"transformed",
     [](const auto& p) { return sl::transformed(sl::normal(p[0], p[1]), sl::onto(sl::unit_interval())); },
     {.parameters = {0.5, 1.5},
      .log_density = [](double x, const numbers_of& p) { return normal_density(std::log(x / (1 - x)), p[0], p[1]) - std::log(x * (1 - x)); },
      .below = [](double x) { return normal_below(std::log(x / (1 - x)), 0.5, 1.5); },
      .points = {0.125, 0.5, 0.9},
      .cuts = {0.1, 0.3, 0.5, 0.7, 0.9},
      .outside = {0.0, 1.0, -0.5, 2.0, infinity},
      .bad = {{"scale", {0.5, 0.0}}, {"location", {NAN, 1.5}}},
      .wrong = {0.6, 1.5}}},
    {"affine",
     [](const auto& p) { return sl::affine(sl::gumbel(p[0], p[1]), p[2], p[3]); },
     {.parameters = {0.5, 1.5, 2.0, -3.0},
      .log_density =
          [](double x, const numbers_of& p) {
            const double z = ((x - p[2]) / p[3] - p[0]) / p[1];
            return -z - std::exp(-z) - std::log(p[1]) - std::log(std::abs(p[3]));
          },
      .below = [](double x) { return -std::expm1(-std::exp(-((x - 2) / -3 - 0.5) / 1.5)); },
      .points = {-5.0, 0.0, 3.0, 10.0},
      .cuts = {-8, -4, 0, 2, 5},
      .outside = {infinity, -infinity},
      .bad = {{"scale", {0.5, 0.0, 2.0, -3.0}}, {"shift", {0.5, 1.5, NAN, -3.0}}, {"factor", {0.5, 1.5, 2.0, 0.0}}, {"factor", {0.5, 1.5, 2.0, infinity}}},
      .wrong = {0.5, 1.5, 2.0, -3.3}}},
};

}  // namespace

TEST(affine, knows_what_its_distribution_knows) {
  const auto d = sl::affine(sl::gumbel(0.5, 1.5), 2.0, -3.0);
  EXPECT_NEAR(sl::mean(d), 2 - 3 * sl::mean(sl::gumbel(0.5, 1.5)), 1e-14);
  EXPECT_NEAR(sl::variance(d), 9 * sl::variance(sl::gumbel(0.5, 1.5)), 1e-13);
  for (const double p : {1e-9, 0.3, 0.99}) EXPECT_NEAR(sl::cdf(d, sl::quantile(d, p)), p, 1e-13);
  EXPECT_NEAR(sl::cdf(d, 0.0), -std::expm1(-std::exp(-(-2.0 / -3 - 0.5) / 1.5)), 1e-14);
}
TEST(transformed, onto_the_positive_numbers_is_log_normal) {
  const auto d = sl::transformed(sl::normal(0.5, 1.5), sl::onto(sl::positive()));
  for (const double x : {1e-6, 0.5, 30.0}) EXPECT_NEAR(d.log_density(x), normal_density(std::log(x), 0.5, 1.5) - std::log(x), 1e-13);
}
TEST(censored, at_both_infinities_is_the_distribution) {
  for (const double x : {-3.0, 0.2}) EXPECT_EQ(sl::censored(sl::normal(1, 2), -infinity, infinity).log_density(x), sl::normal(1, 2).log_density(x));
}
