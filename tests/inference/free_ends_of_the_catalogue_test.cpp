#include "free_ends.hpp"

#include <starling/distributions/catalogue.hpp>

using namespace free_ends;

TEST(free_ends_of_the_catalogue, of_positive_numbers) {
  check("chi_square", sl::chi_square(0.5), [](long double u) {
    const auto y = std::exp(u) / 2;
    return value_and_slope{gamma_value(y, u - std::log(2.0L), 0.25L), 0.25L - y};
  });
  check("inverse_chi_square", sl::inverse_chi_square(0.5), [](long double u) {
    const auto y = std::exp(-u) / 2;
    return value_and_slope{gamma_value(y, -u - std::log(2.0L), 0.25L), y - 0.25L};
  });
}

// With tails that are powers of x, which go on where x is more, or less, than a number can hold.
TEST(free_ends_of_the_catalogue, of_positive_numbers_with_heavy_tails) {
  for (const double shape : {0.01, 0.5, 3.0}) {
    const long double a = shape, log_scale = std::log(2.5L);
    const auto of_weibull = [=](long double u, int sign) {
      const auto t = sign * a * (u - log_scale);
      return value_and_slope{std::log(a) + t - std::exp(t), sign * a * (1 - std::exp(t)), 0, 1};
    };
    check("weibull", sl::weibull(shape, 2.5), [&](long double u) { return of_weibull(u, 1); });
    check("frechet", sl::frechet(shape, 2.5), [&](long double u) { return of_weibull(u, -1); });
    check("log_logistic", sl::log_logistic(2.5, shape), [&](long double u) {
      const auto t = a * (u - log_scale);
      return value_and_slope{std::log(a) + log_logistic(t) + log_logistic(-t), a * (logistic(-t) - logistic(t)), 0, 1};
    });
    const auto of_powers = [=](long double u, long double scale) {  // (1 + eᵘ / scale)^(−a − 1)
      const auto t = u - std::log(scale);
      return value_and_slope{std::log(a) + t + (a + 1) * log_logistic(-t), 1 - (a + 1) * logistic(t), 0, 1};
    };
    check("lomax", sl::lomax(2.5, shape), [&](long double u) { return of_powers(u, 2.5L); });
    check("pareto", sl::pareto(2.5, shape), [&](long double u) { return of_powers(u, 2.5L); });
    check("pareto_type_2", sl::pareto_type_2(-4.0, 2.5, shape), [&](long double u) { return of_powers(u, 2.5L); });
    check("half_student_t", sl::half_student_t(shape, 2.5), [=](long double u) {
      const auto t = 2 * (u - log_scale) - std::log(a);
      const auto constant = std::log(2.0L) + std::lgamma((a + 1) / 2) - std::lgamma(a / 2) - 0.5L * std::log(a * 3.14159265358979323846264338L) - log_scale;
      return value_and_slope{constant + u + (a + 1) / 2 * log_logistic(-t), 1 - (a + 1) * logistic(t), 0, 1};
    });
  }
}

TEST(free_ends_of_the_catalogue, of_positive_numbers_with_light_tails) {
  check("rayleigh", sl::rayleigh(2.5), [](long double u) {
    const auto square = std::exp(2 * u) / 6.25L;
    return value_and_slope{2 * u - std::log(6.25L) - square / 2, 2 - square};
  });
  check("gompertz", sl::gompertz(0.25, 2.0), [](long double u) {
    const auto t = 2 * std::exp(u);
    return value_and_slope{std::log(0.5L) + t - std::expm1(t) / 4 + u, 1 + t - t * std::exp(t) / 4};
  });
  check("inverse_gaussian", sl::inverse_gaussian(2.0, 5.0), [](long double u) {
    const auto x = std::exp(u), z = x / 2 - 1;
    return value_and_slope{0.5L * std::log(5.0L) - 0.5L * u - 0.91893853320467274178032973640562L - 2.5L * z * z / x, -0.5L - 2.5L * (x / 4 - 1 / x)};
  });
}

