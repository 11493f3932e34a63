#include "free_ends.hpp"

#include <starling/distributions/lkj_correlation.hpp>

using namespace free_ends;

TEST(free_ends, of_positive_numbers) {
  for (const double a : {0.5, 2.5, 20.0}) {
    const auto log_rate = std::log(3.0L);
    check("gamma", sl::gamma(a, 3.0), [&](long double u) {
      const auto y = 3 * std::exp(u);
      return value_and_slope{gamma_value(y, u + log_rate, a), a - y};
    });
    check("inverse_gamma", sl::inverse_gamma(a, 3.0), [&](long double u) {
      const auto y = 3 * std::exp(-u);
      return value_and_slope{gamma_value(y, log_rate - u, a), y - a};
    });
  }
  check("log_normal", sl::log_normal(0.5, 2.0), [](long double u) {
    const auto z = (u - 0.5L) / 2;
    return value_and_slope{-z * z / 2 - std::log(2.0L) - 0.91893853320467274178032973640562L, -z / 2};
  });
  check("exponential", sl::exponential(0.25), [](long double u) { return value_and_slope{std::log(0.25L) - std::exp(u) / 4 + u, 1 - std::exp(u) / 4}; });
  check("half_normal", sl::half_normal(2.0), [](long double u) {
    const auto z = std::exp(u) / 2;
    return value_and_slope{0.5L * std::log(2 / 3.14159265358979323846264338L) - std::log(2.0L) - z * z / 2 + u, 1 - z * z};
  });
  check("half_cauchy", sl::half_cauchy(5.0), [](long double u) {
    const auto z = std::exp(u) / 5;
    return value_and_slope{std::log(2 / 3.14159265358979323846264338L / 5) - std::log1p(z * z) + u, 1 - 2 * z / (1 / z + z)};
  });
}

TEST(free_ends, of_intervals) {
  check("beta(0.1, 0.1)", sl::beta(0.1, 0.1), beta(0.1, 0.1));
  check("beta(0.01, 0.01)", sl::beta(0.01, 0.01), beta(0.01, 0.01));
  check("beta(3, 0.5)", sl::beta(3.0, 0.5), beta(3, 0.5));
  check("beta(20, 30)", sl::beta(20.0, 30.0), beta(20, 30));
  const auto logistic_density = [](long double u) { return value_and_slope{log_logistic(u) + log_logistic(-u), logistic(-u) - logistic(u)}; };
  check("uniform(-1, 0)", sl::uniform(-1.0, 0.0), logistic_density);
  check("uniform(1000, 1003)", sl::uniform(1000.0, 1003.0), logistic_density);
  check("uniform(-1e308, 1e308)", sl::uniform(-1e308, 1e308), [&](long double u) {
    auto x = logistic_density(u);
    x.size = 710;
    return x;
  });
}

// Where one end is 0 the numbers near it are as exact as those near the lower end 0.
TEST(free_ends, an_interval_is_as_exact_at_its_upper_end) {
  const auto up_to_zero = sl::interval{-2.0, 0.0}, from_zero = sl::interval{0.0, 2.0};
  sl::no_log_jacobian none;
  for (const double distance : distances)
    for (const double u : {-distance, distance}) {
      const double mirrored = -u;
      const double x = sl::bijector<sl::interval<>>::to_support<double>(up_to_zero, &u, none);
      EXPECT_EQ(x, -sl::bijector<sl::interval<>>::to_support<double>(from_zero, &mirrored, none)) << u;
      double back = 0;
      sl::bijector<sl::interval<>>::from_support(up_to_zero, x, &back);
      if (u > 0 && u <= 700) {
        EXPECT_NEAR(back, u, 1e-13 * u);
      }
    }
}

// All successes and none are mirror images, the likelihood included.
TEST(free_ends, successes_and_failures_are_mirror_images) {
  const auto model = sl::gen([](auto& trace) {
    const auto p = trace("p", sl::beta(0.01, 0.01));
    trace("k", sl::binomial(20.0, p));
    trace("y", sl::bernoulli(p));
  });
  const auto all = sl::posterior(model, sl::args(), sl::observe("k", 20) & sl::observe("y", true));
  const auto no = sl::posterior(model, sl::args(), sl::observe("k", 0) & sl::observe("y", false));
  const sl::unconstrained_posterior<double, decltype(all)> successes(all);
  const sl::unconstrained_posterior<double, decltype(no)> failures(no);
  for (const double distance : distances)
    for (const double u : {-distance, distance}) {
      double a = 0, b = 0;
      const double mirrored = -u, density = successes.log_density_and_gradient(&u, &a), of_mirrored = failures.log_density_and_gradient(&mirrored, &b);
      // Failures at p = 1 − 2⁻⁵³, the last number below 1, are as unlikely as there.
      if (u < -30) {
        EXPECT_TRUE(std::isfinite(of_mirrored));
      } else {
        EXPECT_NEAR(density, of_mirrored, 1e-13 * (1 + std::abs(density))) << u;
      }
      if (u > -700) {
        EXPECT_NEAR(a, -b, 1e-12) << u;
      }
    }
}

