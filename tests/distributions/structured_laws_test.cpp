// The laws of distributions of vectors and matrices, over the table (structured_table.hpp).
#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "distributions/structured_table.hpp"
#include "support/expect_gradient.hpp"

namespace {

namespace sl = starling;
using rows::doubles;
using rows::number;
using rows::numbers;
using rows::numbers_of;
using structured::drawing;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();
constexpr int lanes = doubles::lanes;
constexpr double farthest = 5.5;  // standard errors: less than 1e-7 of all statistics are farther off

std::string text(const rows::json& x) { return x.dump(); }

// Statistics that are standard normal where xs are draws of the density with parameters p: of the derivatives by the parameters, whose mean is 0, and of
// Stein's identity at the free numbers u, E[f'(u_j) δ_ij + f(u_j) ∂lp/∂u_i] = 0 for f a step about the middle.
std::vector<double> deviations(const structured::entry& e, const numbers_of& p, const std::vector<numbers_of>& xs) {
  const std::size_t free = e.free_size(p), all = free + p.size();
  std::vector<numbers_of> us;
  for (const auto& x : xs) us.push_back(e.to_free(p, x));
  numbers_of centre(free), width(free);
  for (std::size_t j = 0; j < free; ++j) {
    for (int k = 0; k < 200; ++k) centre[j] += us[static_cast<std::size_t>(k)][j] / 200;
    for (int k = 0; k < 200; ++k) width[j] += std::abs(us[static_cast<std::size_t>(k)][j] - centre[j]) / 200;
  }
  const std::size_t count = p.size() + free * free;
  std::vector<double> first(count), second(count);
  const auto n = static_cast<double>(xs.size());
  for (std::size_t begin = 0; begin + lanes <= xs.size(); begin += lanes) {
    const sl::arena_scope memory;
    sl::tape_scope<doubles> scope;
    sl::vector<sl::adjoint<doubles>> v(all);
    for (std::size_t i = 0; i < all; ++i) {
      doubles at(0);
      for (int l = 0; l < lanes; ++l) at.set(l, i < free ? us[begin + static_cast<std::size_t>(l)][i] : p[i - free]);
      v[i] = scope.variable(at);
    }
    scope.differentiate(e.log_density_of(v, p));
    const auto add = [&](std::size_t k, double t) { first[k] += t / n, second[k] += t * t / n; };
    for (int l = 0; l < lanes; ++l) {
      const auto& u = us[begin + static_cast<std::size_t>(l)];
      for (std::size_t i = 0; i < p.size(); ++i) add(i, v[free + i].derivative()[l]);
      for (std::size_t i = 0; i < free; ++i)
        for (std::size_t j = 0; j < free; ++j) {
          const double f = std::tanh((u[j] - centre[j]) / width[j]);
          add(p.size() + i * free + j, f * v[i].derivative()[l] + (i == j ? (1 - f * f) / width[j] : 0));
        }
    }
  }
  std::vector<double> z(count);
  for (std::size_t k = 0; k < count; ++k) z[k] = second[k] > 0 ? first[k] / std::sqrt((second[k] - first[k] * first[k]) / n) : 0;
  return z;
}
double largest(const std::vector<double>& zs) {
  double most = 0;
  for (const double z : zs) most = std::isnan(z) ? infinity : std::max(most, std::abs(z));
  return most;
}

// Pearson's statistic of the draws over all values, in standard errors from what it should be.
double chi_square(const std::vector<numbers_of>& xs, const rows::json& values) {
  std::map<numbers_of, double> counts;
  for (const auto& x : xs) ++counts[x];
  double statistic = 0, found = 0;
  const auto n = static_cast<double>(xs.size());
  for (const auto& v : values) {
    const double expected = n * std::exp(number(v[1])), seen = counts[numbers(v[0])];
    statistic += (seen - expected) * (seen - expected) / expected;
    found += seen;
  }
  EXPECT_EQ(found, n) << "draws that are no value";
  if (values.size() == 1) return 0;
  const auto freedom = static_cast<double>(values.size() - 1);
  // Wilson and Hilferty's normal approximation.
  return (std::cbrt(statistic / freedom) - (1 - 2 / (9 * freedom))) / std::sqrt(2 / (9 * freedom));
}

}  // namespace

