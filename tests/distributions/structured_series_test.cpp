// What series, functions and maps have beyond the laws of the table: states given the series, densities given in place of emissions, other inputs, errors.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <stdexcept>
#include <vector>

#include <starling/distributions/conditional_autoregression.hpp>
#include <starling/distributions/draw.hpp>
#include <starling/distributions/gaussian_process.hpp>
#include <starling/distributions/hidden_markov.hpp>
#include <starling/distributions/linear_gaussian_state_space.hpp>
#include <starling/distributions/multivariate_normal.hpp>
#include <starling/distributions/multivariate_normal_diagonal.hpp>
#include <starling/distributions/poisson.hpp>

#include "support/expect_gradient.hpp"

namespace {

namespace sl = starling;
using doubles = sl::native_pack<double>;

const std::vector<double> start{0.2, 0.5, 0.3}, moves{0.7, 0.2, 0.1, 0.05, 0.8, 0.15, 0.3, 0.3, 0.4}, rates{0.5, 3.0, 9.0};
const std::vector<double> series{1, 0, 4, 7};
const sl::matrix_view<double> transition(moves.data(), 3, 3);

double log_poisson(double k, double rate) { return k * std::log(rate) - rate - std::lgamma(k + 1); }

// The probability of each path of states given the series, by enumeration.
std::map<std::vector<long>, double> paths() {
  std::map<std::vector<long>, double> of;
  double total = 0;
  for (int code = 0; code < 81; ++code) {
    std::vector<long> z;
    for (int t = 0, rest = code; t < 4; ++t, rest /= 3) z.push_back(rest % 3);
    double p = start[static_cast<std::size_t>(z[0])];
    for (std::size_t t = 0; t < 4; ++t) {
      if (t > 0) p *= moves[static_cast<std::size_t>(3 * z[t - 1] + z[t])];
      p *= std::exp(log_poisson(series[t], rates[static_cast<std::size_t>(z[t])]));
    }
    of[z] = p;
    total += p;
  }
  for (auto& [z, p] : of) p /= total;
  return of;
}

// Draws of f(rng, lane) in lanes: f gives a vector or a matrix.
template <class F> std::vector<std::vector<double>> in_lanes(int n, F f) {
  std::vector<std::vector<double>> xs;
  for (int first = 0; first < n; first += doubles::lanes) {
    const sl::arena_scope memory;
    sl::stream<doubles> rng(sl::key(5), static_cast<std::uint64_t>(first));
    rng.visit(0);
    const auto x = f(rng);
    for (int l = 0; l < doubles::lanes; ++l) {
      xs.emplace_back();
      for (const auto& e : x) xs.back().push_back(static_cast<double>(sl::to_real(e)[l]));
    }
  }
  return xs;
}

// Two states of which one is seen; the noise has rank 1 (an integrated walk), so that the covariance of the states is singular at first.
const std::vector<double> mean{0.5, -0.2}, covariance{0, 0, 0, 0.5}, step{1, 1, 0, 1}, noise{0.25, 0.5, 0.5, 1}, seen{1, 0}, seen_noise{0.3};
auto walk(std::size_t n) {
  const auto of = [](const std::vector<double>& v, std::size_t r, std::size_t c) { return sl::matrix_view<double>(v.data(), r, c); };
  return sl::linear_gaussian_state_space(sl::state_space{std::span<const double>(mean), of(covariance, 2, 2), of(step, 2, 2), of(noise, 2, 2), of(seen, 1, 2), of(seen_noise, 1, 1)}, n);
}

}  // namespace

