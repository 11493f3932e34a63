// The laws of distributions made of others, over the table (combined_table.hpp).
#include <algorithm>
#include <cmath>

#include "distributions/combined_table.hpp"
#include "support/expect_gradient.hpp"

namespace {

namespace sl = starling;
using combined::all_rows;
using rows::doubles;
using rows::drawing;
using rows::numbers_of;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr int lanes = doubles::lanes;

template <class F> void for_each(F f) {
  ASSERT_GT(all_rows().size(), 8u) << "the files combined_*_rows_test.cpp must be linked";
  for (const auto& r : all_rows()) f(*r.entry, r.of);
}
std::string text(const numbers_of& x) { return rows::json(x).dump(); }

// How many standard errors the shares of draws at most each cut are off, the most of all cuts.
double farthest_off(const numbers_of& xs, const combined::row& r) {
  double most = 0;
  const auto n = static_cast<double>(xs.size());
  for (const double cut : r.cuts) {
    const auto seen = static_cast<double>(std::count_if(xs.begin(), xs.end(), [&](double x) { return x <= cut; }));
    const double p = r.below(cut);
    most = std::max(most, std::abs(seen - n * p) / std::sqrt(n * p * (1 - p) + 1e-300));
  }
  return most;
}

}  // namespace

TEST(combined, densities_equal_their_closed_forms) {
  for_each([&](const rows::entry& e, const combined::row& r) {
    for (const double x : r.points) {
      const double expected = r.log_density(x, r.parameters), allowed = 1e-12 * (1 + std::abs(expected));
      const auto where = e.name + " at " + std::to_string(x);
      EXPECT_NEAR(e.log_density(r.parameters, x), expected, allowed) << where;
      EXPECT_TRUE(e.contains(r.parameters, x)) << where;
      doubles xs(x);
      xs.set(0, NAN);
      const auto lp = e.log_density_of_lanes(r.parameters, xs);
      EXPECT_NEAR(lp[lanes - 1], expected, allowed) << where;
      EXPECT_EQ(lp[0], -infinity) << where;
      EXPECT_NEAR(e.log_density_in_lanes(r.parameters, numbers_of(r.parameters.size(), NAN), doubles(x))[lanes - 1], expected, allowed) << where;
      EXPECT_NEAR(e.log_density_in_floats(r.parameters, x), expected, 1e-4 * (1 + std::abs(expected))) << where;
    }
    for (const double x : r.outside) {
      EXPECT_EQ(e.log_density(r.parameters, x), -infinity) << e.name << x;
      EXPECT_EQ(e.log_density_of_lanes(r.parameters, doubles(x))[1], -infinity) << e.name << x;
    }
    EXPECT_EQ(e.log_density(r.parameters, NAN), -infinity) << e.name;
  });
}

TEST(combined, bad_parameters_are_minus_infinity_and_nan_and_named) {
  for_each([&](const rows::entry& e, const combined::row& r) {
    EXPECT_TRUE(e.bad_parameters(r.parameters).empty()) << e.name;
    for (const auto& [name, p] : r.bad) {
      const auto where = e.name + text(p);
      EXPECT_EQ(e.log_density(p, r.points[0]), -infinity) << where;
      EXPECT_EQ(e.log_density_in_lanes(r.parameters, p, doubles(r.points[0]))[0], -infinity) << where;
      const auto named = e.bad_parameters(p);
      EXPECT_TRUE(std::count(named.begin(), named.end(), name)) << where;
      EXPECT_TRUE(std::isnan(e.draws(drawing::in_one_lane, p, {}, sl::key(4), 0, 0, 1)[0])) << where;
      const auto xs = e.draws(drawing::with_parameters_in_lanes, r.parameters, p, sl::key(4), 0, 0, lanes);
      const auto expected = e.draws(drawing::with_parameters_in_lanes, r.parameters, {}, sl::key(4), 0, 0, lanes);
      EXPECT_TRUE(std::isnan(xs[0])) << where;
      for (std::size_t k = 1; k < lanes; ++k) EXPECT_EQ(xs[k], expected[k]) << where;
    }
  });
}

TEST(combined, gradients_in_value_and_parameters) {
  int compared = 0, all = 0;
  for_each([&](const rows::entry& e, const combined::row& r) {
    for (const double x : r.points) {
      numbers_of numbers = r.parameters, at;
      numbers.insert(numbers.begin(), x);
      std::vector<std::size_t> variable;
      for (std::size_t i = e.discrete; i < numbers.size(); ++i)
        if (std::isfinite(numbers[i]) && (i == 0 || !std::count(r.constants.begin(), r.constants.end(), i - 1))) variable.push_back(i), at.push_back(numbers[i]);
      compared += gradients::expect_gradient(
          [&](const auto& v) {
            using R = std::remove_cvref_t<decltype(v[0])>;
            sl::vector<R> given(numbers.size());
            for (std::size_t i = 0; i < numbers.size(); ++i) given[i] = R(numbers[i]);
            for (std::size_t i = 0; i < variable.size(); ++i) given[variable[i]] = v[i];
            return e.log_density_of(given);
          },
          at, e.name + " at " + std::to_string(x));
      all += static_cast<int>(at.size());
    }
  });
  EXPECT_GT(compared, all / 2) << "of " << all;
}

TEST(combined, draws_are_those_of_the_distribution_and_wrong_ones_are_found_out) {
  for_each([&](const rows::entry& e, const combined::row& r) {
    for (const auto how : {drawing::in_one_lane, drawing::in_lanes, drawing::with_parameters_in_lanes, drawing::in_floats}) {
      const auto xs = e.draws(how, r.parameters, {}, sl::key(3), 0, 1, 1 << 15);
      EXPECT_LT(farthest_off(xs, r), 5.5) << e.name << " in way " << static_cast<int>(how);
      if (how == drawing::in_floats) continue;
      for (std::size_t i = 0; i < xs.size(); i += 13) ASSERT_GT(e.log_density(r.parameters, xs[i]), -infinity) << e.name << " drew " << xs[i];
    }
    const auto xs = e.draws(drawing::in_lanes, r.wrong, {}, sl::key(3), 0, 1, 1 << 15);
    EXPECT_GT(farthest_off(xs, r), 5.5) << e.name;
  });
}

TEST(combined, a_lane_gets_the_same_whatever_its_neighbours_and_width) {
  for_each([&](const rows::entry& e, const combined::row& r) {
    const auto draw = [&](drawing how, std::uint64_t first, rows::lanes_active active = rows::lanes_active::all) {
      return e.draws(how, r.parameters, {}, sl::key(8), first, 5, 1, active);
    };
    for (std::uint64_t first = 0; first < 40; first += lanes) {
      const auto x = draw(drawing::in_lanes, first), narrow = draw(drawing::in_three_lanes, first);
      EXPECT_EQ(x[lanes - 1], draw(drawing::in_lanes, first, rows::lanes_active::last)[lanes - 1]) << e.name;
      (void)draw(drawing::in_lanes, first, rows::lanes_active::none);  // ends though no lane is waiting
      for (std::size_t k = 0; k < lanes; ++k) {
        const double one = draw(drawing::in_one_lane, first + k)[0];
        EXPECT_NEAR(x[k], one, 1e-10 * (1 + std::abs(one))) << e.name;
        if (k < narrow.size()) {
          EXPECT_NEAR(narrow[k], one, 1e-10 * (1 + std::abs(one))) << e.name;
        }
      }
    }
  });
}