TEST(structured, every_row_of_reference_values_has_a_distribution) {
  std::vector<std::string> names;
  for (const auto& e : structured::all_entries()) names.push_back(e->name);
  for (const auto& [name, row] : rows::table("structured_values.json").items()) EXPECT_TRUE(std::count(names.begin(), names.end(), name)) << name;
}

TEST(structured, densities_equal_the_reference) {
  int compared = 0;
  structured::for_each([&](const structured::entry& e, const rows::json& row) {
    for (const auto& c : row.at("cases")) {
      const auto p = numbers(c.at("parameters"));
      for (const auto& point : c.at("points")) {
        const auto x = numbers(point[0]);
        const double expected = number(point[1]), condition = 1 + std::abs(expected) + number(point[2]), allowed = 64 * 0x1p-52 * condition;
        const auto where = e.name + text(c.at("parameters")) + " at " + text(point[0]);
        EXPECT_EQ(e.rows(p) * e.cols(p), x.size()) << where;
        EXPECT_TRUE(e.contains(p, x)) << where;
        EXPECT_NEAR(e.log_density(p, x), expected, allowed) << where;
        const numbers_of beside(x.size(), nan_value), beside_p(p.size(), nan_value);
        for (const auto& q : {numbers_of{}, p, beside_p}) {
          const auto lp = e.log_density_in_lanes(p, q, x, q.empty() ? beside : x);
          EXPECT_NEAR(lp[lanes - 1], expected, allowed) << where;
          if (q.empty()) {
            EXPECT_EQ(lp[0], -infinity) << where;
          }
        }
        EXPECT_NEAR(e.log_density_in_floats(p, x), expected, 64 * 0x1p-23 * condition) << where;
        ++compared;
      }
    }
  });
  EXPECT_GT(compared, 30);
}

TEST(structured, is_minus_infinity_outside_the_support) {
  structured::for_each([&](const structured::entry& e, const rows::json& row) {
    const auto& c = row.at("cases")[0];
    const auto p = numbers(c.at("parameters")), good = numbers(c.at("points")[0][0]);
    const auto expect_none = [&](const numbers_of& x) {
      const auto where = e.name + text(x);
      EXPECT_EQ(e.log_density(p, x), -infinity) << where;
      EXPECT_FALSE(e.contains(p, x)) << where;
      const auto lp = e.log_density_in_lanes(p, {}, good, x);
      EXPECT_EQ(lp[0], -infinity) << where;
      EXPECT_GT(lp[lanes - 1], -infinity) << where;
    };
    for (const auto& x : row.at("outside")) expect_none(numbers(x));
    for (std::size_t i = 0; i < good.size(); ++i)
      for (const double by : {nan_value, infinity, -infinity}) {
        auto x = good;
        x[i] = by;
        expect_none(x);
      }
    auto longer = good;
    for (std::size_t k = 0; k < e.rows(p); ++k) longer.push_back(0);  // a column more
    EXPECT_THROW((void)e.log_density(p, longer), std::invalid_argument) << e.name;
  });
}

TEST(structured, bad_parameters_are_minus_infinity_and_nan_and_named) {
  structured::for_each([&](const structured::entry& e, const rows::json& row) {
    const auto& c = row.at("cases")[0];
    const auto good = numbers(c.at("parameters")), x = numbers(c.at("points")[0][0]);
    EXPECT_TRUE(e.bad_parameters(good).empty()) << e.name;
    for (const auto& bad : row.at("bad")) {
      const auto p = numbers(bad.at("parameters"));
      const auto where = e.name + text(bad);
      EXPECT_EQ(e.log_density(p, x), -infinity) << where;
      const auto lp = e.log_density_in_lanes(good, p, x, x);
      EXPECT_EQ(lp[0], -infinity) << where;
      EXPECT_NEAR(lp[lanes - 1], e.log_density(good, x), 1e-11 * (1 + std::abs(e.log_density(good, x)))) << where;
      bool named = false;
      for (const auto& b : e.bad_parameters(p)) named = named || b == bad.at("parameter");
      EXPECT_TRUE(named) << where;
      const auto none = e.draws(drawing::in_one_lane, p, {}, sl::key(4), 0, 0, 1);
      for (const double d : none[0]) EXPECT_TRUE(std::isnan(d)) << where;
      const auto found = e.draws(drawing::with_parameters_in_lanes, good, p, sl::key(4), 0, 0, lanes);
      const auto expected = e.draws(drawing::with_parameters_in_lanes, good, {}, sl::key(4), 0, 0, lanes);
      EXPECT_TRUE(std::isnan(found[0].back())) << where;
      for (std::size_t k = 1; k < lanes; ++k) EXPECT_EQ(found[k], expected[k]) << where;
    }
  });
}

