// Tails by incomplete gamma and beta functions: their derivatives, quantiles that follow parameters, and truncation by them.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include <starling/distributions/beta.hpp>
#include <starling/distributions/binomial.hpp>
#include <starling/distributions/gamma.hpp>
#include <starling/distributions/negative_binomial_2.hpp>
#include <starling/distributions/poisson.hpp>
#include <starling/distributions/student_t.hpp>
#include <starling/distributions/truncated.hpp>

namespace {

namespace sl = starling;
using numbers = std::vector<double>;

// Derivatives of f, by the tape, against differences of the fourth order.
template <class F> void expect_derivatives(const char* what, F f, const numbers& at) {
  const sl::arena_scope memory;
  sl::tape_scope<double> tape;
  std::vector<sl::adjoint<double>> x;
  for (const double v : at) x.push_back(tape.variable(v));
  const sl::adjoint<double> y = f(x);
  tape.differentiate(y);
  for (std::size_t i = 0; i < at.size(); ++i) {
    const double h = 2e-4 * std::abs(at[i]);
    const auto moved = [&](double by) {
      numbers p = at;
      p[i] += by * h;
      return static_cast<double>(f(p));
    };
    const double expected = (8 * (moved(1) - moved(-1)) - (moved(2) - moved(-2))) / (12 * h);
    EXPECT_NEAR(x[i].derivative(), expected, 2e-9 * (1 + std::abs(expected))) << what << ", number " << i;
  }
}

}  // namespace

TEST(incomplete_functions, tails_follow_the_number_and_the_parameters) {
  for (const double x : {0.05, 0.7, 9.0})
    for (const double shape : {0.3, 2.0, 40.0}) {
      expect_derivatives("gamma, below", [](const auto& p) { return sl::log_cdf(sl::gamma(p[1], p[2]), p[0]); }, {x, shape, 1.5});
      expect_derivatives("gamma, above", [](const auto& p) { return sl::log_survival(sl::gamma(p[1], p[2]), p[0]); }, {x, shape, 1.5});
    }
  for (const double x : {0.05, 0.4, 0.93})
    for (const double first : {0.3, 2.0, 40.0}) {
      expect_derivatives("beta, below", [](const auto& p) { return sl::log_cdf(sl::beta(p[1], p[2]), p[0]); }, {x, first, 5.0});
      expect_derivatives("beta, above", [](const auto& p) { return sl::log_survival(sl::beta(p[1], p[2]), p[0]); }, {x, first, 5.0});
    }
  for (const double x : {-7.0, -0.2, 0.5, 12.0}) {
    expect_derivatives("student_t, below", [](const auto& p) { return sl::log_cdf(sl::student_t(p[1], p[2], p[3]), p[0]); }, {x, 3.0, 0.25, 1.5});
    expect_derivatives("student_t, above", [](const auto& p) { return sl::log_survival(sl::student_t(p[1], p[2], p[3]), p[0]); }, {x, 3.0, 0.25, 1.5});
  }
  expect_derivatives("poisson", [](const auto& p) { return sl::log_survival(sl::poisson(p[0]), 4.0); }, {3.5});
  expect_derivatives("binomial", [](const auto& p) { return sl::log_cdf(sl::binomial(12.0, p[0]), 4.0); }, {0.3});
  expect_derivatives("negative_binomial_2", [](const auto& p) { return sl::log_cdf(sl::negative_binomial_2(p[0], p[1]), 4.0); }, {3.5, 1.25});
}

TEST(incomplete_functions, quantiles_follow_the_parameters) {
  for (const double p : {0.01, 0.5, 0.97}) {
    expect_derivatives("gamma", [p](const auto& q) { return sl::quantile(sl::gamma(q[0], q[1]), p); }, {2.5, 1.5});
    expect_derivatives("beta", [p](const auto& q) { return sl::quantile(sl::beta(q[0], q[1]), p); }, {2.5, 1.5});
    if (p != 0.5) expect_derivatives("student_t", [p](const auto& q) { return sl::quantile(sl::student_t(q[0], q[1], q[2]), p); }, {4.0, 1.0, 1.5});
  }
}

TEST(incomplete_functions, truncation_leaves_the_share_between_the_ends) {
  double total = 0;
  for (long k = 2; k < 10; ++k) total += std::exp(sl::truncated(sl::poisson(3.0), 2, 9).log_density(k));
  EXPECT_NEAR(total, 1, 1e-14);
  total = 0;
  for (long k = 900; k <= 1000; ++k) total += std::exp(sl::truncated(sl::binomial(1000.0, 0.3), 900, 1000).log_density(k));  // 41 deviations out
  EXPECT_NEAR(total, 1, 1e-11);
  // Far out the tail of gamma(shape, 1) from x on is x^(shape − 1) e^(−x) / Γ(shape) · Σ (shape − 1) … (shape − n) / x^n.
  EXPECT_NEAR(sl::log_survival(sl::gamma(3.0, 1.0), 1e4), 2 * std::log(1e4) - 1e4 - std::log(2.0) + std::log1p(2e-4 + 2e-8), 1e-11);
  EXPECT_NEAR(sl::truncated(sl::gamma(3.0, 1.0), 1e4, sl::positive_infinity).log_density(1e4), -std::log1p(2e-4 + 2e-8), 1e-11);
  expect_derivatives(
      "truncated gamma", [](const auto& p) { return sl::truncated(sl::gamma(p[0], p[1]), p[2], p[3]).log_density(2.0); }, {2.5, 1.25, 0.5, 3.0});
  expect_derivatives(
      "truncated student_t", [](const auto& p) { return sl::truncated(sl::student_t(p[0], p[1], 1.0), p[2], p[3]).log_density(2.0); }, {4.0, 0.5, 1.5, 3.0});
}
