// Every density against its row of reference values, in every number type.
#include "distributions/table.hpp"

#include <array>
#include <limits>

namespace {

using rows::doubles;
using rows::numbers;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

// 64 ulp of what rounding the inputs once would do to the value, and of the value.
double allowed(double lp, double condition, double epsilon) { return 64 * epsilon * (1 + std::abs(lp) + condition); }

bool fits_float(double x) {
  return x == 0 || (std::abs(x) > 1e-30 && std::abs(x) < 1e30 && static_cast<float>(x) != 1.0f);
}

}  // namespace

TEST(density, equals_the_reference_in_one_lane_and_in_packs) {
  int compared = 0;
  rows::for_each_distribution([&](const rows::entry& d, const rows::json& row) {
    for (const auto& c : row.at("cases")) {
      const auto parameters = numbers(c.at("parameters"));
      bool all_fit = true;
      for (const double p : parameters) all_fit = all_fit && (fits_float(p) || p == 1) && std::abs(p) <= 1 << 20;
      for (const auto& point : c.at("points")) {
        const double x = rows::number(point[0]), expected = rows::number(point[1]), condition = rows::number(point[2]);
        const auto where = d.name + c.at("parameters").dump() + " at " + point.dump();
        EXPECT_NEAR(d.log_density(parameters, x), expected, allowed(expected, condition, 0x1p-52)) << where;
        // The density of other lanes must not matter: NaN beside.
        doubles beside(nan_value);
        beside.set(doubles::lanes - 1, x);
        const auto lp = d.log_density_of_lanes(parameters, beside);
        EXPECT_NEAR(lp[doubles::lanes - 1], expected, allowed(expected, condition, 0x1p-52)) << where;
        EXPECT_EQ(lp[0], -infinity) << where;
        EXPECT_NEAR(d.log_density_in_lanes(parameters, {}, doubles(x))[1], expected, allowed(expected, condition, 0x1p-52)) << where;
        if (all_fit && fits_float(x) && std::abs(expected) < 1e30) {
          EXPECT_NEAR(d.log_density_in_floats(parameters, x), expected, allowed(expected, condition, 0x1p-23)) << where;
        }
        EXPECT_TRUE(d.contains(parameters, x)) << where;
        ++compared;
      }
    }
  });
  EXPECT_GT(compared, 300);
}

TEST(density, is_minus_infinity_outside_the_support_for_nan_and_for_bad_parameters) {
  rows::for_each_distribution([&](const rows::entry& d, const rows::json& row) {
    const auto& first = row.at("cases")[0];
    const auto good = numbers(first.at("parameters")), outside = numbers(row.at("outside"));
    for (const double x : outside) {
      EXPECT_EQ(d.log_density(good, x), -infinity) << d.name << " at " << x;
      EXPECT_EQ(d.log_density_of_lanes(good, doubles(x))[0], -infinity) << d.name << " at " << x;
      EXPECT_FALSE(d.contains(good, x)) << d.name << " at " << x;
    }
    EXPECT_EQ(d.log_density(good, nan_value), -infinity) << d.name;
    for (const auto& bad : row.at("bad")) {
      const auto parameters = numbers(bad.at("parameters"));
      for (const auto& point : first.at("points")) {
        const double x = rows::number(point[0]);
        EXPECT_EQ(d.log_density(parameters, x), -infinity) << d.name << bad.dump() << " at " << x;
        if (parameters.size() != good.size()) continue;
        const auto lp = d.log_density_in_lanes(good, parameters, doubles(x));
        EXPECT_EQ(lp[0], -infinity) << d.name << bad.dump() << " at " << x;
        EXPECT_NEAR(lp[1], d.log_density(good, x), 1e-12 * (1 + std::abs(lp[1]))) << d.name;
      }
      for (const double x : outside) EXPECT_EQ(d.log_density(parameters, x), -infinity) << d.name << bad.dump();
      bool named = false;
      for (const std::string& name : d.bad_parameters(parameters)) named = named || name == bad.at("parameter").get<std::string>();
      EXPECT_TRUE(named) << d.name << bad.dump();
    }
    for (const std::string& name : d.bad_parameters(good)) ADD_FAILURE() << d.name << ": " << name << " is called bad";
  });
}

// Between two quantiles of the reference the density must hold the reference's probability: Gauss-Legendre, in the
// logarithm of x where it spans decades; whole numbers by a sum.
TEST(density, integrates_to_the_reference_probabilities) {
  constexpr std::array<double, 8> nodes{0.0950125098376374, 0.2816035507792589, 0.4580167776572274, 0.6178762444026438,
                                        0.7554044083550030, 0.8656312023878318, 0.9445750230732326, 0.9894009349916499};
  constexpr std::array<double, 8> weights{0.1894506104550685, 0.1826034150449236, 0.1691565193950025, 0.1495959888165767,
                                          0.1246289712555339, 0.0951585116824928, 0.0622535239386479, 0.0271524594117541};
  int integrated = 0;
  rows::for_each_distribution([&](const rows::entry& d, const rows::json& row) {
    for (const auto& c : row.at("cases")) {
      const auto parameters = numbers(c.at("parameters"));
      const auto edges = numbers(c.at("edges")), probabilities = numbers(c.at("probabilities"));
      for (std::size_t i = 1; i < edges.size(); ++i) {
        if (!c.at("discrete") && edges[i - 1] < 0 && edges[i] > 0 && row.contains("pole_at_zero")) continue;
        const double sign = edges[i] < 0 ? -1 : 1;  // negative bins mirrored
        double mass = 0;
        if (c.at("discrete")) {
          for (double k = edges[i - 1] + 1; k <= edges[i]; ++k) mass += std::exp(d.log_density(parameters, k));
        } else {
          const double lo = sign > 0 ? edges[i - 1] : -edges[i], hi = sign > 0 ? edges[i] : -edges[i - 1];
          const bool in_logarithm = lo > 0 && hi > 4 * lo;
          const double a = in_logarithm ? std::log(lo) : lo, b = in_logarithm ? std::log(hi) : hi;
          const auto f = [&](double t) {
            const double x = in_logarithm ? std::exp(t) : t;
            return std::exp(d.log_density(parameters, sign * x)) * (in_logarithm ? x : 1);
          };
          constexpr int pieces = 16;
          for (int piece = 0; piece < pieces; ++piece) {
            const double half = (b - a) / (2 * pieces), middle = a + (2 * piece + 1) * half;
            for (std::size_t n = 0; n < nodes.size(); ++n)
              mass += half * weights[n] * (f(middle + half * nodes[n]) + f(middle - half * nodes[n]));
          }
        }
        // A kink inside a bin costs digits.
        EXPECT_NEAR(mass, probabilities[i], row.contains("kinks") ? 1e-4 : 1e-7) << d.name << c.at("parameters").dump() << " bin " << i;
        ++integrated;
      }
    }
  });
  EXPECT_GT(integrated, 500);
}
