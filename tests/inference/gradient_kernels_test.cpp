// Kernels that follow a gradient, on targets whose moments are known in closed form.
#include <gtest/gtest.h>

#include <cmath>

#include <starling/diagnostics/ess.hpp>
#include <starling/inference/chain_record.hpp>
#include <starling/inference/kernels/barker.hpp>
#include <starling/inference/kernels/hmc.hpp>
#include <starling/inference/kernels/mala.hpp>
#include <starling/inference/kernels/nuts.hpp>
#include <starling/inference/maximize.hpp>
#include <starling/inference/pathfinder.hpp>
#include <starling/inference/run_gradient.hpp>

#include "gradient_fits.hpp"
#include "stop_after.hpp"

using namespace gradient_fits;

namespace {

const closed_form::gaussian scaled{{1, -2, 100, 0, 0.5}, {0.1, 1, 10, 100, 1}, 0.6};
}  // namespace

TEST(gradient_kernels, nuts_finds_a_correlated_badly_scaled_gaussian_with_every_metric) {
  for (const auto metric : all_metrics) {
    const auto r = fit(kernels::nuts({.metric = metric}), scaled, {.chains = 8, .draws = 1000});
    expect_moments(r, scaled.mean, scaled.scale, "metric " + std::to_string(static_cast<int>(metric)));
    const auto a = r.posterior["x"].element(0), b = r.posterior["x"].element(1);
    double ab = 0;
    for (std::size_t i = 0; i < a.size(); ++i) ab += (a[i] - 1) * (b[i] + 2) / static_cast<double>(a.size());
    EXPECT_NEAR(ab, scaled.covariance(0, 1), 0.01);
  }
}

TEST(gradient_kernels, the_comparison_sees_a_wrong_posterior) {
  // The negative control: off by a quarter of a standard deviation.
  const auto rows = sl::summarise(fit(kernels::nuts(), closed_form::gaussian{{0.25}, {1.0}, 0}, {.chains = 8, .draws = 1000}));
  EXPECT_GT(std::abs(rows[0].mean), 5 * rows[0].mcse_mean);
}

TEST(gradient_kernels, a_chain_is_the_same_alone_among_others_and_for_any_number_of_threads) {
  const kernels::nuts nuts;
  const kernels::hmc hmc({.jitter = 0.2});
  const kernels::barker barker;
  for (const kernels::gradient_kernel* k : {static_cast<const kernels::gradient_kernel*>(&nuts), static_cast<const kernels::gradient_kernel*>(&hmc),
                                            static_cast<const kernels::gradient_kernel*>(&barker)}) {
    const sl::run_options o{.chains = 37, .draws = 40, .warmup = 100, .threads = 1};
    const auto all = fit(*k, scaled, o);
    for (const std::size_t threads : {2u, 5u}) {
      auto more = o;
      more.threads = threads;
      EXPECT_EQ(fit(*k, scaled, more).posterior["x"].values, all.posterior["x"].values) << threads << " threads";
    }
    const auto few = fit(*k, scaled, {.chains = 3, .draws = 40, .warmup = 100});
    const auto alone = fit<double>(*k, scaled, {.chains = 1, .draws = 40, .warmup = 100});
    const auto& x = all.posterior["x"].values;
    EXPECT_TRUE(std::equal(few.posterior["x"].values.begin(), few.posterior["x"].values.end(), x.begin()));
    // This target uses nothing but arithmetic, which is the same in double and in packs.
    EXPECT_TRUE(std::equal(alone.posterior["x"].values.begin(), alone.posterior["x"].values.end(), x.begin()));
    EXPECT_NE(fit(*k, scaled, o, 2).posterior["x"].values, x) << "another key";
  }
}

TEST(gradient_kernels, statistics_have_arviz_names_and_agree_with_the_draws) {
  const auto r = fit(kernels::nuts({.max_depth = 6}), scaled, {.chains = 3, .draws = 50, .warmup = 200});
  const char* names[] = {"lp", "acceptance_rate", "step_size", "tree_depth", "n_steps", "diverging", "energy"};
  ASSERT_EQ(r.sample_stats.variables.size(), std::size(names));
  for (const char* name : names) EXPECT_EQ(r.sample_stats[name].values.size(), 150u) << name;
  for (std::size_t i = 0; i < 150; ++i) {
    const double* q = r.posterior["x"].values.data() + i * 5;
    double gradient[5];
    EXPECT_DOUBLE_EQ(r.sample_stats["lp"].values[i], scaled.log_density_and_gradient(q, gradient));
    EXPECT_GT(r.sample_stats["energy"].values[i], -r.sample_stats["lp"].values[i]);
    EXPECT_EQ(r.sample_stats["step_size"].values[i], r.sample_stats["step_size"].values[i / 50 * 50]) << "adaptation goes on after the warm-up";
    const double depth = r.sample_stats["tree_depth"].values[i], steps = r.sample_stats["n_steps"].values[i];
    EXPECT_GE(steps, std::exp2(depth) - 1);
    EXPECT_LT(steps, std::exp2(depth + 1));
  }
  EXPECT_EQ(fit(kernels::hmc(), scaled, {.chains = 1, .draws = 5}).sample_stats.find("tree_depth"), nullptr);
}

