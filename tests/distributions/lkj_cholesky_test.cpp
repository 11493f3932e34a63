// lkj_cholesky beyond the laws of its row (structured_matrix_rows_test.cpp): far parameters, its integral, the laws of its draws' elements; flat on matrices.
#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include <starling/diagnostics/incomplete_beta.hpp>
#include <starling/distributions/structured_bijectors.hpp>
#include <starling/values/trigamma.hpp>

#include "distributions/rows.hpp"

#include <starling/distributions/distributions.hpp>

namespace {

namespace sl = starling;
using rows::number;
using doubles = sl::native_pack<double>;
using floats = sl::native_pack<float>;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();
constexpr double bad_etas[] = {0.0, -0.0, -0.3, -1.5, nan_value, infinity, -infinity};

// A matrix of the elements given, in every lane or (beside not NaN there) in the last one.
template <class V> sl::matrix<V> made(const std::vector<double>& elements, std::size_t n, const std::vector<double>& beside = {}) {
  sl::matrix<V> x(n, n);
  for (std::size_t i = 0; i < n * n; ++i) {
    x.data()[i] = V(static_cast<sl::scalar_of<V>>(elements[i]));
    if constexpr (sl::lanes_of<V> > 1)
      for (int l = 0; !beside.empty() && l + 1 < sl::lanes_of<V>; ++l) x.data()[i].set(l, static_cast<sl::scalar_of<V>>(beside[i]));
  }
  return x;
}
template <class V> double last(const V& x) { return rows::lane(x, sl::lanes_of<V> - 1); }
std::vector<double> flattened(const rows::json& matrix) {
  std::vector<double> r;
  for (const auto& row : matrix)
    for (const double x : rows::numbers(row)) r.push_back(x);
  return r;
}
template <class V> auto eta_in_last_lane(double eta, double beside) {
  V e(static_cast<sl::scalar_of<V>>(beside));
  e.set(V::lanes - 1, static_cast<sl::scalar_of<V>>(eta));
  return e;
}

// Draws as rows of numbers, in lanes of V.
template <class V, class D> std::vector<std::vector<double>> drawn(const D& d, std::uint64_t seed, int n) {
  std::vector<std::vector<double>> xs;
  for (int first = 0; first < n; first += sl::lanes_of<V>) {
    const sl::arena_scope memory;
    sl::stream<V> rng(sl::key(seed), static_cast<std::uint64_t>(first));
    rng.visit(1);
    const auto x = d.sample(rng);
    for (int k = 0; k < sl::lanes_of<V>; ++k) {
      xs.emplace_back();
      for (const auto& e : x) xs.back().push_back(rows::lane(e, k));
    }
  }
  return xs;
}

double correlation(const std::vector<double>& factor, std::size_t n, std::size_t i, std::size_t j) {
  double total = 0;
  for (std::size_t k = 0; k <= j; ++k) total += factor[i * n + k] * factor[j * n + k];
  return total;
}

// How far the draws are off what is known of them, in units of what may be (false-alarm rate 1e-6 each): correlations, each
// (Ω_ij + 1) / 2 a beta(a, a), by Pearson's statistic of 16 equally probable bins, their means and variances; L_kk², a
// beta(η + (n−k)/2, (k−1)/2), by its logarithm.
double discrepancy(const std::vector<std::vector<double>>& xs, std::size_t n, double eta) {
  const auto count = static_cast<double>(xs.size());
  const double a = eta - 1 + 0.5 * static_cast<double>(n), variance = 1 / (2 * eta + static_cast<double>(n) - 1), kurtosis = 3 - 6 / (2 * a + 3);
  double worst = 0;
  std::vector<double> edges;
  for (int k = 1; k < 16; ++k) edges.push_back(2 * sl::incomplete_beta_inverse(a, a, k / 16.0) - 1);
  const auto compare = [&](double found, double expected, double allowed) { worst = std::max(worst, std::abs(found - expected) / allowed); };
  for (std::size_t i = 1; i < n; ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      std::vector<double> bins(16, 0.0);
      double mean = 0, squares = 0, statistic = 0;
      for (const auto& x : xs) {
        const double r = correlation(x, n, i, j);
        ++bins[static_cast<std::size_t>(std::upper_bound(edges.begin(), edges.end(), r) - edges.begin())];
        mean += r / count, squares += r * r / count;
      }
      for (const double b : bins) statistic += (b - count / 16) * (b - count / 16) / (count / 16);
      compare(statistic, 0, 56.49);
      compare(mean, 0, 4.9 * std::sqrt(variance / count));
      compare(squares, variance, 4.9 * variance * std::sqrt((kurtosis - 1) / count));
    }
    const double p = eta + 0.5 * static_cast<double>(n - 1 - i), both = eta + 0.5 * static_cast<double>(n - 1);
    double logarithm = 0;
    for (const auto& x : xs) logarithm += 2 * std::log(x[i * n + i]) / count;
    compare(logarithm, sl::digamma(p) - sl::digamma(both), 4.9 * std::sqrt((sl::trigamma(p) - sl::trigamma(both)) / count));
  }
  return worst;
}