TEST(free_ends, of_simplexes) {
  const std::vector<double> a{0.1, 0.01, 2.5, 20.0};
  const auto model = sl::gen([&](auto& trace) { trace("x", sl::dirichlet(a)); });
  const auto post = sl::posterior(model, sl::args(), sl::choice_map());
  const sl::unconstrained_posterior<double, decltype(post)> one(post);
  const sl::unconstrained_posterior<doubles, decltype(post)> many(post);
  long double constant = 0.5L * std::log(4.0L), total = 0;
  for (const double c : a) constant -= std::lgamma(static_cast<long double>(c)), total += c;
  constant += std::lgamma(total);
  for (const double distance : distances)
    for (std::size_t which = 0; which < 3; ++which)
      for (const double u : {-distance, distance}) {
        std::vector<double> free{0.3, -0.2, 0.5};
        free[which] = u;
        // z of sum 0, from the isometry; log x = z − log Σ exp z; the density is Σ a log x.
        std::array<long double, 4> z{};
        for (std::size_t i = 1; i < 4; ++i) {
          const auto m = static_cast<long double>(i), w = free[i - 1] / std::sqrt(m * (m + 1));
          for (std::size_t k = 0; k < i; ++k) z[k] += w;
          z[i] -= m * w;
        }
        long double sum = 0;
        for (const auto e : z) sum += std::exp(e);
        long double density = constant;
        for (std::size_t k = 0; k < 4; ++k) density += a[k] * (z[k] - std::log(sum));
        std::vector<double> gradient(3), values(4);
        const auto where = std::to_string(which) + " at " + std::to_string(u);
        EXPECT_NEAR(one.log_density_and_gradient(free.data(), gradient.data()), static_cast<double>(density), 1e-13 * (1 + std::abs(static_cast<double>(density)))) << where;
        one.choices(free.data(), values.data());
        EXPECT_TRUE(sl::simplex{4}.contains(values)) << where;
        std::vector<doubles> frees(free.begin(), free.end()), gradients(3);
        frees[which].set(0, 0.0);
        EXPECT_NEAR(many.log_density_and_gradient(frees.data(), gradients.data())[1], static_cast<double>(density), 1e-13 * (1 + std::abs(static_cast<double>(density)))) << where;
        for (std::size_t i = 1; i < 4; ++i) {
          const auto m = static_cast<long double>(i), root = 1 / std::sqrt(m * (m + 1));
          long double slope = 0;  // Σ_k a_k (∂z_k − Σ_l x_l ∂z_l)
          for (std::size_t k = 0; k < 4; ++k) slope += (a[k] - total * std::exp(z[k]) / sum) * (k < i ? root : k == i ? -m * root
                                                                                                                      : 0);
          EXPECT_NEAR(gradient[i - 1], static_cast<double>(slope), 1e-13 * (1 + std::abs(static_cast<double>(slope)))) << where;
          EXPECT_NEAR(gradients[i - 1][1], static_cast<double>(slope), 1e-13 * (1 + std::abs(static_cast<double>(slope)))) << where;
        }
      }
}

// Σ over the partial correlations of (n − 1 − j + 2 (η − 1) + 1) log sech u: LKJ's are independent betas.
TEST(free_ends, of_correlation_factors) {
  const double eta = 1.5;
  const auto model = sl::gen([&](auto& trace) { trace("x", sl::lkj_cholesky(3, eta)); });
  const auto post = sl::posterior(model, sl::args(), sl::choice_map());
  const sl::unconstrained_posterior<double, decltype(post)> one(post);
  const sl::unconstrained_posterior<doubles, decltype(post)> many(post);
  const auto log_sech = [](long double u) { return std::log(2.0L) - std::abs(u) - std::log1p(std::exp(-2 * std::abs(u))); };
  const std::array<long double, 3> powers{2 * eta + 1, 2 * eta + 1, 2 * eta};
  const std::array<double, 3> zero{};
  std::array<double, 3> g{};
  const double at_zero = one.log_density_and_gradient(zero.data(), g.data());
  for (const double distance : {0.01, 1.0, 5.0, 10.0, 15.0, 19.0, 36.0, 37.0, 100.0, 700.0, 745.0})
    for (std::size_t which = 0; which < 3; ++which)
      for (const double u : {-distance, distance}) {
        std::array<double, 3> free{0.2, -0.4, 0.3};
        free[which] = u;
        long double density = at_zero;
        for (std::size_t k = 0; k < 3; ++k) density += powers[k] * log_sech(free[k]);
        const auto where = std::to_string(which) + " at " + std::to_string(u);
        EXPECT_NEAR(one.log_density_and_gradient(free.data(), g.data()), static_cast<double>(density), 1e-13 * (1 + std::abs(static_cast<double>(density)))) << where;
        std::array<doubles, 3> frees{free[0], free[1], free[2]}, gradients{};
        frees[which].set(0, 0.1);
        EXPECT_NEAR(many.log_density_and_gradient(frees.data(), gradients.data())[1], static_cast<double>(density), 1e-13 * (1 + std::abs(static_cast<double>(density)))) << where;
        for (std::size_t k = 0; k < 3; ++k) {
          const double slope = static_cast<double>(-powers[k] * std::tanh(static_cast<long double>(free[k])));
          EXPECT_NEAR(g[k], slope, 1e-13) << where;
          EXPECT_NEAR(gradients[k][1], slope, 1e-13) << where;
        }
        std::vector<double> values(9), back(3);
        one.choices(free.data(), values.data());
        EXPECT_TRUE(sl::correlation_cholesky{3}.contains(sl::matrix_view<double>(values.data(), 3, 3))) << where;
        one.free_numbers(values.data(), back.data());
        for (std::size_t k = 0; k < 3; ++k)
          if (distance <= 700 && !(which == 1 && k == 2 && distance > 300)) {
            EXPECT_NEAR(back[k], free[k], 1e-12 * (1 + std::abs(free[k]))) << where << " back " << k;
          }
      }
}

