// The parts of the warm-up: windows, dual averaging, estimates of the metric.
#include <gtest/gtest.h>

#include <cmath>

#include "inference/adaptations/dual_averaging.hpp"
#include "inference/adaptations/low_rank.hpp"
#include "inference/adaptations/metric_adaptation.hpp"
#include <starling/random/stream.hpp>

#include "closed_form_targets.hpp"

namespace sl = starling;
using namespace sl::adaptations;
using sl::kernels::metric_kind;
using sl::trajectories::metric;

namespace {

std::vector<std::size_t> ends_of(std::size_t warmup, const sl::kernels::warmup_lengths& lengths = {}) {
  warmup_windows w(warmup, lengths);
  std::vector<std::size_t> ends;
  for (std::size_t s = 0; s < warmup; ++s)
    if (w.ends(s)) ends.push_back(s);
  return ends;
}

double number(std::uint64_t step, std::uint32_t i) {
  sl::stream<double> numbers(sl::fold_in(sl::key(3), step));
  numbers.visit(i);
  return numbers.normal();
}

}  // namespace

TEST(warmup_windows, are_stans) {
  // By Stan's own code, stan/mcmc/windowed_adaptation.hpp.
  EXPECT_EQ(ends_of(1000), (std::vector<std::size_t>{99, 149, 249, 449, 949}));
  EXPECT_EQ(ends_of(2000), (std::vector<std::size_t>{99, 149, 249, 449, 849, 1949}));
  EXPECT_EQ(ends_of(500), (std::vector<std::size_t>{99, 149, 249, 449}));
  EXPECT_EQ(ends_of(100), (std::vector<std::size_t>{89}));
  EXPECT_EQ(ends_of(20), (std::vector<std::size_t>{17}));
  EXPECT_EQ(ends_of(19), (std::vector<std::size_t>{}));
  EXPECT_EQ(ends_of(1000, {.initial_buffer = 10, .window = 50, .term_buffer = 100}), (std::vector<std::size_t>{59, 159, 359, 899}));
  EXPECT_EQ(ends_of(1000, {.initial_buffer = 0, .window = 1000, .term_buffer = 0}), (std::vector<std::size_t>{999}));
  EXPECT_EQ(ends_of(100, {.initial_buffer = 20, .window = 80, .term_buffer = 1}), (std::vector<std::size_t>{89})) << "longer than the warm-up";
  const warmup_windows w(1000);
  EXPECT_FALSE(w.collects(74));
  EXPECT_TRUE(w.collects(75));
  EXPECT_TRUE(w.collects(949));
  EXPECT_FALSE(w.collects(950));
}

TEST(dual_averaging, finds_the_step_size_with_the_acceptance_wanted) {
  for (const double wanted : {0.6, 0.8, 0.95}) {
    dual_averaging a(wanted);
    a.restart(1.0);
    for (std::uint64_t s = 0; s < 2000; ++s) {
      // Acceptance exp(−h), with noise.
      const double noise = 0.05 * number(s, 0);
      a.learn(std::min(1.0, std::max(0.0, std::exp(-a.step()) + noise)));
    }
    EXPECT_NEAR(std::exp(-a.mean_step()), wanted, 0.01);
  }
}

TEST(welford, is_the_sample_covariance) {
  welford w(2, true), diagonal(2, false);
  const double x[3][2] = {{1, 5}, {2, 3}, {6, 1}};
  for (const auto& row : x) {
    w.add(row);
    diagonal.add(row);
  }
  EXPECT_NEAR(w.variance()[0], 7, 1e-12);
  EXPECT_NEAR(w.variance()[1], -5, 1e-12);
  EXPECT_NEAR(w.variance()[2], -5, 1e-12);
  EXPECT_NEAR(w.variance()[3], 4, 1e-12);
  EXPECT_NEAR(diagonal.variance(0), 7, 1e-12);
  EXPECT_NEAR(diagonal.variance()[1], 4, 1e-12);
}

TEST(metric_adaptation, shrinks_as_stan_does) {
  metric_adaptation a(metric_kind::diag_e, 1, 20, false);  // one window: steps 3 … 17
  auto m = metric::unit(1);
  for (std::size_t s = 0; s < 20; ++s) {
    const double q = s % 2 == 0 ? 1 : 3, g = 0;
    const auto change = a.learn(s, {0, 0}, &q, &g, m);
    EXPECT_EQ(change == metric_adaptation::changes::replaced, s == 17);
  }
  const double n = 15, variance = (7 * (1 - 31.0 / 15) * (1 - 31.0 / 15) + 8 * (3 - 31.0 / 15) * (3 - 31.0 / 15)) / 14;
  EXPECT_NEAR(m.variances()[0], n / (n + 5) * variance + 1e-3 * 5 / (n + 5), 1e-12);
}

