// Every sampler against its reference: draws fall into the reference's bins with the reference's probabilities.
#include "distributions/table.hpp"

#include <limits>

namespace {

namespace sl = starling;
using rows::drawing;
using rows::numbers;

constexpr int few_draws = 1 << 15, many_draws = 1 << 18;  // many: enough to see a constant of a rejection step that is 15% off

// n draws, as doubles.
std::vector<double> drawn(const rows::entry& d, drawing how, const std::vector<double>& parameters, std::uint64_t seed, int n) {
  return d.draws(how, parameters, {}, sl::key(seed), 0, 1, n);
}

// Pearson's statistic of the draws over the reference's bins.
double chi_square(const std::vector<double>& xs, const rows::json& c) {
  const auto edges = numbers(c.at("edges")), probabilities = numbers(c.at("probabilities"));
  std::vector<double> counts(probabilities.size(), 0.0);
  for (const double x : xs) {
    std::size_t bin = 0;
    while (bin < edges.size() && x > edges[bin]) ++bin;
    ++counts[bin];
  }
  double statistic = 0;
  const auto n = static_cast<double>(xs.size());
  for (std::size_t i = 0; i < counts.size(); ++i)
    statistic += (counts[i] - n * probabilities[i]) * (counts[i] - n * probabilities[i]) / (n * probabilities[i]);
  return statistic;
}

void expect_moments(const std::vector<double>& xs, const rows::json& c, const std::string& where) {
  if (!c.contains("mean")) return;
  const double mean = c.at("mean"), variance = c.at("variance"), kurtosis = c.at("kurtosis");
  if (variance <= 0) return;
  double first = 0, second = 0;
  for (const double x : xs) first += x - mean, second += (x - mean) * (x - mean);
  const auto n = static_cast<double>(xs.size());
  // 5.5 standard errors, with room for a heavy tail's slow approach to the normal.
  EXPECT_NEAR(first / n, 0, 5.5 * std::sqrt(variance / n)) << where << " mean";
  EXPECT_NEAR(second / n, variance, (5.5 + std::sqrt(kurtosis)) * variance * std::sqrt((kurtosis - 1) / n) + 1e-12 * variance)
      << where << " variance";
}

// Of every distribution, or of those whose number is `part` of every `parts`.
void expect_samplers_agree(drawing how, int n, int part = 0, int parts = 1) {
  int number = 0;
  rows::for_each_distribution([&](const rows::entry& d, const rows::json& row) {
    if (number++ % parts != part) return;
    std::uint64_t seed = 1;
    for (const auto& c : row.at("cases")) {
      const auto where = d.name + c.at("parameters").dump();
      const auto parameters = numbers(c.at("parameters"));
      const auto xs = drawn(d, how, parameters, ++seed, c.at("limit") > 0.0 ? n : n / 32);
      if (c.at("limit") > 0.0) {
        EXPECT_LT(chi_square(xs, c), c.at("limit")) << where;
      }
      expect_moments(xs, c, where);
      for (std::size_t i = 0; i < xs.size(); i += 7) {
        ASSERT_TRUE(d.contains(parameters, xs[i])) << where << " drew " << xs[i];
        ASSERT_GT(d.log_density(parameters, xs[i]), -std::numeric_limits<double>::infinity()) << where << " drew " << xs[i];
      }
    }
  });
}

}  // namespace

TEST(sampler, agrees_with_the_reference_in_one_lane) { expect_samplers_agree(drawing::in_one_lane, few_draws); }
class sampler_in_lanes : public testing::TestWithParam<int> {};
TEST_P(sampler_in_lanes, agrees_with_the_reference) { expect_samplers_agree(drawing::in_lanes, many_draws, GetParam(), 8); }
INSTANTIATE_TEST_SUITE_P(part, sampler_in_lanes, testing::Range(0, 8));
TEST(sampler, agrees_with_the_reference_with_parameters_in_lanes) { expect_samplers_agree(drawing::with_parameters_in_lanes, few_draws); }

