// Distributions of vectors and over categories: reference values, agreement of layouts, wrong sizes, bad parameters.
#include "distributions/rows.hpp"

#include <starling/distributions/distributions.hpp>

#include <cmath>
#include <limits>
#include <stdexcept>

#include <starling/values/matrix.hpp>

namespace {

namespace sl = starling;
using rows::number;
using rows::numbers;
using doubles = sl::native_pack<double>;
using covariance_view = sl::matrix_view<double>;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

std::vector<double> flattened(const rows::json& matrix) {
  std::vector<double> r;
  for (const auto& row : matrix)
    for (const double x : numbers(row)) r.push_back(x);
  return r;
}

// The parameter in every lane.
sl::vector<doubles> in_lanes(const std::vector<double>& xs) {
  sl::vector<doubles> r(xs.size());
  for (std::size_t i = 0; i < xs.size(); ++i) r[i] = xs[i];
  return r;
}

// Values and densities of one lane and many: a vector's draw in lane k is that of lane k alone, its density too.
template <class D> void expect_layouts_agree(const D& d, double tolerance = 1e-12) {
  const sl::arena_scope scope;
  sl::stream<doubles> many(sl::key(6));
  many.visit(3);
  const auto xs = d.sample(many);
  const doubles lps(d.log_density(xs));
  for (int k = 0; k < doubles::lanes; ++k) {
    sl::stream<double> one(sl::key(6), static_cast<std::uint64_t>(k));
    one.visit(3);
    const auto x = d.sample(one);
    ASSERT_EQ(x.size(), xs.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double expected = rows::lane(x[i], 0);
      EXPECT_NEAR(rows::lane(xs[i], k), expected, tolerance * (1 + std::abs(expected))) << D::name << ' ' << i;
    }
    EXPECT_NEAR(lps[k], d.log_density(x), 10 * tolerance * (1 + std::abs(lps[k]))) << D::name;
  }
}

}  // namespace

TEST(vector_valued, densities_equal_the_reference) {
  const sl::arena_scope scope;
  const auto check = [](const std::string& name, const auto& d) {
    for (const auto& point : rows::row(name).at("points")) {
      const auto x = numbers(point[0]);
      const double expected = number(point[1]);
      EXPECT_NEAR(d.log_density(x), expected, 1e-13 * (1 + std::abs(expected))) << name;
      EXPECT_NEAR(doubles(d.log_density(in_lanes(x)))[1], expected, 1e-13 * (1 + std::abs(expected))) << name;
      auto broken = x;
      broken[1] = nan_value;
      EXPECT_EQ(d.log_density(broken), -infinity) << name;
      broken.pop_back();
      EXPECT_THROW((void)d.log_density(broken), std::invalid_argument) << name;
    }
  };
  check("dirichlet", sl::dirichlet(numbers(rows::row("dirichlet").at("parameters")[0])));
  check("iid", sl::iid(sl::normal(1, 2), 3));
  for (const std::string name : {"multivariate_normal", "multivariate_normal_cholesky"}) {
    const auto& p = rows::row(name).at("parameters");
    const auto mean = numbers(p[0]), elements = flattened(p[1]);
    const covariance_view m(elements.data(), 3, 3);
    if (name == "multivariate_normal") check(name, sl::multivariate_normal(mean, m));
    else check(name, sl::multivariate_normal_cholesky(mean, m));
  }
}

TEST(vector_valued, categories_equal_the_reference) {
  const auto check = [](const std::string& name, const auto& d) {
    double total = 0;
    for (const auto& point : rows::row(name).at("points")) {
      const long k = point[0].get<long>();
      const double expected = number(point[1]);
      if (expected == -infinity) {
        EXPECT_EQ(d.log_density(k), -infinity);
      } else {
        EXPECT_NEAR(d.log_density(k), expected, 1e-14 * (1 + std::abs(expected))) << name;
        EXPECT_NEAR(doubles(d.log_density(doubles(k)))[0], expected, 1e-14 * (1 + std::abs(expected))) << name;
      }
      total += std::exp(d.log_density(k));
    }
    EXPECT_NEAR(total, 1, 1e-14);
    for (const double k : {-1.0, 4.0, 0.5, nan_value, infinity}) {
      EXPECT_EQ(d.log_density(k), -infinity) << name << k;
      EXPECT_EQ(doubles(d.log_density(doubles(k)))[0], -infinity) << name << k;
    }
    const int n = 40000;
    std::vector<double> counts(4, 0.0);
    for (const long k : sl::draw(d, sl::key(2), n)) ++counts[static_cast<std::size_t>(k)];
    double statistic = 0;
    for (long k = 0; k < 4; ++k) {
      const double expected = n * std::exp(d.log_density(k));
      if (expected > 0) statistic += (counts[static_cast<std::size_t>(k)] - expected) * (counts[static_cast<std::size_t>(k)] - expected) / expected;
      else EXPECT_EQ(counts[static_cast<std::size_t>(k)], 0);
    }
    EXPECT_LT(statistic, 30.67) << name;  // chi-square, 3 degrees of freedom, 1e-6
  };
  check("categorical", sl::categorical(numbers(rows::row("categorical").at("parameters")[0])));
  check("categorical_logit", sl::categorical_logit(numbers(rows::row("categorical_logit").at("parameters")[0])));
  const sl::arena_scope scope;
  check("categorical", sl::categorical(std::array<double, 4>{0.125, 0.25, 0.5, 0.125}));
}