// L of free numbers u, and its log Jacobian.
template <class R> auto factor_of(const sl::vector<R>& u, std::size_t n, sl::log_jacobian_sum<R>& sum) {
  return sl::bijector<sl::correlation_cholesky>::to_support<R>(sl::correlation_cholesky{n}, u.data(), sum);
}

}  // namespace

TEST(lkj_cholesky, equals_the_reference_in_one_lane_and_in_packs) {
  const sl::arena_scope memory;
  int compared = 0;
  for (const auto& c : rows::row("lkj_cholesky").at("cases")) {
    const auto n = c.at("parameters")[0].get<std::size_t>();
    const double eta = number(c.at("parameters")[1]);
    for (const auto& point : c.at("points")) {
      const auto elements = flattened(point[0]);
      const std::vector<double> beside(elements.size(), nan_value);
      const double expected = number(point[1]), allowed = 64 * 0x1p-52 * (1 + std::abs(expected) + number(point[2]));
      const auto what = c.at("parameters").dump();
      EXPECT_NEAR(sl::lkj_cholesky(n, eta).log_density(sl::matrix_view<double>(elements.data(), n, n)), expected, allowed) << what;
      const auto lp = sl::lkj_cholesky(n, eta).log_density(made<doubles>(elements, n, beside));
      EXPECT_NEAR(last(lp), expected, allowed) << what;
      EXPECT_EQ(lp[0], -infinity) << what;
      // η of another size beside: other branches.
      for (const double other : {0.7, 200.0, nan_value}) {
        EXPECT_NEAR(last(sl::lkj_cholesky(n, eta_in_last_lane<doubles>(eta, other)).log_density(made<doubles>(elements, n))), expected, allowed) << what;
        EXPECT_NEAR(last(sl::lkj_cholesky(n, eta_in_last_lane<doubles>(eta, other)).log_density(made<double>(elements, n))), expected, allowed) << what;
      }
      // Floats round the elements.
      const double allowed_float = 64 * 0x1p-23 * (1 + std::abs(expected) + number(point[2]) + 2 * static_cast<double>(n) * (eta + static_cast<double>(n)));
      EXPECT_NEAR(last(sl::lkj_cholesky(n, floats(static_cast<float>(eta))).log_density(made<floats>(elements, n))), expected, allowed_float) << what;
      EXPECT_TRUE(sl::correlation_cholesky{n}.contains(made<double>(elements, n))) << what;
      ++compared;
    }
  }
  EXPECT_EQ(compared, 18);
}

