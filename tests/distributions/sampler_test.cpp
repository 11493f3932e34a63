// Every sampler against its reference: draws fall into the reference's bins with the reference's probabilities.
#include "distributions/rows.hpp"

#include <cmath>
#include <limits>

namespace {

namespace sl = starling;
using rows::lane;
using rows::numbers;

constexpr int few_draws = 1 << 15, many_draws = 1 << 18;  // many: enough to see a constant of a rejection step that is 15% off

// n draws in lanes of V, as doubles.
template <class V, class D> std::vector<double> drawn(const D& d, std::uint64_t seed, int n) {
  std::vector<double> xs;
  xs.reserve(static_cast<std::size_t>(n));
  for (int first = 0; first < n; first += sl::lanes_of<V>) {
    sl::stream<V> rng(sl::key(seed), static_cast<std::uint64_t>(first));
    rng.visit(1);
    const auto x = d.sample(rng);
    for (int k = 0; k < sl::lanes_of<V>; ++k) xs.push_back(lane(x, k));
  }
  return xs;
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

template <class V, class Parameter> void expect_samplers_agree(int n) {
  rows::for_each_distribution([&](const std::string& name, auto arity, auto make) {
    std::uint64_t seed = 1;
    for (const auto& c : rows::row(name).at("cases")) {
      const auto where = name + c.at("parameters").dump();
      const auto d = rows::made<Parameter>(make, arity, numbers(c.at("parameters")));
      const auto xs = drawn<V>(d, ++seed, n);
      if (c.at("limit") > 0.0) { EXPECT_LT(chi_square(xs, c), c.at("limit")) << where; }
      expect_moments(xs, c, where);
      const auto plain = rows::made<double>(make, arity, numbers(c.at("parameters")));
      for (std::size_t i = 0; i < xs.size(); i += 7) {
        ASSERT_TRUE(sl::all(plain.support().contains(xs[i]))) << where << " drew " << xs[i];
        ASSERT_GT(plain.log_density(xs[i]), -std::numeric_limits<double>::infinity()) << where << " drew " << xs[i];
      }
    }
  });
}

}  // namespace

TEST(sampler, agrees_with_the_reference_in_one_lane) { expect_samplers_agree<double, double>(few_draws); }
TEST(sampler, agrees_with_the_reference_in_lanes) { expect_samplers_agree<sl::native_pack<double>, double>(many_draws); }
TEST(sampler, agrees_with_the_reference_with_parameters_in_lanes) {
  expect_samplers_agree<sl::native_pack<double>, sl::native_pack<double>>(few_draws);
}

// Moderate parameters only: 23 bits of a uniform float, and its range, are not enough for extreme ones.
TEST(sampler, agrees_with_the_reference_in_float_lanes) {
  rows::for_each_distribution([&](const std::string& name, auto arity, auto make) {
    const auto& c = rows::row(name).at("cases")[0];
    const auto xs = drawn<sl::native_pack<float>>(rows::made<double>(make, arity, numbers(c.at("parameters"))), 3, few_draws);
    EXPECT_LT(chi_square(xs, c), c.at("limit")) << name;
  });
}

TEST(sampler, of_a_wrong_parameter_is_found_out) {
  rows::for_each_distribution([&](const std::string& name, auto arity, auto make) {
    const auto c = rows::row(name).at("cases")[0];
    auto parameters = numbers(c.at("parameters"));
    parameters.back() *= 1.1;
    const auto xs = drawn<sl::native_pack<double>>(rows::made<double>(make, arity, parameters), 2, few_draws);
    EXPECT_GT(chi_square(xs, c), c.at("limit")) << name;
  });
}

TEST(sampler, yields_no_value_for_bad_parameters_and_ends) {
  using doubles = sl::native_pack<double>;
  rows::for_each_distribution([&](const std::string& name, auto arity, auto make) {
    const auto row = rows::row(name);
    const auto good = numbers(row.at("cases")[0].at("parameters"));
    for (const auto& bad : row.at("bad")) {
      const auto parameters = numbers(bad.at("parameters"));
      sl::stream<double> one(sl::key(4));
      one.visit(0);
      const auto x = rows::made<double>(make, arity, parameters).sample(one);
      sl::stream<doubles> many(sl::key(4)), undisturbed(sl::key(4));
      many.visit(0), undisturbed.visit(0);
      const auto xs = rows::made<doubles>(make, arity, good, parameters).sample(many);
      const auto expected = rows::made<doubles>(make, arity, good).sample(undisturbed);
      if constexpr (!std::is_same_v<decltype(x), const bool>) {
        EXPECT_TRUE(std::isnan(lane(x, 0))) << name << bad.dump();
        EXPECT_TRUE(std::isnan(lane(xs, 0))) << name << bad.dump();
      }
      for (int k = 1; k < doubles::lanes; ++k) EXPECT_EQ(lane(xs, k), lane(expected, k)) << name << bad.dump();
    }
  });
}

TEST(sampler, gives_a_lane_the_same_whatever_its_neighbours_and_width) {
  using doubles = sl::native_pack<double>;
  using portable = sl::pack<double, 3, sl::isa::portable>;
  rows::for_each_distribution([&](const std::string& name, auto arity, auto make) {
    for (const auto& c : rows::row(name).at("cases")) {
      const auto parameters = numbers(c.at("parameters"));
      const auto d = rows::made<double>(make, arity, parameters);
      for (std::uint64_t first = 0; first < 48; first += static_cast<std::uint64_t>(doubles::lanes)) {
        sl::stream<doubles> all_lanes(sl::key(8), first), last_only(sl::key(8), first, !sl::mask_of<doubles>::first(doubles::lanes - 1));
        sl::stream<doubles> none(sl::key(8), first, sl::mask_of<doubles>(false));
        sl::stream<portable> narrow(sl::key(8), first);
        all_lanes.visit(5), last_only.visit(5), none.visit(5), narrow.visit(5);
        const auto x = d.sample(all_lanes);
        const auto alone = d.sample(last_only);
        const auto in_narrow = d.sample(narrow);
        (void)d.sample(none);  // ends though no lane is waiting
        EXPECT_EQ(lane(x, doubles::lanes - 1), lane(alone, doubles::lanes - 1)) << name << c.at("parameters").dump();
        for (int k = 0; k < doubles::lanes; ++k) {
          sl::stream<double> one(sl::key(8), first + static_cast<std::uint64_t>(k));
          one.visit(5);
          const double expected = lane(d.sample(one), 0);
          // Up to rounding: a lane's logarithm may be of another instruction than the scalar one.
          EXPECT_NEAR(lane(x, k), expected, 1e-10 * std::abs(expected)) << name << c.at("parameters").dump() << k;
          if (k < portable::lanes) { EXPECT_NEAR(lane(in_narrow, k), expected, 1e-10 * std::abs(expected)) << name; }
        }
      }
    }
  });
}
