// One step of each gradient kernel, from exact draws, leaves their distribution unchanged: a rank test with a false alarm of 1e-6.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include <starling/inference/kernels/barker.hpp>
#include <starling/inference/kernels/hmc.hpp>
#include <starling/inference/kernels/mala.hpp>
#include <starling/inference/kernels/nuts.hpp>
#include <starling/inference/run_gradient.hpp>
#include <starling/random/stream.hpp>

#include "closed_form_targets.hpp"

namespace sl = starling;
namespace kernels = sl::kernels;

namespace {

// log x of x ~ gamma(2, 1), twice: skewed, and what the sum of the x is distributed like is known too.
constexpr closed_form::log_gamma target{2, 2.0};
constexpr std::size_t chains = 40'000;

std::vector<double> exact_draws(double power = 1) {
  std::vector<double> q(chains * 2);
  for (std::size_t c = 0; c < chains; ++c) {
    sl::stream<double> numbers(sl::key(77), c);
    for (std::uint32_t i = 0; i < 2; ++i) {
      numbers.visit(2 * i);
      const double first = numbers.exponential();
      numbers.visit(2 * i + 1);
      q[2 * c + i] = power * std::log(first + numbers.exponential());
    }
  }
  return q;
}

// Kolmogorov and Smirnov's distance of numbers that should be uniform, times √n: above 2.7 with probability 2 exp(−2 · 2.7²) < 1e-6.
double distance(std::vector<double> u) {
  std::sort(u.begin(), u.end());
  const auto n = static_cast<double>(u.size());
  double d = 0;
  for (std::size_t i = 0; i < u.size(); ++i)
    d = std::max({d, std::abs(u[i] - static_cast<double>(i) / n), std::abs(u[i] - static_cast<double>(i + 1) / n)});
  return d * std::sqrt(n);
}

// The worst of: each element; the sum of the x, gamma(4, 1); the share of the first in it, beta(2, 2).
double worst(const std::vector<double>& q) {
  std::vector<double> a, b, sum, share;
  const auto gamma_2 = [](double x) { return 1 - std::exp(-x) * (1 + x); };
  for (std::size_t c = 0; c < q.size() / 2; ++c) {
    const double x = std::exp(q[2 * c]), y = std::exp(q[2 * c + 1]), s = x + y, r = x / s;
    a.push_back(gamma_2(x));
    b.push_back(gamma_2(y));
    sum.push_back(1 - std::exp(-s) * (1 + s * (1 + s / 2 * (1 + s / 3))));
    share.push_back(r * r * (3 - 2 * r));
  }
  return std::max({distance(a), distance(b), distance(sum), distance(share)});
}

double after_one_step(const kernels::gradient_kernel& k, const std::vector<double>& starts) {
  const closed_form::identity_view view(2);
  const auto r = sl::run_gradient(k, sl::target::of<sl::native_pack<double>>(target), view, {.chains = chains, .draws = 1, .warmup = 0}, sl::key(5), {.starts = starts});
  return worst(r.posterior["x"].values);
}

}  // namespace

TEST(gradient_stationarity, exact_draws_are_exact_and_others_are_seen) {
  EXPECT_LT(worst(exact_draws()), 2.7);
  EXPECT_GT(worst(exact_draws(1.03)), 2.7) << "the negative control: scales off by 3 %";
}

TEST(gradient_stationarity, nuts) {
  const auto starts = exact_draws();
  for (const double step : {0.15, 0.5, 1.2, 2.0}) EXPECT_LT(after_one_step(kernels::nuts({.step_size = step}), starts), 2.7) << step;
  EXPECT_LT(after_one_step(kernels::nuts({.max_depth = 2, .step_size = 0.3}), starts), 2.7) << "cut short";
  EXPECT_LT(after_one_step(kernels::nuts({.step_size = 0.5, .jitter = 0.9}), starts), 2.7);
  EXPECT_LT(after_one_step(kernels::nuts({.step_size = 0.4, .inverse_metric = {2, 0.3}}), starts), 2.7);
  EXPECT_LT(after_one_step(kernels::nuts({.step_size = 0.4, .inverse_metric = {2, 0.8, 0.8, 1}}), starts), 2.7);
}

TEST(gradient_stationarity, hmc_and_mala) {
  const auto starts = exact_draws();
  EXPECT_LT(after_one_step(kernels::hmc({.steps = 5, .step_size = 0.5}), starts), 2.7);
  EXPECT_LT(after_one_step(kernels::hmc({.steps = 3, .jitter = 0.9, .step_size = 1.0}), starts), 2.7);
  EXPECT_LT(after_one_step(kernels::hmc({.jitter = 0.9, .step_size = 0.4, .integration_time = 1.5}), starts), 2.7);
  EXPECT_LT(after_one_step(kernels::hmc({.steps = 4, .step_size = 0.4, .inverse_metric = {2, 0.8, 0.8, 1}}), starts), 2.7);
  EXPECT_LT(after_one_step(kernels::mala({.step_size = 1.0}), starts), 2.7);
  EXPECT_LT(after_one_step(kernels::mala({.step_size = 0.6, .inverse_metric = {2, 0.8, 0.8, 1}}), starts), 2.7);
}

TEST(gradient_stationarity, barker) {
  const auto starts = exact_draws();
  for (const double step : {0.5, 1.5}) EXPECT_LT(after_one_step(kernels::barker({.step_size = step}), starts), 2.7) << step;
  EXPECT_LT(after_one_step(kernels::barker({.step_size = 0.8, .inverse_metric = {2, 0.3}}), starts), 2.7);
  EXPECT_LT(after_one_step(kernels::barker({.step_size = 0.8, .inverse_metric = {2, 0.8, 0.8, 1}}), starts), 2.7);
}