TEST(lkj_cholesky, is_minus_infinity_outside_the_support_and_for_bad_eta) {
  const sl::arena_scope memory;
  const std::vector<double> good{1, 0, 0, 0.6, 0.8, 0, 0, -0.6, 0.8};
  const auto expect_none = [&](double eta, const std::vector<double>& x, const std::string& what) {
    EXPECT_EQ(sl::lkj_cholesky(3, eta).log_density(made<double>(x, 3)), -infinity) << what;
    const auto lp = sl::lkj_cholesky(3, doubles(eta)).log_density(made<doubles>(x, 3, good));
    EXPECT_EQ(last(lp), -infinity) << what;
    const auto mixed = sl::lkj_cholesky(3, eta_in_last_lane<doubles>(eta, 2.0)).log_density(made<doubles>(x, 3, good));
    EXPECT_EQ(last(mixed), -infinity) << what;
    EXPECT_NEAR(mixed[0], sl::lkj_cholesky(3, 2.0).log_density(made<double>(good, 3)), 1e-13) << what;
  };
  for (const double eta : bad_etas) {
    expect_none(eta, good, std::to_string(eta));
    int named = 0;
    sl::lkj_cholesky(3, eta).parameters([&](std::string_view p, double v, bool ok, std::string_view requirement) {
      named += p == "eta" && !ok && (v == eta || eta != eta) && requirement == "must be positive and finite";
    });
    EXPECT_EQ(named, 1) << eta;
  }
  sl::lkj_cholesky(3, 2).parameters([](std::string_view, double, bool ok, std::string_view) { EXPECT_TRUE(ok); });
  const auto spoiled = [&](std::size_t at, double by) {
    auto x = good;
    x[at] = by;
    return x;
  };
  for (std::size_t i = 0; i < 9; ++i)
    for (const double by : {nan_value, infinity, -infinity}) expect_none(2, spoiled(i, by), std::to_string(i) + " is " + std::to_string(by));
  for (const std::size_t above : {1u, 2u, 5u}) expect_none(2, spoiled(above, 1e-20), "above the diagonal");
  for (const std::size_t diagonal : {0u, 4u, 8u}) {
    expect_none(2, spoiled(diagonal, -good[diagonal]), "negative diagonal");
    expect_none(2, spoiled(diagonal, good[diagonal] + 1e-7), "a row that is too long");
    expect_none(2, spoiled(diagonal, good[diagonal] - 1e-7), "a row that is too short");
    EXPECT_GT(sl::lkj_cholesky(3, 2).log_density(made<double>(spoiled(diagonal, good[diagonal] + 1e-10), 3)), -infinity) << "rounding";
  }
  auto singular = spoiled(3, 1.0);
  singular[4] = 0;
  for (const double eta : {0.1, 0.5, 1.0, 3.0}) expect_none(eta, singular, "a diagonal of 0");
  EXPECT_THROW((void)sl::lkj_cholesky(2, 1).log_density(made<double>(good, 3)), std::invalid_argument);
  EXPECT_THROW(sl::lkj_cholesky(0, 1), std::invalid_argument);
  EXPECT_THROW(sl::lkj_cholesky(-2, 1), std::invalid_argument);
}

// Over all matrices, by the trapezoidal rule in the free numbers.
TEST(lkj_cholesky, integrates_to_one) {
  for (const double eta : {0.8, 1.0, 2.5, 30.0}) {
    const double h = 0.35 / std::sqrt(eta);
    for (const std::size_t n : {2u, 3u}) {
      const sl::lkj_cholesky d(n, eta);
      const int range = static_cast<int>((0.6 + 9 / eta) / h);
      double mass = 0;
      const auto add = [&](double a, double b, double c) {
        const sl::arena_scope memory;
        sl::log_jacobian_sum<double> sum;
        const sl::vector<double> u{a, b, c};
        const auto x = factor_of(u, n, sum);
        mass += std::exp(d.log_density(x) + sum.total) * std::pow(h, n == 2 ? 1 : 3);
      };
      for (int i = -range; i <= range; ++i)
        if (n == 2) add(i * h, 0, 0);
        else
          for (int j = -range; j <= range; ++j)
            for (int k = -range; k <= range; ++k) add(i * h, j * h, k * h);
      EXPECT_NEAR(mass, 1, 1e-7) << n << " rows, eta " << eta;
    }
  }
}

TEST(lkj_cholesky, draws_are_distributed_as_they_should_be) {
  const int n = 20000;
  for (const double eta : {0.6, 1.0, 1.7, 25.0}) {
    EXPECT_LT(discrepancy(drawn<double>(sl::lkj_cholesky(4, eta), 1, n), 4, eta), 1) << eta;
    EXPECT_LT(discrepancy(drawn<doubles>(sl::lkj_cholesky(4, eta), 2, n), 4, eta), 1) << eta;
    EXPECT_LT(discrepancy(drawn<doubles>(sl::lkj_cholesky(5, doubles(eta)), 3, n), 5, eta), 1) << eta;
    EXPECT_LT(discrepancy(drawn<floats>(sl::lkj_cholesky(3, eta), 4, n), 3, eta), 1) << eta;
    EXPECT_LT(discrepancy(drawn<doubles>(sl::lkj_cholesky(2, eta + 0.4), 5, n), 2, eta + 0.4), 1) << eta;
    // The negative control.
    EXPECT_GT(discrepancy(drawn<doubles>(sl::lkj_cholesky(4, 1.1 * eta), 2, n), 4, eta), 1) << eta;
  }
}

// The mean of a ratio of densities under the one below is 1: the normalising constants fit to the sampler.
TEST(lkj_cholesky, densities_of_draws_have_the_right_ratio) {
  const auto from = sl::lkj_cholesky(5, 1.5), to = sl::lkj_cholesky(5, 2.0);
  const auto xs = sl::draw(from, sl::key(3), 40000);
  ASSERT_EQ(xs.size(), 40000u);
  const auto below = sl::log_density(from, xs), above = sl::log_density(to, xs);
  double sum = 0, squares = 0;
  for (std::size_t i = 0; i < xs.size(); ++i) {
    const double ratio = std::exp(above[i] - below[i]);
    sum += ratio / 40000, squares += ratio * ratio / 40000;
  }
  EXPECT_NEAR(sum, 1, 4.9 * std::sqrt((squares - sum * sum) / 40000));
  EXPECT_LT(squares, 3);
  EXPECT_THROW(sl::log_density(from, std::vector<std::vector<double>>{{1, 0, 0, 1}}), std::invalid_argument);
}

