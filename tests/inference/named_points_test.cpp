// Points by name: where chains start, log densities and gradients there, the warm-up that was kept.
#include <starling/distributions/gamma.hpp>
#include <starling/distributions/flat.hpp>
#include <starling/distributions/normal.hpp>
#include <starling/inference/evaluate.hpp>
#include <starling/inference/free_points.hpp>
#include <starling/inference/init.hpp>
#include <starling/inference/kernels/nuts.hpp>
#include <starling/inference/predictive_checks.hpp>
#include <starling/inference/posterior_gradient.hpp>
#include <starling/inference/run.hpp>
#include <starling/models/posterior.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace sl = starling;

namespace {

constexpr auto model = sl::gen([](auto& trace) {
  const auto mean = trace("mean", sl::normal(0.0, 2.0));
  const auto rate = trace("rate", sl::gamma(3.0, 2.0));
  trace("y", sl::normal(mean, 1.0));
  trace("z", sl::normal(rate, 1.0));
});
auto posterior() { return sl::posterior(model, sl::args(), sl::observe("y", 0.5), sl::observe("z", 1.0)); }

double log_normal(double x, double mean, double sd) { return -0.5 * std::pow((x - mean) / sd, 2) - std::log(sd) - 0.5 * std::log(2 * M_PI); }
// log p(mean, rate, y, z) by hand: gamma(3, 2) has the density 2³ x² e^(−2x) / Γ(3).
double log_joint(double mean, double rate) {
  return log_normal(mean, 0, 2) + 3 * std::log(2.0) + 2 * std::log(rate) - 2 * rate - std::log(2.0) + log_normal(0.5, mean, 1) + log_normal(1.0, rate, 1);
}
constexpr sl::run_options still{.chains = 2, .draws = 1, .warmup = 0};
const sl::kernels::nuts tiny({.step_size = 1e-12});   // stays where it starts: 1023 steps at momenta below 10 are 1e-8

template <class V>
using density_of = sl::unconstrained_posterior<V, decltype(posterior())>;

// −x²/2 with a gradient that is wrong for the second number.
struct wrong_gradient {
  std::size_t dimension() const { return 2; }
  double log_density_and_gradient(const double* q, double* gradient) const {
    gradient[0] = -q[0];
    gradient[1] = -1.001 * q[1];
    return -0.5 * (q[0] * q[0] + q[1] * q[1]);
  }
};

}  // namespace

TEST(named_starts, are_where_chains_begin) {
  const std::vector<sl::choice_map> starts = {{{"mean", 1.25}, {"rate", 0.75}}, {{"rate", 2.5}, {"mean", -3.0}}};
  const auto r = sl::run(tiny, posterior(), still, sl::key(1), {.starts = starts});
  EXPECT_NEAR(r.posterior["mean"].values[0], 1.25, 1e-8);
  EXPECT_NEAR(r.posterior["rate"].values[0], 0.75, 1e-8);
  EXPECT_NEAR(r.posterior["mean"].values[1], -3.0, 1e-8);
  EXPECT_NEAR(r.posterior["rate"].values[1], 2.5, 1e-8);
}

TEST(named_starts, leave_the_rest_to_the_kernel) {
  const std::vector<sl::choice_map> starts = {{{"rate", 2.5}}};   // one for all chains
  const auto r = sl::run(tiny, posterior(), still, sl::key(1), {.starts = starts});
  const auto& mean = r.posterior["mean"].values;
  for (std::size_t c = 0; c < 2; ++c) EXPECT_NEAR(r.posterior["rate"].values[c], 2.5, 1e-8);
  EXPECT_NE(mean[0], mean[1]);
  for (const double m : mean) EXPECT_LT(std::abs(m), 2);
}

TEST(named_starts, that_are_no_latents_are_refused) {
  const auto refusal = [](std::vector<sl::choice_map> starts) {
    try {
      sl::run(tiny, posterior(), still, sl::key(1), {.starts = starts});
    } catch (const std::invalid_argument& e) {
      return std::string(e.what());
    }
    return std::string();
  };
  EXPECT_NE(refusal({{{"mu", 1.0}}}).find("no latent"), std::string::npos);
  EXPECT_NE(refusal({{{"y", 1.0}}}).find("no latent"), std::string::npos);
  EXPECT_NE(refusal({{{"mean", {1.0, 2.0}}}}).find("another shape"), std::string::npos);
  EXPECT_NE(refusal({{}, {}, {}}).find("3 starting points for 2 chains"), std::string::npos);
}

TEST(named_starts, may_be_draws_from_the_prior) {
  const auto post = posterior();
  const auto starts = sl::init::prior(post, 2, sl::key(7));
  ASSERT_EQ(starts.size(), 2u);
  EXPECT_EQ(starts[0].size(), 2u);   // what is observed is not among them
  EXPECT_NE(starts[0]["mean"], starts[1]["mean"]);
  const auto r = sl::run(tiny, post, still, sl::key(1), {.starts = starts});
  for (std::size_t c = 0; c < 2; ++c) EXPECT_NEAR(r.posterior["rate"].values[c], starts[c]["rate"], 1e-8);
}

TEST(observations, of_several_variables_are_joined) {
  EXPECT_EQ(posterior().observations(), (sl::choice_map{{"y", 0.5}, {"z", 1.0}}));
}