TEST(vector_valued, one_lane_and_many_agree) {
  const std::vector<double> means{1, -2, 0.5, 7, 3, 3, 2, 1, 0, -1, 4}, scales{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  const std::vector<double> covariance{4, 1, 1, 3};
  const std::vector<double> mean{1, 2};
  expect_layouts_agree(sl::normal(means, scales));
  expect_layouts_agree(sl::normal(means, 2));
  expect_layouts_agree(sl::normal(0.0, scales));
  expect_layouts_agree(sl::gamma(scales, 2.0), 1e-10);
  expect_layouts_agree(sl::beta(scales, 0.2), 1e-10);
  expect_layouts_agree(sl::poisson(scales));
  expect_layouts_agree(sl::binomial(30, std::vector<double>{0.1, 0.5, 0.9}));
  expect_layouts_agree(sl::bernoulli(std::vector<double>{0.1, 0.5, 0.9}));
  expect_layouts_agree(sl::iid(sl::student_t(3, 0, 1), 21), 1e-10);
  expect_layouts_agree(sl::iid(sl::bernoulli(0.3), 5));
  expect_layouts_agree(sl::dirichlet(scales), 1e-10);
  expect_layouts_agree(sl::dirichlet(std::vector<double>{1e-3, 1e-3, 0.5}), 1e-9);
  expect_layouts_agree(sl::multivariate_normal(mean, covariance_view(covariance.data(), 2, 2)));
}

TEST(vector_valued, sizes_that_do_not_fit_throw) {
  const std::vector<double> two{1, 2}, three{1, 2, 3}, four{1, 0, 0, 1};
  EXPECT_THROW(sl::normal(two, three), std::invalid_argument);
  EXPECT_THROW((void)sl::normal(two, 1.0).log_density(three), std::invalid_argument);
  EXPECT_THROW(sl::multivariate_normal(three, covariance_view(four.data(), 2, 2)), std::invalid_argument);
}

TEST(vector_valued, bad_parameters_are_minus_infinity_and_nan_and_named) {
  const auto check = [](const auto& d, const auto& x, std::string_view name) {
    const sl::arena_scope scope;
    EXPECT_EQ(d.log_density(x), -infinity) << name;
    sl::stream<double> rng(sl::key(1));
    rng.visit(0);
    const auto drawn = d.sample(rng);
    bool any_nan = false;
    for (std::size_t i = 0; i < drawn.size(); ++i) any_nan = any_nan || std::isnan(rows::lane(drawn[i], 0));
    EXPECT_TRUE(any_nan) << name;
    bool named = false;
    d.parameters([&](std::string_view p, const auto&, const auto& ok, std::string_view) { named = named || (p == name && !sl::all(ok)); });
    EXPECT_TRUE(named) << name;
  };
  const std::vector<double> x{0.25, 0.75}, ones{1, 1};
  check(sl::normal(ones, std::vector<double>{1, -1}), x, "scale");
  check(sl::iid(sl::normal(0, nan_value), 2), x, "scale");
  check(sl::dirichlet(std::vector<double>{1, 0}), x, "concentration");
  const std::vector<double> indefinite{1, 2, 2, 1}, asymmetric{1, 0.5, 0, 1}, negative{-1, 0, 0, 1}, good{1, 0, 0, 1};
  check(sl::multivariate_normal(ones, covariance_view(indefinite.data(), 2, 2)), x, "covariance");
  check(sl::multivariate_normal(ones, covariance_view(asymmetric.data(), 2, 2)), x, "covariance");
  check(sl::multivariate_normal_cholesky(ones, covariance_view(negative.data(), 2, 2)), x, "factor");
  check(sl::multivariate_normal(std::vector<double>{1, nan_value}, covariance_view(good.data(), 2, 2)), x, "mean");
  for (const auto& bad : {std::vector<double>{0.5, 0.4}, std::vector<double>{1.5, -0.5}, std::vector<double>{nan_value, 1}}) {
    EXPECT_EQ(sl::categorical(bad).log_density(0L), -infinity);
    EXPECT_EQ(sl::draw(sl::categorical(bad), sl::key(1), 1)[0], sl::no_value<long>());
  }
  EXPECT_EQ(sl::categorical_logit(std::vector<double>{1, nan_value}).log_density(0L), -infinity);
  EXPECT_EQ(sl::draw(sl::categorical_logit(std::vector<double>{-infinity, -infinity}), sl::key(1), 1)[0], sl::no_value<long>());
}

TEST(vector_valued, dirichlet_and_multivariate_normal_have_their_moments) {
  const int n = 40000;
  const std::vector<double> a{2, 0.5, 7}, mean{1, 2}, covariance{4, 1, 1, 3};
  double sums[3] = {};
  for (const auto& x : sl::draw(sl::dirichlet(a), sl::key(5), n)) {
    EXPECT_NEAR(x[0] + x[1] + x[2], 1, 1e-12);
    for (std::size_t i = 0; i < 3; ++i) sums[i] += x[i];
  }
  for (std::size_t i = 0; i < 3; ++i) {
    const double m = a[i] / 9.5, sd = std::sqrt(m * (1 - m) / 10.5);
    EXPECT_NEAR(sums[i] / n, m, 5.5 * sd / std::sqrt(n));
  }
  double first = 0, second = 0, cross = 0;
  for (const auto& x : sl::draw(sl::multivariate_normal(mean, covariance_view(covariance.data(), 2, 2)), sl::key(5), n)) {
    first += x[0] - 1, second += x[1] - 2, cross += (x[0] - 1) * (x[1] - 2);
  }
  EXPECT_NEAR(first / n, 0, 5.5 * 2 / std::sqrt(n));
  EXPECT_NEAR(second / n, 0, 5.5 * std::sqrt(3.0 / n));
  EXPECT_NEAR(cross / n, 1, 5.5 * std::sqrt((4 * 3 + 1) / double(n)));
}

TEST(flat, is_zero_inside_and_starts_inside) {
  const auto check = [](const auto& d) {
    EXPECT_EQ(d.log_density(d.start()), 0.0);
    EXPECT_TRUE(d.support().contains(d.start()));
  };
  check(sl::flat(sl::real_line{}));
  check(sl::flat(sl::positive{}, {.start = 2.5}));
  check(sl::flat(sl::nonnegative{}));
  check(sl::flat(sl::unit_interval{}));
  check(sl::flat(sl::interval{-3.0, -1.0}));
  check(sl::flat(sl::at_least{10.0}));
  EXPECT_EQ(sl::flat(sl::positive{}, {.start = 2.5}).start(), 2.5);
  for (const auto& point : rows::row("flat").at("points"))
    EXPECT_EQ(sl::flat(sl::positive{}).log_density(number(point[0])), number(point[1]));
  EXPECT_EQ(sl::flat(sl::simplex{2}).log_density(std::vector<double>{0.25, 0.75}), 0.0);
  EXPECT_EQ(sl::flat(sl::simplex{2}).log_density(std::vector<double>{0.25, 0.5}), -infinity);
  EXPECT_EQ(sl::flat(sl::vector_of{sl::positive{}, 2}).log_density(std::vector<double>{1, -1}), -infinity);
  static_assert(sl::is_improper<decltype(sl::flat(sl::positive{}))>);
  static_assert(!sl::is_improper<decltype(sl::normal(0, 1))>);
}

TEST(draw, gives_plain_values_and_their_densities) {
  const auto d = sl::normal(1, 2);
  const auto xs = sl::draw(d, sl::key(9), 13);
  const auto lps = sl::log_density(d, xs);
  ASSERT_EQ(xs.size(), 13u);
  for (std::size_t i = 0; i < xs.size(); ++i) EXPECT_NEAR(lps[i], d.log_density(xs[i]), 1e-14);
  static_assert(std::is_same_v<decltype(sl::draw(sl::poisson(3), sl::key(1), 1)), std::vector<long>>);
  static_assert(std::is_same_v<decltype(sl::draw(sl::bernoulli(0.5), sl::key(1), 1)), std::vector<bool>>);
  EXPECT_EQ(sl::draw(sl::poisson(-1), sl::key(1), 1)[0], sl::no_value<long>());
  EXPECT_EQ(sl::draw(d, sl::key(9), 3)[2], xs[2]);
}

TEST(vector_valued, iid_of_flat_is_flat_on_vectors) {
  const auto d = sl::iid(sl::flat(sl::positive(), {.start = 2.5}), 3);
  EXPECT_EQ(d.size(), 3u);
  EXPECT_TRUE(sl::is_improper<std::remove_cvref_t<decltype(d)>>);
  EXPECT_EQ(d.start(2), 2.5);
  EXPECT_EQ(sl::iid(sl::flat(sl::real_line()), 2).start(1), 0.0);
  EXPECT_EQ(d.log_density(std::vector{1.0, 2.0, 3.0}), 0.0);
  EXPECT_EQ(d.log_density(std::vector{1.0, -2.0, 3.0}), -infinity);
  EXPECT_THROW(d.log_density(std::vector{1.0, 2.0}), std::invalid_argument);
}
