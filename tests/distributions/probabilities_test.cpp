// What distributions say of themselves: means and variances, both tails, quantiles, how draws follow the parameters.
#include "distributions/table.hpp"

#include <limits>

namespace {

using rows::doubles;
using rows::number;
using rows::numbers;

double allowed(double expected, double condition) { return 64 * 0x1p-52 * (1 + std::abs(expected) + condition); }

// The cases of a row that have tails, and those of tail_values.json.
std::vector<rows::json> cases_with_tails(const rows::entry& d, const rows::json& row) {
  std::vector<rows::json> cases;
  if (!d.has_tails) return cases;
  for (const auto& c : row.at("cases"))
    if (c.contains("tails")) cases.push_back(c);
  if (rows::table("tail_values.json").contains(d.name))
    for (const auto& c : rows::table("tail_values.json").at(d.name)) cases.push_back(c);
  EXPECT_FALSE(cases.empty()) << d.name;
  return cases;
}

}  // namespace

TEST(probabilities, every_distribution_says_how_its_draws_follow_its_parameters) {
  rows::for_each_distribution([](const rows::entry& d, const rows::json&) {
    if (d.name.substr(0, 4) == "own ") return;
    ASSERT_FALSE(d.draws_follow.empty()) << d.name;
    EXPECT_EQ(d.draws_follow == "not", d.discrete) << d.name;
  });
}

TEST(probabilities, means_and_variances_equal_the_reference) {
  int compared = 0;
  rows::for_each_distribution([&](const rows::entry& d, const rows::json& row) {
    for (const auto& c : row.at("cases")) {
      const bool finite = c.contains("mean");
      if (!finite && !c.contains("exact_mean")) continue;
      const auto parameters = numbers(c.at("parameters"));
      const auto compare = [&](double found, const char* what) {
        const double expected = number(c.at(std::string(finite ? "" : "exact_") + what));
        if (std::isfinite(expected)) EXPECT_NEAR(found, expected, 1e-9 * std::abs(expected)) << d.name << c.at("parameters").dump() << ' ' << what;
        else EXPECT_EQ(found, expected) << d.name << c.at("parameters").dump() << ' ' << what;
        ++compared;
      };
      if (d.has_mean) compare(d.mean(parameters), "mean");
      if (d.has_variance) compare(d.variance(parameters), "variance");
    }
    for (const auto& bad : row.at("bad")) {
      const auto parameters = numbers(bad.at("parameters"));
      if (d.has_mean) {
        EXPECT_TRUE(std::isnan(d.mean(parameters))) << d.name << bad.dump();
      }
      if (d.has_tails) {
        EXPECT_TRUE(std::isnan(d.log_cdf(parameters, 1))) << d.name << bad.dump();
      }
    }
  });
  EXPECT_GT(compared, 80);
}

TEST(probabilities, of_both_tails_equal_the_reference) {
  int compared = 0;
  rows::for_each_distribution([&](const rows::entry& d, const rows::json& row) {
    for (const auto& c : cases_with_tails(d, row)) {
      const auto parameters = numbers(c.at("parameters"));
      for (const auto& t : c.at("tails")) {
        const double x = number(t[0]), below = number(t[1]), above = number(t[2]);
        const auto where = d.name + c.at("parameters").dump() + " at " + t.dump();
        EXPECT_NEAR(d.log_cdf(parameters, x), below, allowed(below, number(t[3]))) << where;
        EXPECT_NEAR(d.log_survival(parameters, x), above, allowed(above, number(t[4]))) << where;
        ++compared;
      }
    }
    if (!d.has_tails) return;
    const auto parameters = numbers(row.at("cases")[0].at("parameters"));
    constexpr double infinity = std::numeric_limits<double>::infinity();
    EXPECT_EQ(d.log_cdf(parameters, -infinity), -infinity) << d.name;
    EXPECT_EQ(d.log_survival(parameters, -infinity), 0) << d.name;
    EXPECT_TRUE(std::isnan(d.log_cdf(parameters, NAN))) << d.name;
  });
  EXPECT_GT(compared, 100);
}

// Back from the tails to x: as far as a change of x by its last place changes them.
TEST(probabilities, quantiles_invert_both_tails) {
  int compared = 0;
  rows::for_each_distribution([&](const rows::entry& d, const rows::json& row) {
    for (const auto& c : cases_with_tails(d, row)) {
      if (!d.has_quantile) continue;
      const auto parameters = numbers(c.at("parameters"));
      for (const auto& t : c.at("tails")) {
        const double x = number(t[0]), below = number(t[1]), above = number(t[2]);
        const auto where = d.name + c.at("parameters").dump() + " at " + t.dump();
        const double found = d.quantile_of_logs(parameters, below, above);
        if (d.discrete) {
          EXPECT_EQ(found, x) << where;
        } else {
          const double log_density = d.log_density(parameters, x), smaller = std::min(below, above);
          // dx = d(log tail) · tail / density, for a last place of the smaller tail's logarithm, of the parameters and of x.
          const double by_tail = std::exp(smaller - log_density) * (1 + std::abs(smaller));
          double largest = std::abs(x);
          for (const double p : parameters) largest = std::max(largest, std::abs(p) < 1e100 && d.draws_follow == "location and scale" ? std::abs(p) : 0);
          EXPECT_NEAR(found, x, 256 * 0x1p-52 * (largest + by_tail)) << where;
        }
        ++compared;
      }
      const double half = d.quantile(parameters, 0.5);
      EXPECT_NEAR(d.quantile_in_lanes(parameters, doubles(0.5))[1], half, 1e-14 * (1 + std::abs(half))) << d.name;
      EXPECT_TRUE(std::isnan(d.quantile(parameters, 1.5)) && std::isnan(d.quantile(parameters, -0.5))) << d.name;
    }
  });
  EXPECT_GT(compared, 100);
}