TEST(structured, gradients_in_value_and_parameters) {
  int compared = 0, all = 0;
  structured::for_each([&](const structured::entry& e, const rows::json& row) {
    for (const auto& c : row.at("cases")) {
      const auto p = numbers(c.at("parameters"));
      int points = 0;
      for (const auto& point : c.at("points")) {
        if (++points > 3) break;
        const auto x = numbers(point[0]);
        numbers_of at = e.discrete ? numbers_of{} : e.to_free(p, x);
        std::vector<std::size_t> variable;
        for (std::size_t i = 0; i < at.size(); ++i) variable.push_back(i);
        const auto constants = row.value("constants", std::vector<std::size_t>());
        const std::size_t free = at.size();
        at.insert(at.end(), p.begin(), p.end());
        for (std::size_t i = 0; i < p.size(); ++i)
          if (!std::count(constants.begin(), constants.end(), i)) variable.push_back(free + i);
        numbers_of of_variables;
        for (const std::size_t i : variable) of_variables.push_back(at[i]);
        const numbers_of& given = e.discrete ? x : p;
        compared += gradients::expect_gradient(
            [&](const auto& v) {
              using R = std::remove_cvref_t<decltype(v[0])>;
              sl::vector<R> numbers_at(at.size());
              for (std::size_t i = 0; i < at.size(); ++i) numbers_at[i] = R(at[i]);
              for (std::size_t i = 0; i < variable.size(); ++i) numbers_at[variable[i]] = v[i];
              return e.log_density_of(numbers_at, given);
            },
            of_variables, e.name + text(point));
        all += static_cast<int>(variable.size());
      }
    }
  });
  EXPECT_GT(compared, all * 7 / 10) << "of " << all;
}

TEST(structured, free_numbers_and_values_go_back_and_forth) {
  structured::for_each([&](const structured::entry& e, const rows::json& row) {
    if (e.discrete) return;
    for (const auto& c : row.at("cases")) {
      const auto p = numbers(c.at("parameters"));
      for (const auto& point : c.at("points")) {
        const auto x = numbers(point[0]), back = e.from_free(p, e.to_free(p, x));
        ASSERT_EQ(back.size(), x.size());
        for (std::size_t i = 0; i < x.size(); ++i) EXPECT_NEAR(back[i], x[i], 1e-11 * (1 + std::abs(x[i]))) << e.name << text(point);
      }
    }
  });
}

TEST(structured, a_lane_gets_the_same_whatever_its_neighbours) {
  structured::for_each([&](const structured::entry& e, const rows::json& row) {
    for (const auto& c : row.at("cases")) {
      const auto p = numbers(c.at("parameters"));
      for (std::uint64_t first = 0; first < 24; first += static_cast<std::uint64_t>(lanes)) {
        const auto draw = [&](drawing how, std::uint64_t lane, int n, rows::lanes_active active = rows::lanes_active::all) {
          return e.draws(how, p, {}, sl::key(8), lane, 5, n, active);
        };
        const auto many = draw(drawing::in_lanes, first, lanes), alone = draw(drawing::in_lanes, first, lanes, rows::lanes_active::last);
        (void)draw(drawing::in_lanes, first, lanes, rows::lanes_active::none);  // ends though no lane is waiting
        const auto in_parameters = draw(drawing::with_parameters_in_lanes, first, lanes);
        EXPECT_EQ(many[lanes - 1], alone[lanes - 1]) << e.name;
        for (std::size_t k = 0; k < lanes; ++k) {
          const auto one = draw(drawing::in_one_lane, first + k, 1)[0];
          ASSERT_TRUE(e.contains(p, one)) << e.name << text(one);
          ASSERT_GT(e.log_density(p, one), -infinity) << e.name << text(one);
          for (std::size_t i = 0; i < one.size(); ++i) {
            EXPECT_NEAR(many[k][i], one[i], 1e-10 * (1 + std::abs(one[i]))) << e.name;
            EXPECT_NEAR(in_parameters[k][i], one[i], 1e-10 * (1 + std::abs(one[i]))) << e.name;
          }
        }
      }
    }
  });
}