TEST(free_ends_of_the_catalogue, of_intervals) {
  check("beta_proportion(0.25, 0.5)", sl::beta_proportion(0.25, 0.5), beta(0.125, 0.375));
  for (const auto& [a, b] : {std::pair{0.1, 0.1}, {0.01, 3.0}, {3.0, 0.01}, {20.0, 30.0}})
    check("kumaraswamy(" + std::to_string(a) + ", " + std::to_string(b) + ")", sl::kumaraswamy(a, b), [a = static_cast<long double>(a), b = static_cast<long double>(b)](long double u) {
      const auto rest = -std::expm1(a * log_logistic(u));  // 1 − x^a
      return value_and_slope{std::log(a * b) + a * log_logistic(u) + (b - 1) * std::log(rest) + log_logistic(-u),
                             a * logistic(-u) - (b - 1) * a * std::exp(a * log_logistic(u) + log_logistic(-u)) / rest - logistic(u)};
    });
  check("logit_normal(1.5, 2)", sl::logit_normal(1.5, 2.0), [](long double u) {
    const auto z = (u - 1.5L) / 2;
    return value_and_slope{-z * z / 2 - std::log(2.0L) - 0.91893853320467274178032973640562L, -z / 2};
  });
  check("beta_uniform_mixture(0.25, 0.1, 0.1)", sl::beta_uniform_mixture(0.25, 0.1, 0.1), [&](long double u) {
    const auto of_beta = beta(0.1L, 0.1L)(u);
    const auto flat = log_logistic(u) + log_logistic(-u), ratio = 3 * std::exp(flat - of_beta.value);
    return value_and_slope{std::log(0.25L) + of_beta.value + std::log1p(ratio), (of_beta.slope + ratio * (logistic(-u) - logistic(u))) / (1 + ratio)};
  });
  for (const double lo : {-1.0, 1e6})
    check("arcsine from " + std::to_string(lo), sl::arcsine(lo, lo + 3), [](long double u) {
      return value_and_slope{0.5L * (log_logistic(u) + log_logistic(-u)) - std::log(3.14159265358979323846264338L), 0.5L * (logistic(-u) - logistic(u))};
    });
  // Composed ones, of single numbers.
  check<false>("mixture", sl::mixture(std::vector{0.25, 0.75}, sl::beta(0.01, 1.0), sl::beta(1.0, 0.01)), [&](long double u) {
    const auto low = beta(0.01L, 1)(u), high = beta(1, 0.01L)(u);
    const auto ratio = 3 * std::exp(high.value - low.value), share = 1 / (1 + ratio);
    return u > 0 ? value_and_slope{std::log(0.75L) + high.value + std::log1p(1 / ratio), share * low.slope + (1 - share) * high.slope}
                 : value_and_slope{std::log(0.25L) + low.value + std::log1p(ratio), share * low.slope + (1 - share) * high.slope};
  });
  check<false>("power_scaled", sl::power_scaled(sl::beta(0.25, 0.5), 0.125), [&](long double u) {
    const auto of_beta = beta(0.25L, 0.5L)(u);
    const auto jacobian = log_logistic(u) + log_logistic(-u), slope = logistic(-u) - logistic(u);
    return value_and_slope{(of_beta.value - jacobian) / 8 + jacobian, (of_beta.slope - slope) / 8 + slope};
  });
}