TEST(predictive_checks, count_predictions_above_the_observation) {
  sl::result fit;
  fit.observed_data = {{"y", {2}, {1.0, 3.0}}, {"z", {}, {5.0}}, {"unseen", {}, {0.0}}};
  fit.posterior_predictive = {1, 4, {{"y", {2}, {0, 1, 2, 4, 1, 3, 5, 7}}, {"z", {}, {5, 6, 7, 4}}}};
  const auto checks = sl::predictive_checks(fit);
  ASSERT_EQ(checks.size(), 5u);
  EXPECT_EQ(checks[0].statistic, "mean");   // 0.5, 3, 2, 6 beside 2
  EXPECT_EQ(checks[0].observed, 2.0);
  EXPECT_EQ(checks[0].predicted, 11.5 / 4);
  EXPECT_EQ(checks[0].p, 2.5 / 4);
  EXPECT_EQ(checks[3].p, 2.5 / 4);          // largest: 1, 4, 3, 7 beside 3
  EXPECT_EQ(checks[4].name, "z");
  EXPECT_EQ(checks[4].p, 2.5 / 4);
  fit.log_weights = {0, -1000, -1000, -1000};
  EXPECT_EQ(sl::predictive_checks(fit)[4].p, 0.5);
}

TEST(log_densities, are_those_of_the_closed_form) {
  const auto post = posterior();
  const density_of<sl::gradient_pack> density(post);
  sl::draws at{1, 3, {{"rate", {}, {0.5, 1.0, 2.0}}, {"mean", {}, {0.0, 1.0, -1.0}}}};
  const auto points = sl::free_points_of_draws(density, at);
  const sl::choices_density<density_of<sl::gradient_pack>> choices{density};
  const auto names = sl::names_of_free_numbers(density);
  const auto free = sl::log_densities(sl::target_of(density), names, points), plain = sl::log_densities(sl::target_of(choices), names, points);
  for (std::size_t i = 0; i < 3; ++i) {
    const double mean = at["mean"].values[i], rate = at["rate"].values[i];
    // The free number of rate is its logarithm: the density has rate as a factor, derivatives too. Constants may be missing, the same at all points.
    EXPECT_NEAR(plain.sample_stats["lp"].values[i] - plain.sample_stats["lp"].values[0], log_joint(mean, rate) - log_joint(0.0, 0.5), 1e-12);
    EXPECT_NEAR(free.sample_stats["lp"].values[i] - plain.sample_stats["lp"].values[i], std::log(rate), 1e-12);
    EXPECT_NEAR(free.posterior["g_mean"].values[i], -mean / 4 + (0.5 - mean), 1e-12);
    EXPECT_NEAR(free.posterior["g_rate"].values[i], rate * (2 / rate - 2 + (1.0 - rate)) + 1, 1e-12);
  }
}

TEST(free_numbers, have_names_and_gaps) {
  constexpr auto shares = sl::gen([](auto& trace) {
    const auto w = trace("w", sl::flat(sl::simplex{3}));
    trace({"x", 0}, sl::normal(w[0], 1.0));
    trace({"x", 1}, sl::normal(0.0, 1.0));
  });
  const sl::posterior post(shares, sl::args(), sl::choice_map());
  const sl::unconstrained_posterior<double, std::remove_const_t<decltype(post)>> density(post);
  EXPECT_EQ(sl::names_of_free_numbers(density).slot_names(), (std::vector<std::string>{"w[0]", "w[1]", "x[0]", "x[1]"}));
  const std::vector<sl::choice_map> maps = {{{{"x", 1}, 0.5}}, {{"w", {0.2, 0.3, 0.5}}, {{"x", 0}, -1.0}}};
  const auto points = sl::free_points_of_maps(density, std::span(maps));
  const auto isnan = [&](std::size_t i) { return std::isnan(points[i]); };
  EXPECT_TRUE(isnan(0) && isnan(1) && isnan(2));
  EXPECT_EQ(points[3], 0.5);
  EXPECT_FALSE(isnan(4) || isnan(5));
  EXPECT_EQ(points[6], -1.0);
  EXPECT_TRUE(isnan(7));
}

TEST(test_gradient, passes_what_is_right_and_names_what_is_wrong) {
  const auto post = posterior();
  const density_of<double> density(post);
  const auto names = sl::names_of_free_numbers(density);
  const double nan = std::nan("");
  const auto right = sl::test_gradient(sl::target_of(density), names, {nan, nan}, {}, sl::key(1));
  EXPECT_TRUE(right.passed());
  for (const auto& row : right.rows) EXPECT_NEAR(row.derivative, row.difference, 1e-8) << row.name;
  const wrong_gradient bad;
  const auto wrong = sl::test_gradient(sl::target::of<double>(bad), names, {1.0, 1.0}, {}, sl::key(1));
  EXPECT_FALSE(wrong.passed());
  EXPECT_TRUE(wrong.rows[0].agrees);
  EXPECT_FALSE(wrong.rows[1].agrees);
  EXPECT_EQ(wrong.rows[1].name, "rate");
}

TEST(save_warmup, keeps_the_steps_before_the_draws) {
  const sl::run_options o{.chains = 3, .draws = 20, .warmup = 50, .save_warmup = true};
  const auto r = sl::run(sl::kernels::nuts(), posterior(), o, sl::key(1));
  EXPECT_EQ(r.warmup_posterior.chains, 3u);
  EXPECT_EQ(r.warmup_posterior.draws, 50u);
  ASSERT_EQ(r.warmup_posterior["mean"].values.size(), 150u);
  // The first step size is not the last.
  const auto& steps = r.warmup_sample_stats["step_size"].values;
  EXPECT_NE(steps[0], steps[49]);
  auto without = o;
  without.save_warmup = false;
  const auto plain = sl::run(sl::kernels::nuts(), posterior(), without, sl::key(1));
  EXPECT_EQ(plain.posterior["mean"].values, r.posterior["mean"].values);
  EXPECT_TRUE(plain.warmup_posterior.empty());
}