TEST(lkj_cholesky, draws_stay_in_the_support) {
  const auto check = [](const auto& xs, std::size_t n, double eta) {
    const sl::arena_scope memory;
    for (const auto& x : xs) {
      ASSERT_TRUE(sl::correlation_cholesky{n}.contains(made<double>(x, n))) << eta;
      ASSERT_TRUE(std::isfinite(sl::lkj_cholesky(n, eta).log_density(made<double>(x, n)))) << eta;
    }
  };
  for (const double eta : {1e-300, 1e-4, 1e-2, 0.3, 100.0, 1e10, 1e300}) {
    check(drawn<double>(sl::lkj_cholesky(4, eta), 1, 500), 4, eta);
    check(drawn<doubles>(sl::lkj_cholesky(4, eta), 1, 500), 4, eta);
    check(drawn<doubles>(sl::lkj_cholesky(1, eta), 1, 10), 1, eta);
  }
  for (const double eta : {1e-2, 0.3, 1e4}) {
    const sl::arena_scope memory;
    for (const auto& x : drawn<floats>(sl::lkj_cholesky(4, eta), 1, 500)) ASSERT_TRUE(all(sl::correlation_cholesky{4}.contains(made<floats>(x, 4)))) << eta;
  }
}

TEST(flat_on_matrices, is_zero_inside_and_starts_at_the_identity) {
  const sl::arena_scope memory;
  const std::vector<double> factor{1, 0, 0.6, 0.8}, covariance{4, 1, 1, 3}, indefinite{1, 2, 2, 1}, asymmetric{1, 0.5, 0, 1};
  const sl::flat factors(sl::correlation_cholesky{2});
  const sl::flat covariances(sl::covariance{2}, {.start = 2.5});
  EXPECT_EQ(factors.log_density(made<double>(factor, 2)), 0);
  EXPECT_EQ(factors.log_density(made<double>(covariance, 2)), -infinity);
  EXPECT_EQ(covariances.log_density(made<double>(covariance, 2)), 0);
  EXPECT_EQ(covariances.log_density(made<double>(indefinite, 2)), -infinity);
  EXPECT_EQ(covariances.log_density(made<double>(asymmetric, 2)), -infinity);
  const doubles lp = covariances.log_density(made<doubles>(indefinite, 2, covariance));
  EXPECT_EQ(lp[0], 0);
  EXPECT_EQ(last(lp), -infinity);
  EXPECT_THROW((void)factors.log_density(made<double>(covariance, 1)), std::invalid_argument);
  for (std::size_t i = 0; i < 2; ++i)
    for (std::size_t j = 0; j < 2; ++j) {
      EXPECT_EQ(factors.start(i, j), i == j);
      EXPECT_EQ(covariances.start(i, j), i == j ? 2.5 : 0);
      EXPECT_EQ(sl::flat(sl::covariance{2}).start(i, j), i == j);
      EXPECT_EQ(sl::flat(sl::correlation_cholesky{2}, {.start = 3.0}).start(i, j), i == j);
    }
  static_assert(std::is_same_v<decltype(factors)::value<doubles>, sl::matrix<doubles>>);
  static_assert(!decltype(factors)::is_vector && decltype(factors)::is_matrix && !sl::flat<sl::simplex>::is_matrix);
}

// The support of numbers with derivatives is that of the plain ones: nothing is put on the tape.
TEST(flat_on_matrices, takes_numbers_with_derivatives) {
  const sl::arena_scope memory;
  sl::tape_scope<double> tape;
  sl::matrix<sl::adjoint<double>> x(2, 2);
  for (std::size_t i = 0; i < 4; ++i) x.data()[i] = tape.variable(i % 3 == 0 ? 1.5 : 0.25);
  const double* const before = tape.cells(1);
  EXPECT_EQ(sl::primal(sl::flat(sl::covariance{2}).log_density(x)), 0);
  EXPECT_EQ(sl::primal(sl::flat(sl::correlation_cholesky{2}).log_density(x)), -infinity);
  EXPECT_EQ(static_cast<std::size_t>(tape.cells(1) - before), sl::arena::alignment / sizeof(double));
}