TEST(metric_adaptation, draws_and_gradients_give_a_gaussians_scales_at_once) {
  // Of a Gaussian, gradients are −x/σ²: whatever the draws, sqrt(var(x)/var(g)) = σ².
  metric_adaptation a(metric_kind::fisher_diag_e, 2, 100, false);
  auto m = metric::unit(2);
  for (std::size_t s = 0; s < 4; ++s) {
    const double q[2] = {10 * number(s, 0), 0.1 * number(s, 1)}, g[2] = {-q[0] / 100, -q[1] / 0.01};
    const auto change = a.learn(s, {0, 0}, q, g, m);
    EXPECT_EQ(change, s < 2 ? metric_adaptation::changes::none : s == 2 ? metric_adaptation::changes::replaced
                                                                        : metric_adaptation::changes::renewed);
  }
  EXPECT_NEAR(m.variances()[0], 100, 1e-10);
  EXPECT_NEAR(m.variances()[1], 0.01, 1e-14);
}

TEST(metric_adaptation, stops_before_the_end_of_the_warm_up) {
  for (const auto kind : {metric_kind::diag_e, metric_kind::dense_e, metric_kind::fisher_diag_e, metric_kind::low_rank_e}) {
    metric_adaptation a(kind, 2, 1000, false);
    auto m = metric::unit(2);
    std::size_t last = 0;
    for (std::size_t s = 0; s < 1000; ++s) {
      const double q[2] = {number(s, 0), number(s, 1)}, g[2] = {-q[0], -q[1]};
      if (a.learn(s, {0, 0}, q, g, m) != metric_adaptation::changes::none) last = s;
    }
    EXPECT_GT(last, 800u);
    EXPECT_LT(last, 950u);
  }
}

// x = z + 5 (u·z) u: variance 36 along u, 1 across. What the metric makes of n draws and gradients along u, and across it.
struct seen {
  double along, across;
};
seen spiked(std::size_t d, std::size_t n) {
  std::vector<double> u(d), rows;
  for (std::size_t i = 0; i < d; ++i) u[i] = (i % 2 == 0 ? 1 : -1) / std::sqrt(static_cast<double>(d));
  for (std::size_t s = 0; s < n; ++s) {
    std::vector<double> x(d);
    double along = 0;
    for (std::size_t i = 0; i < d; ++i) along += u[i] * (x[i] = number(s, static_cast<std::uint32_t>(i)));
    for (std::size_t i = 0; i < d; ++i) x[i] += 5 * along * u[i];
    rows.insert(rows.end(), x.begin(), x.end());
    for (std::size_t i = 0; i < d; ++i) rows.push_back(-(x[i] - (1 - 1 / 36.0) * 6 * along * u[i]));
  }
  const auto m = low_rank_metric(rows, n, std::vector<double>(d, 1.0));
  EXPECT_TRUE(m.valid());
  std::vector<double> v(d), across(d), w(d);
  m.velocity(u.data(), v.data());
  across[0] = across[1] = std::sqrt(0.5);
  m.velocity(across.data(), w.data());
  seen r{0, 0};
  for (std::size_t i = 0; i < d; ++i) {
    r.along += u[i] * v[i];
    r.across += across[i] * w[i];
  }
  return r;
}

TEST(metric_adaptation, the_step_size_is_found_anew_when_the_metric_is_final) {
  metric_adaptation a(metric_kind::fisher_diag_e, 1, 100, false);
  auto m = metric::unit(1);
  std::vector<std::size_t> replaced;
  for (std::size_t s = 0; s < 100; ++s) {
    const double q = number(s, 0), g = -q;
    if (a.learn(s, {0, 0}, &q, &g, m) == metric_adaptation::changes::replaced) replaced.push_back(s);
  }
  EXPECT_EQ(replaced, (std::vector<std::size_t>{2, 84}));
}

TEST(low_rank_metric, is_exact_for_a_gaussian_where_draws_span_the_space) {
  const auto r = spiked(10, 40);
  EXPECT_NEAR(r.along, 36, 0.01);
  EXPECT_NEAR(r.across, 1, 0.01);
}

TEST(low_rank_metric, few_draws_in_many_dimensions_help_already) {
  const auto r = spiked(40, 12);
  EXPECT_GT(r.along, 5);
  EXPECT_NEAR(r.across, 1, 0.3);
}

TEST(metric_adaptation, forgets_what_it_learned_before_a_climb) {
  for (const auto kind : {metric_kind::fisher_diag_e, metric_kind::low_rank_e}) {
    metric_adaptation a(kind, 2, 1000, false);
    auto m = metric::unit(2);
    for (std::size_t s = 0; s < 400; ++s) {  // a plateau: wide, with next to no slope
      const double q[2] = {1000 * number(s, 0), 1000 * number(s, 1)}, g[2] = {-1e-6 * q[0], -1e-6 * q[1]};
      a.learn(s, {-1000, -1000}, q, g, m);
    }
    EXPECT_NEAR(m.marginal_variances()[0], 1e6, 1e4);
    const double top[2] = {5, 0}, slope[2] = {-4, 100};
    EXPECT_EQ(a.learn(400, {-1000, 0}, top, slope, m), metric_adaptation::changes::replaced);
    EXPECT_NEAR(m.marginal_variances()[0], 0.25, 1e-12);
    EXPECT_NEAR(m.marginal_variances()[1], 0.01, 1e-12);
    for (std::size_t s = 401; s < 460; ++s) {
      const double q[2] = {number(s, 0), 0.1 * number(s, 1)}, g[2] = {-q[0], -100 * q[1]};
      EXPECT_TRUE(s != 401 || a.learn(s, {0, 10}, q, g, m) == metric_adaptation::changes::none);  // 10 nats are no climb
      if (s != 401) a.learn(s, {0, 0}, q, g, m);
    }
    EXPECT_NEAR(m.marginal_variances()[0], 1, 0.01);
    EXPECT_NEAR(m.marginal_variances()[1], 0.01, 1e-4);
  }
}

