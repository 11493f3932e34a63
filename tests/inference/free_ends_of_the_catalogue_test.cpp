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