// Distributions on part of the numbers of another, or on others: what that needs of x comes from the distances to both ends.
TEST(free_ends_of_the_catalogue, of_composed_distributions) {
  check("affine, downwards", sl::affine(sl::beta(0.1, 0.25), 3.0, -2.0), [](long double u) {
    const auto x = beta(0.1L, 0.25L)(-u);
    return value_and_slope{x.value, -x.slope};
  });
  check("affine of an exponential", sl::affine(sl::exponential(0.25), 3.0, 2.0), [](long double u) { return value_and_slope{std::log(0.125L) - std::exp(u) / 8 + u, 1 - std::exp(u) / 8}; });
  const auto part_of_beta = [](long double u) {  // x = (1 + σ(u)) / 2, 1 − x = σ(−u) / 2
    const auto x = (1 + logistic(u)) / 2;
    const auto log_beta = std::lgamma(0.1L) + std::lgamma(0.2L) - std::lgamma(0.3L);
    return value_and_slope{-0.9L * std::log(x) + 0.2L * std::log(0.5L) + log_logistic(u) + 0.2L * log_logistic(-u) - log_beta - (-1.11039380731449244291015L),
                           -0.45L * logistic(u) * logistic(-u) / x + logistic(-u) - 0.2L * logistic(u), 0, 1};
  };
  check("truncated(beta(0.1, 0.2), 0.5, 1)", sl::truncated(sl::beta(0.1, 0.2), 0.5, 1.0), part_of_beta);
  check("affine of a truncated one", sl::affine(sl::truncated(sl::beta(0.1, 0.2), 0.5, 1.0), 1.0, 4.0), part_of_beta);
  check("truncated(gamma(0.5, 3), 0, 2)", sl::truncated(sl::gamma(0.5, 3.0), 0.0, 2.0), [](long double u) {
    const auto y = 6 * logistic(u);
    return value_and_slope{0.5L * (std::log(6.0L) + log_logistic(u)) - y + log_logistic(-u) - 0.5L * std::log(3.14159265358979323846264338L) - (-0.00053214707027918137159L),
                           0.5L * logistic(-u) - y * logistic(-u) - logistic(u), 0, 1};
  });
  for (const double shape : {-3.0, -0.25}) {
    check("generalized_pareto up to an end", sl::generalized_pareto(-1.0, 2.0, shape), [a = -1 / static_cast<long double>(shape)](long double u) {
      // 1 + w = σ(−u), the width is 2 a.
      return value_and_slope{std::log(a) + log_logistic(u) + a * log_logistic(-u), logistic(-u) - a * logistic(u), 0, 1};
    });
  }
  check("generalized_pareto without one", sl::generalized_pareto(-1.0, 2.0, 4.0), [](long double u) {
    const auto t = u + std::log(2.0L);  // of shape z
    return value_and_slope{u - std::log(2.0L) + 1.25L * log_logistic(-t), 1 - 1.25L * logistic(t), 0, 1};
  });
}

TEST(free_ends_of_the_catalogue, of_vectors_of_them) {
  const auto model = sl::gen([](auto& trace) {
    trace("p", sl::product(sl::beta(0.1, 0.25), sl::normal(0.0, 1.0), sl::gamma(0.5, 2.0)));
    trace("m", sl::iid(sl::mixture(std::vector{0.5, 0.5}, sl::beta(0.1, 0.25), sl::beta(0.25, 0.1)), 2));
  });
  const auto post = sl::posterior(model, sl::args(), sl::choice_map());
  const sl::unconstrained_posterior<double, std::remove_const_t<decltype(post)>> one(post);
  const sl::unconstrained_posterior<doubles, std::remove_const_t<decltype(post)>> many(post);
  const auto of_gamma = [](long double u) { return value_and_slope{gamma_value(2 * std::exp(u), u + std::log(2.0L), 0.5L), 0.5L - 2 * std::exp(u)}; };
  const auto of_mixture = [](long double u) {
    const auto low = beta(0.1L, 0.25L)(u), high = beta(0.25L, 0.1L)(u);
    const auto top = std::max(low.value, high.value), a = std::exp(low.value - top), b = std::exp(high.value - top);
    return value_and_slope{top + std::log((a + b) / 2), (a * low.slope + b * high.slope) / (a + b)};
  };
  for (const double distance : {1.0, 37.0, 700.0})
    for (const double u : {-distance, distance}) {
      const double v = std::min(u, 3.0);
      const std::array parts{beta(0.1L, 0.25L)(u), value_and_slope{-0.5L * 0.25L - 0.91893853320467274178032973640562L, -0.5L}, of_gamma(v), of_mixture(u), of_mixture(-u)};
      const std::array<double, 5> free{u, 0.5, v, u, -u};
      std::array<double, 5> slopes{};
      std::array<doubles, 5> frees{u, 0.5, v, u, -u}, many_slopes{};
      frees[0].set(0, 0.25);
      long double total = 0;
      for (const auto& e : parts) total += e.value;
      EXPECT_NEAR(one.log_density_and_gradient(free.data(), slopes.data()), static_cast<double>(total), 1e-13 * (1 + std::abs(static_cast<double>(total)))) << u;
      EXPECT_NEAR(many.log_density_and_gradient(frees.data(), many_slopes.data())[1], static_cast<double>(total), 1e-13 * (1 + std::abs(static_cast<double>(total)))) << u;
      for (std::size_t i = 0; i < 5; ++i) {
        const auto slope = static_cast<double>(parts[i].slope);
        EXPECT_NEAR(slopes[i], slope, 1e-13 * (1 + std::abs(slope))) << u << " " << i;
        EXPECT_NEAR(many_slopes[i][1], slope, 1e-13 * (1 + std::abs(slope))) << u << " " << i << " in lanes";
      }
    }
}