TEST(hidden_markov, draws_states_given_the_series) {
  const sl::hidden_markov d(start, transition, sl::poisson(rates), 4);
  const auto expected = paths();
  const int n = 40000;
  std::map<std::vector<long>, double> found;
  for (const auto& x : in_lanes(n, [&](auto& rng) { return d.draw_states(rng, series); })) ++found[std::vector<long>(x.begin(), x.end())];
  const auto statistic = [&](const auto& of) {
    double total = 0, rare = 0, seen_rare = 0;
    for (const auto& [z, p] : expected) {
      const double seen_here = of.count(z) ? of.at(z) : 0.0;
      if (p * n < 5) rare += p, seen_rare += seen_here;
      else total += (seen_here - n * p) * (seen_here - n * p) / (n * p);
    }
    return total + (seen_rare - n * rare) * (seen_rare - n * rare) / (n * rare);
  };
  EXPECT_LT(statistic(found), 153);  // chi-square of at most 80 degrees of freedom, 1e-6
  // The control: states of another series.
  found.clear();
  const std::vector<double> other{1, 0, 4, 6};
  for (const auto& x : in_lanes(n, [&](auto& rng) { return d.draw_states(rng, other); })) ++found[std::vector<long>(x.begin(), x.end())];
  EXPECT_GT(statistic(found), 153);
  // One lane draws what lane 3 does.
  const sl::arena_scope memory;
  sl::stream<double> one(sl::key(5), 3);
  sl::stream<doubles> many(sl::key(5), 0);
  one.visit(2), many.visit(2);
  const auto z = d.draw_states(one, series);
  const auto zs = d.draw_states(many, series);
  for (std::size_t t = 0; t < 4; ++t) EXPECT_EQ(z[t], static_cast<long>(sl::to_real(zs[t])[3]));
}

TEST(hidden_markov, is_the_sum_over_all_paths_with_densities_given_too) {
  const sl::arena_scope memory;
  double total = 0;
  for (int code = 0; code < 81; ++code) {
    std::size_t z[4];
    for (int t = 0, rest = code; t < 4; ++t, rest /= 3) z[t] = static_cast<std::size_t>(rest % 3);
    double p = start[z[0]];
    for (std::size_t t = 0; t < 4; ++t) p *= (t ? moves[3 * z[t - 1] + z[t]] : 1.0) * std::exp(log_poisson(series[t], rates[z[t]]));
    total += p;
  }
  EXPECT_NEAR(sl::hidden_markov(start, transition, sl::poisson(rates), 4).log_density(series), std::log(total), 1e-13);
  const auto given = [&](const auto& x) {
    using R = std::remove_cvref_t<decltype(x[0])>;
    const sl::vector<R> initial(x.data(), 3);
    const sl::matrix<R> a(x.data() + 3, 3, 3), log_emissions(x.data() + 12, 4, 3);
    return R(sl::hidden_markov_log_density(initial, a, log_emissions));
  };
  std::vector<double> at = start;
  at.insert(at.end(), moves.begin(), moves.end());
  for (const double y : series)
    for (const double rate : rates) at.push_back(log_poisson(y, rate));
  EXPECT_NEAR(given(sl::vector<double>(at.data(), at.size())), std::log(total), 1e-13);
  EXPECT_EQ(gradients::expect_gradient(given, at, "log emissions given"), 24);
  // A state that cannot be, a step that nothing explains, and a thousand steps: no underflow.
  for (std::size_t t = 0; t < 4; ++t) at[12 + 3 * t] = -INFINITY;
  EXPECT_TRUE(std::isfinite(given(sl::vector<double>(at.data(), at.size()))));
  for (std::size_t k = 0; k < 3; ++k) at[12 + k] = -INFINITY;
  EXPECT_EQ(given(sl::vector<double>(at.data(), at.size())), -INFINITY);
  const std::vector<double> many(1000, 30.0);
  EXPECT_NEAR(sl::hidden_markov(std::vector<double>{0, 0, 1}, transition, sl::poisson(rates), 1000).log_density(many), 1000 * log_poisson(30, 9) + 999 * std::log(0.4), 5);
  EXPECT_THROW((void)sl::hidden_markov(start, transition, sl::poisson(std::vector<double>{1, 2}), 4), std::invalid_argument);
  EXPECT_THROW((void)sl::hidden_markov_log_density(sl::vector<double>{1, 0}, sl::matrix<double>(3, 3), sl::matrix<double>(4, 2)), std::invalid_argument);
}

