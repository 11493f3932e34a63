// Longer runs of the kernels that follow a gradient.
#include <gtest/gtest.h>

#include <cmath>

#include <starling/inference/kernels/barker.hpp>
#include <starling/inference/kernels/hmc.hpp>
#include <starling/inference/kernels/mala.hpp>
#include <starling/inference/kernels/nuts.hpp>
#include <starling/inference/laplace.hpp>

#include "gradient_fits.hpp"

using namespace gradient_fits;

namespace {

const closed_form::gaussian scaled{{1, -2, 100, 0, 0.5}, {0.1, 1, 10, 100, 1}, 0.6};
const closed_form::gaussian milder{{1, -2, 5, 0, 0.5}, {0.3, 1, 3, 2, 1}, 0.6};  // for kernels of one step, which find scales slowly
constexpr double digamma_2 = 0.42278433509846714, trigamma_2 = 0.6449340668482264;

}  // namespace

TEST(gradient_kernels, others_find_it_too) {
  for (const auto metric : {metric_kind::diag_e, metric_kind::dense_e, metric_kind::fisher_diag_e, metric_kind::low_rank_e}) {
    const sl::run_options o{.chains = 16, .draws = 4000};
    expect_moments(fit(kernels::hmc({.steps = 5, .metric = metric}), scaled, o), scaled.mean, scaled.scale, "hmc");
    expect_moments(fit(kernels::hmc({.steps = 8, .jitter = 0.5, .metric = metric}), scaled, o), scaled.mean, scaled.scale, "jittered hmc");
    expect_moments(fit(kernels::mala({.metric = metric}), milder, o), milder.mean, milder.scale, "mala");
    expect_moments(fit(kernels::barker({.metric = metric}), milder, o), milder.mean, milder.scale, "barker");
  }
}

TEST(gradient_kernels, skewed_targets) {
  const closed_form::log_gamma skewed{3, 2.0};
  const std::vector<double> mean(3, digamma_2), sd(3, std::sqrt(trigamma_2));
  const sl::run_options o{.chains = 16, .draws = 4000};
  expect_moments(fit(kernels::nuts(), skewed, o), mean, sd, "nuts");
  expect_moments(fit(kernels::hmc({.steps = 4, .jitter = 0.3}), skewed, o), mean, sd, "hmc");
  expect_moments(fit(kernels::mala(), skewed, o), mean, sd, "mala");
  expect_moments(fit(kernels::barker(), skewed, o), mean, sd, "barker");
}

// Logistic regression against an oracle of another kind: Laplace's approximation with importance weights.
TEST(gradient_kernels, logistic_regression_agrees_with_importance_sampling) {
  const closed_form::logistic f(200, 4);
  const closed_form::identity_view view(4);
  const auto t = sl::target::of<pack>(f);
  const auto exact = sl::summarise(sl::laplace(t, sl::maximize(t, {}, sl::key(1))[0], view, {.draws = 200'000, .weighted = true}, sl::key(2)));
  for (const auto metric : all_metrics) {
    const auto rows = sl::summarise(fit(kernels::nuts({.metric = metric}), f, {.chains = 8, .draws = 2000}));
    for (std::size_t i = 0; i < 4; ++i) {
      EXPECT_LT(rows[i].r_hat, 1.01);
      EXPECT_LT(exact[i].mcse_mean, rows[i].mcse_mean);
      EXPECT_NEAR(rows[i].mean, exact[i].mean, 5 * std::hypot(rows[i].mcse_mean, exact[i].mcse_mean)) << i;
      EXPECT_NEAR(rows[i].sd, exact[i].sd, 5 * rows[i].mcse_sd + 0.01 * exact[i].sd) << i;
    }
  }
}

// Fifty strongly correlated elements: the metrics that see correlations need fewer gradients.
TEST(gradient_kernels, correlations_in_many_dimensions) {
  const std::size_t d = 50;
  closed_form::gaussian f{std::vector<double>(d), std::vector<double>(d), 0.95};
  for (std::size_t i = 0; i < d; ++i) f.scale[i] = std::exp(0.1 * static_cast<double>(i % 40));
  const auto steps = [](const sl::result& r) {
    double sum = 0;
    for (const double n : r.sample_stats["n_steps"].values) sum += n;
    return sum / static_cast<double>(r.sample_stats["n_steps"].values.size());
  };
  std::vector<double> cost;
  for (const auto metric : {metric_kind::diag_e, metric_kind::fisher_diag_e, metric_kind::dense_e, metric_kind::low_rank_e}) {
    const auto r = fit(kernels::nuts({.metric = metric}), f, {.chains = 8, .draws = 2000});
    expect_moments(r, f.mean, f.scale, "metric " + std::to_string(static_cast<int>(metric)));
    cost.push_back(steps(r));
  }
  EXPECT_LT(cost[2], 0.6 * cost[0]);
  EXPECT_LT(cost[3], 0.6 * cost[1]);
}