TEST(gradient_kernels, thinning_keeps_every_nth_draw) {
  const auto every = fit(kernels::nuts(), scaled, {.chains = 2, .draws = 40, .warmup = 50});
  const auto fourth = fit(kernels::nuts(), scaled, {.chains = 2, .draws = 10, .warmup = 50, .thin = 4});
  for (std::size_t d = 0; d < 10; ++d)
    for (std::size_t e = 0; e < 5; ++e) EXPECT_EQ(fourth.posterior["x"].values[d * 5 + e], every.posterior["x"].values[(4 * d + 3) * 5 + e]);
}

TEST(gradient_kernels, summaries_agree_with_draws) {
  const auto draws = sl::summarise(fit(kernels::nuts(), scaled, {.chains = 20, .draws = 101}));
  const auto only = sl::summarise(fit(kernels::nuts(), scaled, {.chains = 20, .draws = 101, .summaries_only = true}));
  ASSERT_EQ(draws.size(), only.size());
  for (std::size_t i = 0; i < draws.size(); ++i) {
    EXPECT_NEAR(draws[i].mean, only[i].mean, 1e-10 * scaled.scale[i]);
    EXPECT_NEAR(draws[i].sd, only[i].sd, 1e-10 * scaled.scale[i]);
  }
}

TEST(gradient_kernels, an_interrupted_run_keeps_its_draws) {
  stop_after watch(40);
  const closed_form::identity_view view(5);
  const auto r = sl::run_gradient(kernels::nuts(), sl::target::of<pack>(scaled), view, {.chains = 4, .draws = 100'000, .warmup = 128}, sl::key(1), watch);
  EXPECT_TRUE(r.interrupted);
  EXPECT_GT(r.posterior.draws, 0u);
  EXPECT_LT(r.posterior.draws, 100'000u);
  // Those that were kept: chains that lagged behind are dropped.
  const auto firsts = fit(kernels::nuts(), scaled, {.chains = 4, .draws = 1, .warmup = 128}).posterior["x"].values;
  std::vector<std::size_t> kept;
  for (std::size_t c = 0, k = 0; c < 4 && k < r.posterior.chains; ++c)
    if (firsts[5 * c] == r.posterior["x"].values[5 * k * r.posterior.draws]) kept.push_back(c), ++k;
  EXPECT_EQ(kept.size(), r.posterior.chains);
}

TEST(gradient_kernels, a_run_that_was_interrupted_goes_on_bit_for_bit) {
  const closed_form::identity_view view(5);
  const auto t = sl::target::of<pack>(scaled);
  for (const auto metric : {metric_kind::diag_e, metric_kind::dense_e, metric_kind::low_rank_e}) {
    const kernels::nuts kernel({.metric = metric});
    const sl::run_options o{.chains = 11, .draws = 70, .warmup = 160, .thin = 2};
    const auto whole = sl::run_gradient(kernel, t, view, o, sl::key(1));
    for (const std::size_t limit : {2u, 20u, 40u}) {  // during the warm-up, around its end, after the first chains are done
      sl::run_checkpoint saved;
      stop_after watch(limit);
      ASSERT_TRUE(sl::run_gradient(kernel, t, view, o, sl::key(1), watch, {.checkpoint = &saved}).interrupted);
      stop_after again(5);
      sl::run_gradient(kernel, t, view, o, sl::key(1), again, {.checkpoint = &saved});
      const auto rest = sl::run_gradient(kernel, t, view, o, sl::key(1), {.checkpoint = &saved});
      EXPECT_FALSE(rest.interrupted);
      EXPECT_EQ(rest.posterior["x"].values, whole.posterior["x"].values) << limit;
      for (const char* name : {"lp", "energy", "n_steps", "step_size"}) EXPECT_EQ(rest.sample_stats[name].values, whole.sample_stats[name].values) << name;
      if (limit != 20) continue;
      auto more = o;
      more.draws = 100;
      const auto longer = sl::run_gradient(kernel, t, view, more, sl::key(1), {.checkpoint = &saved});
      EXPECT_EQ(longer.posterior["x"].values, sl::run_gradient(kernel, t, view, more, sl::key(1)).posterior["x"].values) << "extended";
      EXPECT_THROW(sl::run_gradient(kernel, t, view, o, sl::key(2), {.checkpoint = &saved}), std::invalid_argument);
      const auto other_data = [] {
        auto other = scaled;
        other.mean[0] += 1e-9;
        return other;
      }();
      EXPECT_THROW(sl::run_gradient(kernel, sl::target::of<pack>(other_data), view, o, sl::key(1), {.checkpoint = &saved}), std::invalid_argument);
      const kernels::nuts other_start({.metric = metric, .step_size = 1e-9}), other_metric({.metric = metric, .inverse_metric = {1, 1, 1, 1, 2}});
      EXPECT_THROW(sl::run_gradient(other_start, t, view, o, sl::key(1), {.checkpoint = &saved}), std::invalid_argument);
      EXPECT_THROW(sl::run_gradient(other_metric, t, view, o, sl::key(1), {.checkpoint = &saved}), std::invalid_argument);
    }
  }
}

TEST(gradient_kernels, mistakes_are_told) {
  const auto message = [](auto&& f) -> std::string {
    try {
      f();
    } catch (const std::exception& e) {
      return e.what();
    }
    return "no error";
  };
  const auto has = [](const std::string& text, const char* part) { return text.find(part) != std::string::npos; };
  struct nowhere {
    std::size_t dimension() const { return 2; }
    double log_density_and_gradient(const double*, double*) const { return NAN; }
    std::string trouble_at(const double* q) const { return "x[1] is " + std::to_string(q[0]); }
  };
  const auto starts_nowhere = [&](auto&& f) { return has(message(f), "in 100 tries; at the last one x[1] is"); };
  const nowhere n;
  const auto t = sl::target::of<double>(n);
  EXPECT_TRUE(starts_nowhere([&] { sl::maximize(t, {}, sl::key(1)); }));
  EXPECT_TRUE(starts_nowhere([&] { sl::find_pathfinder_points(t, {}, sl::key(1)); }));
  EXPECT_TRUE(starts_nowhere([&] { fit<double>(kernels::nuts({.start = kernels::start_kind::pathfinder}), n, {}); }));
  struct flat {
    std::size_t dimension() const { return 2; }
    double log_density_and_gradient(const double*, double* g) const { return g[0] = g[1] = 0; }
  };
  EXPECT_TRUE(has(message([&] { fit<double>(kernels::nuts(), flat(), {}); }), "nuts: steps of any size are accepted, so the posterior is flat to infinity: it is improper"));
  EXPECT_TRUE(has(message([&] { fit<double>(kernels::nuts(), nowhere(), {}); }), "in 100 tries, chain 0; at the last one x[1] is"));
  EXPECT_TRUE(has(message([&] { fit(kernels::nuts({.target_acceptance = 1.5}), scaled, {}); }), "target_acceptance must be between 0 and 1"));
  EXPECT_TRUE(has(message([&] { fit(kernels::hmc({.steps = 0}), scaled, {}); }), "hmc: steps must be from 1 to "));
  EXPECT_TRUE(has(message([&] { fit(kernels::nuts(), scaled, {.draws = 0}); }), "from 1 to "));
  EXPECT_TRUE(has(message([&] { fit(kernels::nuts({.inverse_metric = {1, 2, 3}}), scaled, {}); }), "inverse_metric has 3 numbers"));
  EXPECT_TRUE(has(message([&] { fit(kernels::nuts({.inverse_metric = {1, 1, -1, 1, 1}}), scaled, {}); }), "not positive definite"));
}

TEST(gradient_kernels, warnings_say_what_to_do) {
  const auto text_of = [](const sl::result& r) {
    std::string all;
    for (const auto& w : r.warnings) all += w + "\n";
    return all;
  };
  EXPECT_EQ(text_of(fit(kernels::nuts(), scaled, {})), "");
  EXPECT_NE(text_of(fit(kernels::nuts({.max_depth = 2, .metric = metric_kind::unit_e}), scaled, {})).find("trees reached the largest depth, 2"), std::string::npos);
  EXPECT_NE(text_of(fit(kernels::nuts({.step_size = 3}), scaled, {.draws = 100, .warmup = 0})).find("divergence"), std::string::npos);
  EXPECT_NE(text_of(fit(kernels::hmc({.step_size = 1e-3}), scaled, {.warmup = 0})).find("E-BFMI"), std::string::npos);
}

TEST(interruptions, keep_as_many_draws_as_possible) {
  EXPECT_EQ(sl::draws_to_keep({1000, 1000, 1000}), 1000u);
  EXPECT_EQ(sl::draws_to_keep({1000, 940, 930, 950}), 930u);  // 4 x 930 instead of 1 x 1000
  EXPECT_EQ(sl::draws_to_keep({1000, 1000, 3}), 1000u);
  EXPECT_EQ(sl::draws_to_keep({1000, 500}), 500u);            // two chains where the draws are as many
  EXPECT_EQ(sl::draws_to_keep({0, 0}), 0u);
  EXPECT_EQ(sl::draws_to_keep({0, 7}), 7u);
}