// Of a singular noise, against the dense normal distribution of states and series together.
// A parameter of an emission may depend on two cells, as the second of an ordered pair does.
TEST(hidden_markov, has_derivatives_of_sums_in_its_emissions) {
  const auto density = [&](const auto& low, const auto& gap) {
    using R = std::remove_cvref_t<decltype(low)>;
    sl::vector<R> rate(3);
    rate[0] = low;
    rate[1] = low + gap;
    rate[2] = R(9.0);
    return R(sl::hidden_markov(start, transition, sl::poisson(rate), series.size()).log_density(series));
  };
  sl::tape_scope<double> scope;
  const auto low = scope.variable(0.5), gap = scope.variable(2.5);
  scope.differentiate(density(low, gap));
  const double h = 1e-5;
  EXPECT_NEAR(low.derivative(), (density(0.5 + h, 2.5) - density(0.5 - h, 2.5)) / (2 * h), 1e-7);
  EXPECT_NEAR(gap.derivative(), (density(0.5, 2.5 + h) - density(0.5, 2.5 - h)) / (2 * h), 1e-7);
}

TEST(linear_gaussian_state_space, draws_states_given_the_series) {
  const std::size_t n = 3;
  const auto d = walk(n);
  // x_0, x_1, x_2 as a normal vector of 6 numbers: its covariance from the recursion, then conditioned on each y_t = x_(t, 0) + e one after the other.
  std::vector<std::vector<double>> s(6, std::vector<double>(6));
  std::vector<double> m(6);
  m[0] = mean[0], m[1] = mean[1];
  for (std::size_t i = 0; i < 2; ++i)
    for (std::size_t j = 0; j < 2; ++j) s[i][j] = covariance[2 * i + j];
  for (std::size_t t = 1; t < n; ++t) {
    const auto apply = [&](const auto& v, std::size_t i) { return step[2 * i] * v(0) + step[2 * i + 1] * v(1); };
    for (std::size_t i = 0; i < 2; ++i) {
      m[2 * t + i] = apply([&](std::size_t k) { return m[2 * t - 2 + k]; }, i);
      for (std::size_t j = 0; j < 2 * t; ++j) s[2 * t + i][j] = s[j][2 * t + i] = apply([&](std::size_t k) { return s[2 * t - 2 + k][j]; }, i);
    }
    for (std::size_t i = 0; i < 2; ++i)
      for (std::size_t j = 0; j < 2; ++j) s[2 * t + i][2 * t + j] = apply([&](std::size_t k) { return s[2 * t - 2 + k][2 * t + j]; }, i) + noise[2 * i + j];
  }
  const std::vector<double> y{1.0, -0.5, 2.5};
  double log_density = 0;
  for (std::size_t t = 0; t < n; ++t) {
    const double v = y[t] - m[2 * t], f = s[2 * t][2 * t] + seen_noise[0];
    log_density += -0.5 * v * v / f - 0.5 * std::log(2 * M_PI * f);
    std::vector<double> gain(6);
    for (std::size_t i = 0; i < 6; ++i) gain[i] = s[i][2 * t] / f;
    for (std::size_t i = 0; i < 6; ++i) m[i] += gain[i] * v;
    for (std::size_t i = 0; i < 6; ++i)
      for (std::size_t j = 0; j < 6; ++j) s[i][j] -= gain[i] * gain[j] * f;
  }
  const sl::matrix_view<double> observed(y.data(), n, 1);
  EXPECT_NEAR(d.log_density(observed), log_density, 1e-13);
  const int count = 40000;
  const auto xs = in_lanes(count, [&](auto& rng) { return d.draw_states(rng, observed); });
  for (std::size_t i = 0; i < 6; ++i) {
    double first = 0;
    for (const auto& x : xs) first += (x[i] - m[i]) / count;
    EXPECT_NEAR(first, 0, 5.5 * std::sqrt(s[i][i] / count) + 1e-12) << i;
    for (std::size_t j = 0; j <= i; ++j) {
      double cross = 0;
      for (const auto& x : xs) cross += (x[i] - m[i]) * (x[j] - m[j]) / count;
      EXPECT_NEAR(cross, s[i][j], 5.5 * std::sqrt((s[i][i] * s[j][j] + s[i][j] * s[i][j]) / count) + 1e-10) << i << j;
    }
  }
  const auto wrong = in_lanes(count, [&](auto& rng) { return walk(n).draw_states(rng, sl::matrix_view<double>(std::vector<double>{1.0, -0.4, 2.5}.data(), n, 1)); });
  double off = 0;
  for (const auto& x : wrong) off += (x[2] - m[2]) / count;
  EXPECT_GT(std::abs(off), 5.5 * std::sqrt(s[2][2] / count));
  EXPECT_THROW((void)d.log_density(sl::matrix_view<double>(y.data(), 1, 3)), std::invalid_argument);
}

