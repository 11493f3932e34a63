// Rows of the table: distributions made of others; and what they must equal.
#include "distributions/rows.hpp"

#include <starling/distributions/geometric.hpp>
#include <starling/distributions/mixture.hpp>
#include <starling/distributions/normal.hpp>
#include <starling/distributions/poisson.hpp>
#include <starling/distributions/student_t.hpp>
#include <starling/distributions/truncated.hpp>
#include <starling/distributions/zero_inflated.hpp>

namespace {

namespace sl = starling;

const rows::add table[]{
    {"truncated", [](const auto& p) { return sl::truncated(sl::normal(p[0], p[1]), p[2], p[3]); }},
    {"mixture", [](const auto& p) { return sl::mixture(sl::logits(sl::vector(p.data(), 2)), sl::normal(p[2], p[3]), sl::normal(p[4], p[5])); }},
    {"zero_inflated", [](const auto& p) { return sl::zero_inflated(p[0], sl::poisson(p[1])); }},
};

const double infinity = sl::positive_infinity;

}  // namespace

TEST(truncated, to_everything_is_no_truncation) {
  for (const double x : {-3.0, 0.2, 50.0})
    EXPECT_DOUBLE_EQ(sl::truncated(sl::normal(1, 2), -infinity, infinity).log_density(x), sl::normal(1, 2).log_density(x));
}

TEST(truncated, counts_include_both_ends) {
  const auto d = sl::truncated(sl::geometric(0.3), 2, 5);
  double total = 0;
  for (long k = 0; k < 10; ++k) total += std::exp(d.log_density(k));
  EXPECT_NEAR(total, 1, 1e-14);
  EXPECT_EQ(d.log_density(1L), -infinity);
  EXPECT_EQ(d.log_density(6L), -infinity);
  sl::stream<double> rng(sl::key(1));
  bool first = false, last = false;
  for (std::uint32_t i = 0; i < 200; ++i) {
    rng.visit(i);
    const long k = d.sample(rng);
    EXPECT_TRUE(k >= 2 && k <= 5);
    first = first || k == 2, last = last || k == 5;
  }
  EXPECT_TRUE(first && last);
}

TEST(mixture, of_one_component_is_the_component) {
  const std::vector<double> one{1.0};
  EXPECT_DOUBLE_EQ(sl::mixture(one, sl::student_t(3, 0, 1)).log_density(0.7), sl::student_t(3, 0, 1).log_density(0.7));
}

TEST(mixture, of_a_family_equals_that_of_a_list_with_weights_or_their_logarithms) {
  const sl::arena_scope memory;
  const std::vector<double> weights{0.25, 0.75}, logits{std::log(1.0), std::log(3.0)}, means{-1, 4};
  const auto list = sl::mixture(weights, sl::normal(-1.0, 2.0), sl::normal(4.0, 2.0));
  for (const double x : {-3.0, 0.2, 50.0}) {
    const double expected = list.log_density(x);
    EXPECT_NEAR(expected, std::log(0.25 * std::exp(sl::normal(-1, 2).log_density(x)) + 0.75 * std::exp(sl::normal(4, 2).log_density(x))), 1e-12);
    EXPECT_NEAR(sl::mixture(weights, sl::normal(means, 2.0)).log_density(x), expected, 1e-12);
    EXPECT_NEAR(sl::mixture(sl::logits(logits), sl::normal(means, 2.0)).log_density(x), expected, 1e-12);
  }
  sl::stream<double> a(sl::key(1)), b(sl::key(1));
  a.visit(0), b.visit(0);
  EXPECT_EQ(list.sample(a), sl::mixture(weights, sl::normal(means, 2.0)).sample(b));
  EXPECT_THROW(sl::mixture(weights, sl::normal(0.0, 1.0)), std::invalid_argument);
  EXPECT_EQ(sl::mixture(std::vector<double>{0.25, 0.8}, sl::normal(means, 2.0)).log_density(0.0), -infinity);
}