// Of correlation matrices the density of the same free numbers is that of their factors, however near they are to being singular.
TEST(free_ends, of_correlation_matrices) {
  for (const double eta : {0.01, 1.5}) {
    const auto post = sl::posterior(sl::gen([&](auto& trace) { trace("x", sl::lkj_correlation(3, eta)); }), sl::args(), sl::choice_map());
    const auto of_factors = sl::posterior(sl::gen([&](auto& trace) { trace("x", sl::lkj_cholesky(3, eta)); }), sl::args(), sl::choice_map());
    const sl::unconstrained_posterior<double, std::remove_const_t<decltype(post)>> matrices(post);
    const sl::unconstrained_posterior<double, std::remove_const_t<decltype(of_factors)>> factors(of_factors);
    for (const double distance : {1.0, 15.0, 19.0, 37.0, 100.0, 700.0})
      for (std::size_t which = 0; which < 3; ++which) {
        std::array<double, 3> free{0.2, -0.4, 0.3}, g{}, expected{};
        free[which] = distance;
        const auto where = std::to_string(eta) + ", " + std::to_string(which) + " at " + std::to_string(distance);
        const double density = factors.log_density_and_gradient(free.data(), expected.data());
        EXPECT_NEAR(matrices.log_density_and_gradient(free.data(), g.data()), density, 1e-13 * (1 + std::abs(density))) << where;
        for (std::size_t k = 0; k < 3; ++k) EXPECT_NEAR(g[k], expected[k], 1e-13 * (1 + std::abs(expected[k]))) << where;
      }
  }
}

TEST(free_ends, flat_supports_hold_their_ends) {
  const auto check_flat = [](const auto& support, long double slope_below, long double slope_above) {
    const auto post = sl::posterior(sl::gen([&](auto& trace) { trace("x", sl::flat(support)); }), sl::args(), sl::choice_map());
    const sl::unconstrained_posterior<double, std::remove_const_t<decltype(post)>> target(post);
    for (const double distance : {100.0, 700.0, 745.0})
      for (const double u : {-distance, distance}) {
        double slope = 0;
        EXPECT_TRUE(std::isfinite(target.log_density_and_gradient(&u, &slope))) << u;
        EXPECT_NEAR(slope, static_cast<double>(u < 0 ? slope_below : slope_above), 1e-14) << u;
      }
  };
  check_flat(sl::positive{}, 1, 1);
  check_flat(sl::nonnegative{}, 1, 1);
  check_flat(sl::at_least{3.0}, 1, 1);
  check_flat(sl::at_most{1e8}, 1, 1);
  check_flat(sl::at_most{-5.0}, 1, 1);
  check_flat(sl::bounded{3.0, INFINITY}, 1, 1);
  check_flat(sl::bounded<double>{-INFINITY, -5.0}, 1, 1);
  check_flat(sl::bounded{0.1, 0.3}, 1, -1);
  check_flat(sl::unit_interval{}, 1, -1);
  check_flat(sl::interval{0.1, 0.3}, 1, -1);
  check_flat(sl::interval{-0.3, 1e9}, 1, -1);
  const auto post = sl::posterior(sl::gen([&](auto& trace) { trace("x", sl::flat(sl::ordered{3})), trace("y", sl::flat(sl::positive_ordered{2})); }), sl::args(), sl::choice_map());
  const sl::unconstrained_posterior<double, std::remove_const_t<decltype(post)>> target(post);
  for (const double u : {-745.0, -100.0, -37.0, 700.0}) {
    const std::array free{5.0, u, u, u, u};
    std::array<double, 5> slopes{};
    EXPECT_EQ(target.log_density_and_gradient(free.data(), slopes.data()), 4 * u);
    EXPECT_EQ(slopes, (std::array<double, 5>{0, 1, 1, 1, 1}));
  }
}