// Moderate parameters only: 23 bits of a uniform float, and its range, are not enough for extreme ones.
TEST(sampler, agrees_with_the_reference_in_float_lanes) {
  rows::for_each_distribution([&](const rows::entry& d, const rows::json& row) {
    const auto& c = row.at("cases")[0];
    const auto xs = drawn(d, drawing::in_floats, numbers(c.at("parameters")), 3, few_draws);
    EXPECT_LT(chi_square(xs, c), c.at("limit")) << d.name;
  });
}

TEST(sampler, of_a_wrong_parameter_is_found_out) {
  rows::for_each_distribution([&](const rows::entry& d, const rows::json& row) {
    const auto c = row.at("cases")[0];
    auto parameters = numbers(c.at("parameters"));
    if (row.contains("wrong")) parameters = numbers(row.at("wrong"));
    else parameters.back() *= 1.1;
    const auto xs = drawn(d, drawing::in_lanes, parameters, 2, few_draws);
    EXPECT_GT(chi_square(xs, c), c.at("limit")) << d.name;
  });
}

TEST(sampler, yields_no_value_for_bad_parameters_and_ends) {
  rows::for_each_distribution([&](const rows::entry& d, const rows::json& row) {
    const auto good = numbers(row.at("cases")[0].at("parameters"));
    for (const auto& bad : row.at("bad")) {
      const auto parameters = numbers(bad.at("parameters"));
      const auto where = d.name + bad.dump();
      const auto x = d.draws(drawing::in_one_lane, parameters, {}, sl::key(4), 0, 0, 1);
      if (!d.is_boolean) {
        EXPECT_TRUE(std::isnan(x[0])) << where;
      }
      if (parameters.size() != good.size()) continue;
      const auto xs = d.draws(drawing::with_parameters_in_lanes, good, parameters, sl::key(4), 0, 0, 1);
      const auto expected = d.draws(drawing::with_parameters_in_lanes, good, {}, sl::key(4), 0, 0, 1);
      if (!d.is_boolean) {
        EXPECT_TRUE(std::isnan(xs[0])) << where;
      }
      for (std::size_t k = 1; k < xs.size(); ++k) EXPECT_EQ(xs[k], expected[k]) << where;
    }
  });
}

TEST(sampler, gives_a_lane_the_same_whatever_its_neighbours_and_width) {
  constexpr int lanes = rows::doubles::lanes;
  rows::for_each_distribution([&](const rows::entry& d, const rows::json& row) {
    for (const auto& c : row.at("cases")) {
      const auto parameters = numbers(c.at("parameters"));
      const auto where = d.name + c.at("parameters").dump();
      const auto draw = [&](drawing how, std::uint64_t first, rows::lanes_active active = rows::lanes_active::all) {
        return d.draws(how, parameters, {}, sl::key(8), first, 5, 1, active);
      };
      for (std::uint64_t first = 0; first < 48; first += static_cast<std::uint64_t>(lanes)) {
        const auto x = draw(drawing::in_lanes, first), in_narrow = draw(drawing::in_three_lanes, first);
        const auto alone = draw(drawing::in_lanes, first, rows::lanes_active::last);
        (void)draw(drawing::in_lanes, first, rows::lanes_active::none);  // ends though no lane is waiting
        EXPECT_EQ(x[lanes - 1], alone[lanes - 1]) << where;
        for (std::size_t k = 0; k < static_cast<std::size_t>(lanes); ++k) {
          const double expected = draw(drawing::in_one_lane, first + k)[0];
          // Up to rounding: a lane's logarithm may be of another instruction than the scalar one.
          EXPECT_NEAR(x[k], expected, 1e-10 * std::abs(expected)) << where << k;
          if (k < in_narrow.size()) {
            EXPECT_NEAR(in_narrow[k], expected, 1e-10 * std::abs(expected)) << where;
          }
        }
      }
    }
  });
}