TEST(gaussian_process, of_a_function_and_of_inputs_with_several_numbers) {
  const sl::arena_scope memory;
  const std::vector<double> in_plane{0, 0, 3, 4, 6, 8}, on_line{0, 5, 10}, y{0.3, -0.2, 0.9};
  const auto kernel = sl::squared_exponential(1.5, 4.0);
  EXPECT_NEAR(sl::gaussian_process(sl::matrix_view<double>(in_plane.data(), 3, 2), kernel, 0.1).log_density(y), sl::gaussian_process(on_line, kernel, 0.1).log_density(y), 1e-13);
  std::vector<double> c(9);
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j) c[3 * i + j] = 2.25 * std::exp(-std::pow(on_line[i] - on_line[j], 2) / 32) * (i == j ? 1 + 1e-8 : 1);
  const std::vector<double> zeros(3);
  const sl::multivariate_normal dense(zeros, sl::matrix_view<double>(c.data(), 3, 3));
  const sl::gaussian_process latent(on_line, kernel);
  EXPECT_NEAR(latent.log_density(y), dense.log_density(y), 1e-12);
  // As many inputs as one likes, close together.
  std::vector<double> close(60);
  for (std::size_t i = 0; i < close.size(); ++i) close[i] = 0.05 * static_cast<double>(i);
  const auto drawn = sl::draw(sl::gaussian_process(close, kernel), sl::key(1), 1);
  for (const double f : drawn[0]) EXPECT_TRUE(std::isfinite(f));
}

TEST(multivariate_normal_diagonal, is_normal_with_vectors) {
  const std::vector<double> m{1, 2}, s{0.5, 3}, x{0, 1};
  EXPECT_EQ(sl::multivariate_normal_diagonal(m, s).log_density(x), sl::normal(1, 0.5).log_density(0.0) + sl::normal(2, 3).log_density(1.0));
}

TEST(neighbourhood, names_what_is_wrong) {
  EXPECT_THROW(sl::neighbourhood(3, {{0, 1}, {1, 3}}), std::invalid_argument);
  EXPECT_THROW(sl::neighbourhood(2, {{0, 1}, {1, 1}}), std::invalid_argument);
  EXPECT_THROW(sl::neighbourhood(2, {{0, 1}, {1, 0}}), std::invalid_argument);
  EXPECT_THROW(sl::neighbourhood(3, {{0, 1}}), std::invalid_argument);
  const sl::neighbourhood pair(2, {{1, 0}});
  EXPECT_NEAR(pair.eigenvalues()[0], -1, 1e-14);
  EXPECT_NEAR(pair.eigenvalues()[1], 1, 1e-14);
}