// The reference moments are those of draws too (draws_are_those_of_the_density).
TEST(structured, means_and_variances_equal_the_reference) {
  int compared = 0;
  structured::for_each([&](const structured::entry& e, const rows::json& row) {
    if (!e.has_moments) return;
    for (const auto& c : row.at("cases")) {
      ASSERT_TRUE(c.contains("mean")) << e.name;
      const auto p = numbers(c.at("parameters")), mean = numbers(c.at("mean")), variance = numbers(c.at("variance"));
      const auto found_mean = e.mean(p), found_variance = e.variance(p);
      ASSERT_EQ(found_mean.size(), mean.size()) << e.name;
      ASSERT_EQ(found_variance.size(), mean.size()) << e.name;
      for (std::size_t i = 0; i < mean.size(); ++i) {
        EXPECT_NEAR(found_mean[i], mean[i], 1e-12 * (1 + std::abs(mean[i]))) << e.name << text(c.at("parameters")) << " mean " << i;
        EXPECT_NEAR(found_variance[i], variance[i], 1e-11 * std::abs(variance[i])) << e.name << text(c.at("parameters")) << " variance " << i;
      }
      ++compared;
    }
    for (const auto& bad : row.at("bad"))
      for (const double m : e.mean(numbers(bad.at("parameters")))) EXPECT_TRUE(std::isnan(m)) << e.name << bad.dump();
  });
  EXPECT_GT(compared, 25);
}

TEST(structured, draws_are_those_of_the_density) {
  structured::for_each([&](const structured::entry& e, const rows::json& row) {
    for (const auto& c : row.at("cases")) {
      const auto p = numbers(c.at("parameters"));
      for (const auto how : {drawing::in_one_lane, drawing::in_lanes, drawing::with_parameters_in_lanes, drawing::in_floats}) {
        const int n = how == drawing::in_lanes ? 8192 : 4096;
        const auto xs = e.draws(how, p, {}, sl::key(3), 0, 1, n);
        const auto where = e.name + text(c.at("parameters")) + " drawn in way " + std::to_string(static_cast<int>(how));
        if (c.contains("mean")) {
          const auto mean = numbers(c.at("mean")), variance = numbers(c.at("variance"));
          for (std::size_t i = 0; i < mean.size(); ++i) {
            double first = 0, second = 0, fourth = 0;
            for (const auto& x : xs) {
              const double r = (x[i] - mean[i]) * (x[i] - mean[i]);
              first += (x[i] - mean[i]) / n, second += r / n, fourth += r * r / n;
            }
            EXPECT_LE(std::abs(first), farthest * std::sqrt(variance[i] / n)) << where << " mean " << i;
            EXPECT_LE(std::abs(second - variance[i]), farthest * std::sqrt((fourth - second * second) / n) + 1e-12) << where << " variance " << i;
          }
        }
        if (how == drawing::in_floats) continue;
        if (c.contains("all")) {
          EXPECT_LT(std::abs(chi_square(xs, c.at("all"))), farthest) << where;
        }
        if (!e.discrete && how == drawing::in_lanes) {
          EXPECT_LT(largest(deviations(e, p, xs)), farthest) << where;
        }  // the other ways draw the same
      }
    }
  });
}

// The negative control.
TEST(structured, draws_of_wrong_parameters_are_found_out) {
  structured::for_each([&](const structured::entry& e, const rows::json& row) {
    if (!row.contains("wrong")) return;
    const auto& c = row.at("cases")[0];
    const auto p = numbers(c.at("parameters"));
    const auto xs = e.draws(drawing::in_lanes, numbers(row.at("wrong")), {}, sl::key(3), 0, 1, 8192);
    EXPECT_GT(e.discrete ? chi_square(xs, c.at("all")) : largest(deviations(e, p, xs)), farthest) << e.name;
  });
}

TEST(structured, probabilities_sum_to_one) {
  structured::for_each([&](const structured::entry& e, const rows::json& row) {
    if (!row.at("cases")[0].contains("all")) return;
    for (const auto& c : row.at("cases")) {
      double total = 0;
      for (const auto& v : c.at("all")) total += std::exp(e.log_density(numbers(c.at("parameters")), numbers(v[0])));
      EXPECT_NEAR(total, 1, 1e-13) << e.name;
    }
  });
}