TEST(metric_adaptation, a_climb_on_a_normal_gives_its_scales) {
  metric_adaptation a(metric_kind::low_rank_e, 2, 1000, false);
  auto m = metric::unit(2);
  const auto lp = [](const double* q) { return -0.5 * (q[0] * q[0] + 1e12 * q[1] * q[1]); };
  const double from[2] = {1, 1}, to[2] = {0.5, 1e-3}, g_from[2] = {-1, -1e12}, g_to[2] = {-0.5, -1e9};
  a.learn(0, {lp(from), lp(from)}, from, g_from, m);
  a.learn(1, {lp(from), lp(to)}, to, g_to, m);
  EXPECT_NEAR(m.marginal_variances()[0], 1, 1e-9);
  EXPECT_NEAR(m.marginal_variances()[1] * 1e12, 1, 1e-9);  // the slope there would say 1e-9
}

TEST(metric_adaptation, elements_that_move_by_rounding_take_the_slope) {
  for (const auto kind : {metric_kind::fisher_diag_e, metric_kind::low_rank_e}) {
    metric_adaptation a(kind, 2, 1000, false);
    auto m = metric::unit(2);
    for (std::size_t s = 0; s < 20; ++s) {
      // Element 1 stays but for rounding while its slope varies with element 0: sqrt(var/var) would keep it there.
      const double q[2] = {number(s, 0), 1e3 * (1 + 2e-16 * static_cast<double>(s % 2))}, g[2] = {-q[0], 4 + q[0]};
      a.learn(s, {0, 0}, q, g, m);
    }
    EXPECT_GT(m.marginal_variances()[1], 0.1);
    EXPECT_LT(m.marginal_variances()[1], 1.0);
  }
}

TEST(metric_adaptation, low_rank_is_doubted_where_the_gradients_are_no_normals) {
  for (const bool funnel : {false, true})
    for (const std::size_t diverges : {100u, 500u, 2000u}) {
      metric_adaptation a(metric_kind::low_rank_e, 3, 1000, false);
      auto m = metric::unit(3);
      std::size_t last = 0;
      for (std::size_t s = 0; s < 1000; ++s) {
        const double v = number(s, 0), scale = funnel ? std::exp(v) : 1.0, along = scale * number(s, 1), across = scale * number(s, 2);
        const double q[3] = {v, along + across, along - across};
        const double p[2] = {-0.5 * (q[1] + q[2]) / (2 * scale * scale), -0.5 * (q[1] - q[2]) / (2 * scale * scale)};
        const double squares = (along * along + across * across) / (scale * scale);
        const double g[3] = {-v + (funnel ? squares - 2 : 0.0), p[0] * 1.0 + p[1] * 1.0, p[0] - p[1]};
        if (a.learn(s, {0, 0, s == diverges}, q, g, m) == metric_adaptation::changes::replaced) last = s;
      }
      EXPECT_EQ(a.wants_care(), funnel && diverges == 500);  // earlier divergences are those of a metric that was not known yet
      EXPECT_EQ(last, funnel ? 949 : 849);
      EXPECT_EQ(m.kind() == metric::kinds::diagonal, funnel);
    }
}

TEST(metric_adaptation, once_in_doubt_the_last_metric_is_of_the_draws_since) {
  for (const std::size_t warmup : {1000u, 200u}) {
    metric_adaptation a(metric_kind::low_rank_e, 1, warmup, false);
    auto m = metric::unit(1);
    std::vector<std::size_t> replaced;
    welford since(1, false), all(1, false);
    for (std::size_t s = 0; s < warmup; ++s) {
      const bool in_doubt = !replaced.empty() && replaced.back() >= warmup * 45 / 100;
      const double q = (in_doubt ? 10 : 1) * number(s, 0), g = -q * q * q;
      if (s < warmup * 95 / 100) {
        all.add(&q);
        if (in_doubt) since.add(&q);
      }
      if (a.learn(s, {0, 0}, &q, &g, m) == metric_adaptation::changes::replaced) replaced.push_back(s);
    }
    ASSERT_GE(replaced.size(), 2u);
    EXPECT_EQ(replaced.back(), warmup * 95 / 100 - 1);
    EXPECT_GE(replaced[replaced.size() - 2], warmup * 45 / 100);
    if (warmup == 1000) EXPECT_NEAR(m.marginal_variances()[0] / since.variance(0), 1, 1e-12);
    else EXPECT_LT(m.marginal_variances()[0], 0.9 * since.variance(0));  // too few draws are left: those before count too
  }
}
