// Every way of inference on a conjugate linear regression, whose posterior and evidence are known in closed form.
#include <gtest/gtest.h>

#include <cmath>

#include <starling/distributions/bernoulli.hpp>
#include <starling/distributions/distributions.hpp>
#include <starling/inference/importance.hpp>
#include <starling/inference/kernels/at.hpp>
#include <starling/inference/kernels/composition.hpp>
#include <starling/inference/kernels/drift.hpp>
#include <starling/inference/kernels/elliptical_slice.hpp>
#include <starling/inference/kernels/nuts.hpp>
#include <starling/inference/kernels/proposal.hpp>
#include <starling/inference/kernels/regenerate.hpp>
#include <starling/inference/kernels/slice.hpp>
#include <starling/inference/run.hpp>

#include "stop_after.hpp"

namespace sl = starling;
namespace kernels = sl::kernels;

namespace {

// Centred x, so that slope and intercept are independent in the posterior: precision 1/4 + Σx² and 1/4 + n.
const std::vector<double> xs = {-2, -1, 0, 1, 2}, ys = {-3.1, -2.2, -0.4, 1.3, 2.2};
constexpr double slope_mean = 14.1 / 10.25, intercept_mean = -2.2 / 5.25;
const double slope_sd = 1 / std::sqrt(10.25), intercept_sd = 1 / std::sqrt(5.25);
// log N(y; 0, I + 4 (1 1ᵀ + x xᵀ)): determinant (1 + 4·5)(1 + 4·10), by the matrix inversion lemma.
const double log_evidence = [] {
  double yy = 0, y1 = 0, yx = 0;
  for (std::size_t i = 0; i < 5; ++i) {
    yy += ys[i] * ys[i];
    y1 += ys[i];
    yx += ys[i] * xs[i];
  }
  return -0.5 * (yy - y1 * y1 * 4 / 21 - yx * yx * 4 / 41) - 0.5 * std::log(21.0 * 41.0) - 2.5 * std::log(2 * M_PI);
}();

constexpr auto line = sl::gen([](auto& trace, const auto& x) {
  const auto slope = trace("slope", sl::normal(0.0, 2.0));
  const auto intercept = trace("intercept", sl::normal(0.0, 2.0));
  for (std::size_t i = 0; i < x.size(); ++i) trace({"y", i}, sl::normal(slope * x[i] + intercept, 1.0));
  trace.note("at_one", slope + intercept);
});
auto line_posterior() { return sl::posterior(line, sl::args(xs), sl::observe("y", ys)); }

// Within 5 standard errors: a false alarm of 6e-7 a comparison.
void expect_exact(const sl::result& fit, double scale_of_errors = 5) {
  const auto rows = sl::summarise(fit);
  ASSERT_GE(rows.size(), 2u);
  EXPECT_NEAR(rows[0].mean, slope_mean, scale_of_errors * rows[0].mcse_mean) << rows[0].name;
  EXPECT_NEAR(rows[1].mean, intercept_mean, scale_of_errors * rows[1].mcse_mean) << rows[1].name;
  EXPECT_LT(rows[0].mcse_mean, 0.1 * slope_sd) << "the test is sharp enough to see an error";
  EXPECT_NEAR(rows[0].sd, slope_sd, 0.07 * slope_sd);
  EXPECT_NEAR(rows[1].sd, intercept_sd, 0.07 * intercept_sd);
}

constexpr auto nudge = sl::gen([](auto& trace, const auto& current) {
  trace("slope", sl::normal(current["slope"] + 0.2, 0.5));  // lopsided: right only with both proposal densities
  trace("intercept", sl::normal(current["intercept"], 0.5));
});

const sl::run_options many{.chains = 20, .draws = 2000, .warmup = 500};

// Where a drawn choice has bad parameters the particle has weight 0, whatever its observations say: booleans too, which cannot be NaN.
TEST(importance, particles_with_bad_parameters_have_weight_0) {
  constexpr auto model = sl::gen([](auto& trace) {
    const auto p = trace("p", sl::normal(0.5, 1.0));
    trace("b", sl::bernoulli(p));
    trace("y", sl::normal(0.0, 1.0));
  });
  const std::size_t n = 100'000;
  const auto fit = sl::importance(sl::posterior(model, sl::args(), sl::observe("y", 0.0)), n, sl::key(1));
  const double inside = std::erf(0.5 / std::sqrt(2.0));
  EXPECT_NEAR(std::exp(*fit.log_evidence) * std::sqrt(2 * std::acos(-1.0)), inside, 4.9 * std::sqrt(inside * (1 - inside) / n));
  ASSERT_EQ(fit.warnings.size(), 1u);
  EXPECT_NE(fit.warnings[0].find("bernoulli: probability"), std::string::npos) << fit.warnings[0];
}

}  // namespace

TEST(exact_posterior, drift_fixed_adapted_and_by_address) {
  expect_exact(sl::run(kernels::drift({.scale = 0.5}), line_posterior(), many, sl::key(1)));
  expect_exact(sl::run(kernels::drift(), line_posterior(), many, sl::key(2)));
  expect_exact(sl::run(kernels::drift({.adaptation = kernels::adapt::scale}), line_posterior(), many, sl::key(3)));
  expect_exact(sl::run(kernels::drift({.scales = {{"slope", 0.6}, {"intercept", 0.9}}}), line_posterior(), many, sl::key(4)));
  expect_exact(sl::run(kernels::drift({.covariance = {0.3, 0.1, 0.1, 0.5}}), line_posterior(), many, sl::key(5)));
}

TEST(exact_posterior, regenerate_all_or_one_by_one) {
  expect_exact(sl::run(kernels::repeat(kernels::regenerate(), 10), line_posterior(), many, sl::key(6)));
  expect_exact(sl::run(kernels::repeat(kernels::cycle(kernels::regenerate({.at = sl::select("slope")}), kernels::regenerate({.at = sl::select("intercept")})), 4),
                       line_posterior(), many, sl::key(7)));
}

TEST(exact_posterior, proposals_and_mixtures) {
  expect_exact(sl::run(kernels::repeat(kernels::proposal(nudge), 4), line_posterior(), many, sl::key(8)));
  expect_exact(sl::run(kernels::mix({0.3, 0.7}, kernels::regenerate(), kernels::drift({.scale = 0.5})), line_posterior(), {.chains = 20, .draws = 4000}, sl::key(9)));
}

TEST(exact_posterior, single_precision_and_one_chain) {
  expect_exact(sl::run<float>(kernels::drift(), line_posterior(), many, sl::key(10)));
  expect_exact(sl::run(kernels::drift(), line_posterior(), {.chains = 1, .draws = 20'000}, sl::key(11)));
  expect_exact(sl::run(kernels::drift(), line_posterior(), {.chains = 3, .draws = 8000, .layout = sl::chain_layout::single}, sl::key(12)));
}

TEST(exact_posterior, importance_and_evidence) {
  for (const bool summaries_only : {false, true}) {
    const auto fit = sl::importance(line_posterior(), 200'000, {.summaries_only = summaries_only}, sl::key(13));
    expect_exact(fit);
    ASSERT_TRUE(fit.log_evidence && fit.ess);
    EXPECT_NEAR(*fit.log_evidence, log_evidence, 5 / std::sqrt(*fit.ess));
    EXPECT_EQ(fit.posterior.empty(), summaries_only);
  }
}

TEST(exact_posterior, a_wrong_kernel_is_seen) {
  // The negative control: a posterior with another observation must fail the same comparison.
  auto wrong = ys;
  wrong[0] += 1.0;
  const auto rows = sl::summarise(sl::run(kernels::drift(), sl::posterior(line, sl::args(xs), sl::observe("y", wrong)), many, sl::key(2)));
  EXPECT_GT(std::abs(rows[0].mean - slope_mean), 5 * rows[0].mcse_mean);
}

TEST(runs, draws_are_the_same_for_any_number_of_threads) {
  for (const std::size_t threads : {1u, 2u, 3u}) {
    const auto fit = sl::run(kernels::drift(), line_posterior(), {.chains = 37, .draws = 50, .warmup = 100, .threads = threads}, sl::key(1));
    static const auto first = fit.posterior["slope"].values;
    EXPECT_EQ(fit.posterior["slope"].values, first) << threads << " threads";
    const auto particles = sl::importance(line_posterior(), 20'000, {.threads = threads}, sl::key(1));
    static const auto weights = particles.log_weights;
    EXPECT_EQ(particles.log_weights, weights);
  }
}

TEST(runs, a_chain_is_the_same_among_others) {
  const auto few = sl::run(kernels::drift(), line_posterior(), {.chains = 5, .draws = 30, .warmup = 50}, sl::key(1));
  const auto many_chains = sl::run(kernels::drift(), line_posterior(), {.chains = 64, .draws = 30, .warmup = 50}, sl::key(1));
  const auto& a = few.posterior["slope"].values;
  const auto& b = many_chains.posterior["slope"].values;
  EXPECT_TRUE(std::equal(a.begin(), a.end(), b.begin()));
}

TEST(runs, notes_shapes_statistics_and_thinning) {
  const auto fit = sl::run(kernels::drift(), line_posterior(), {.chains = 3, .draws = 40, .warmup = 10, .thin = 5}, sl::key(1));
  const auto &slope = fit.posterior["slope"].values, &intercept = fit.posterior["intercept"].values, &note = fit.posterior["at_one"].values;
  ASSERT_EQ(slope.size(), 120u);
  for (std::size_t i = 0; i < slope.size(); ++i) EXPECT_DOUBLE_EQ(note[i], slope[i] + intercept[i]);
  EXPECT_EQ(fit.sample_stats["lp"].values.size(), 120u);
  const auto t = sl::generate(line, sl::args(xs), {{"y", ys}, {"slope", slope[7]}, {"intercept", intercept[7]}}, sl::key(1));
  EXPECT_NEAR(fit.sample_stats["lp"].values[7], t.trace.score(), 1e-10);
  const auto every = sl::run(kernels::drift(), line_posterior(), {.chains = 3, .draws = 200, .warmup = 10}, sl::key(1));
  EXPECT_EQ(every.posterior["slope"].values[4], slope[0]) << "thinning keeps every fifth";
  EXPECT_EQ(fit.observed_data.at(0).values, ys);
}

TEST(runs, an_interrupted_run_keeps_its_draws) {
  stop_after watch(5);
  const auto fit = sl::run(kernels::drift(), line_posterior(), {.chains = 4, .draws = 100'000, .warmup = 64}, sl::key(1), watch);
  EXPECT_TRUE(fit.interrupted);
  EXPECT_GT(fit.posterior.draws, 0u);
  EXPECT_LT(fit.posterior.draws, 100'000u);
  const auto whole = sl::run(kernels::drift(), line_posterior(), {.chains = 4, .draws = 1000, .warmup = 64}, sl::key(1));
  EXPECT_EQ(fit.posterior["slope"].values[0], whole.posterior["slope"].values[0]);
}

TEST(runs, summaries_agree_with_draws) {
  const auto draws = sl::summarise(sl::run(kernels::drift(), line_posterior(), {.chains = 40, .draws = 500}, sl::key(1)));
  const auto only = sl::summarise(sl::run(kernels::drift(), line_posterior(), {.chains = 40, .draws = 500, .summaries_only = true}, sl::key(1)));
  ASSERT_EQ(draws.size(), only.size());
  for (std::size_t i = 0; i < draws.size(); ++i) {
    EXPECT_EQ(draws[i].name, only[i].name);
    EXPECT_NEAR(draws[i].mean, only[i].mean, 1e-10);
    EXPECT_NEAR(draws[i].sd, only[i].sd, 1e-10);
  }
}

TEST(runs, mistakes_are_told) {
  const auto message = [](auto&& f) -> std::string {
    try {
      f();
    } catch (const std::exception& e) {
      return e.what();
    }
    return "no error";
  };
  const auto has = [](const std::string& text, const char* part) { return text.find(part) != std::string::npos; };
  EXPECT_TRUE(has(message([&] { sl::run(kernels::drift({.at = sl::select("slop")}), line_posterior(), many, sl::key(1)); }), "holds no latent"));
  EXPECT_TRUE(has(message([&] { sl::run(kernels::drift({.scales = {{"q", 1.0}}}), line_posterior(), many, sl::key(1)); }), "q, which is no latent"));
  EXPECT_TRUE(has(message([&] { sl::run(kernels::drift(), sl::posterior(line, sl::args(xs), sl::observe("z", ys)), many, sl::key(1)); }), "no choice at z"));
  EXPECT_TRUE(has(message([&] { sl::run(kernels::drift(), sl::posterior(line, sl::args(xs), sl::observe("y", {1.0})), {.chains = 0}, sl::key(1)); }), "from 1 to "));
  constexpr auto impossible = sl::gen([](auto& trace) { trace("y", sl::gamma(2.0, 1.0)); trace("x", sl::normal(0.0, 1.0)); });
  EXPECT_TRUE(has(message([&] { sl::run(kernels::drift(), sl::posterior(impossible, sl::args(), sl::observe("y", -2.0)), many, sl::key(1)); }), "the density is 0 at y (gamma)"));
  EXPECT_TRUE(has(message([&] { sl::importance(sl::posterior(impossible, sl::args(), sl::observe("y", -2.0)), 100, sl::key(1)); }), "weight 0"));
  constexpr auto improper = sl::gen([](auto& trace) { trace("x", sl::flat(sl::real_line())); });
  EXPECT_TRUE(has(message([&] { sl::importance(sl::posterior(improper, sl::args(), {}), 100, sl::key(1)); }), "improper"));
}

TEST(runs, latents_that_cannot_move_are_told) {
  const auto post = sl::posterior(sl::gen([](auto& trace) {
                                    const auto p = trace("p", sl::dirichlet(std::vector<double>{1, 2, 3}));
                                    const auto a = trace("a", sl::normal(0.0, 1.0));
                                    trace.note("constant", 1.0 + 0.0 * a);
                                    trace("y", sl::normal(p[0] + a, 1.0));
                                  }),
                                  sl::args(), sl::observe("y", 1.0));
  const auto warnings = [&](const auto& kernel) {
    std::string all;
    for (const auto& w : sl::run(kernel, post, {.chains = 4, .draws = 200, .warmup = 50}, sl::key(1)).warnings) all += w + "\n";
    return all;
  };
  EXPECT_NE(warnings(kernels::drift()).find("p did not move in 4 of 4 chains:"), std::string::npos);
  EXPECT_EQ(warnings(kernels::regenerate()).find("did not move"), std::string::npos);
}

// Kernels that adapt, that do not, and that follow gradients, in every composition: a run that was stopped goes on bit for bit.
TEST(runs, an_interrupted_run_goes_on_bit_for_bit) {
  const auto post = line_posterior();
  const auto check = [&](const auto& kernel, const char* what, sl::run_options o) {
    const auto whole = sl::run(kernel, post, o, sl::key(1));
    const std::size_t calls = (o.chains + 7) / 8 * (o.warmup + o.draws * o.thin) / 64;
    for (const std::size_t limit : {std::size_t{1}, calls / 3, 2 * calls / 3}) {
      sl::run_checkpoint saved;
      stop_after watch(limit), again(2);
      ASSERT_TRUE(sl::run(kernel, post, o, sl::key(1), watch, {.checkpoint = &saved}).interrupted) << what << limit;
      sl::run(kernel, post, o, sl::key(1), again, {.checkpoint = &saved});
      const auto rest = sl::run(kernel, post, o, sl::key(1), {.checkpoint = &saved});
      EXPECT_FALSE(rest.interrupted);
      if (o.summaries_only) {
        ASSERT_FALSE(whole.summaries.empty());
        const auto once_more = sl::run(kernel, post, o, sl::key(1), {.checkpoint = &saved});
        for (std::size_t i = 0; i < whole.summaries.size(); ++i) {
          EXPECT_EQ(rest.summaries[i].mean, whole.summaries[i].mean) << what;
          EXPECT_EQ(once_more.summaries[i].sd, whole.summaries[i].sd) << what;
        }
        continue;
      }
      for (const char* name : {"slope", "intercept", "at_one"}) EXPECT_EQ(rest.posterior[name].values, whole.posterior[name].values) << what << " " << name << " " << limit;
      for (const char* name : {"lp", "acceptance_rate"}) EXPECT_EQ(rest.sample_stats[name].values, whole.sample_stats[name].values) << what << " " << name;
      const auto again_done = sl::run(kernel, post, o, sl::key(1), {.checkpoint = &saved});
      EXPECT_EQ(again_done.posterior["slope"].values, whole.posterior["slope"].values) << what << ", nothing left to do";
      auto fewer = o, more = o;
      fewer.draws -= 30;
      const auto first = sl::run(kernel, post, fewer, sl::key(1), {.checkpoint = &saved});
      EXPECT_EQ(first.posterior.draws, fewer.draws);
      more.draws += 40;
      EXPECT_EQ(sl::run(kernel, post, more, sl::key(1), {.checkpoint = &saved}).posterior["slope"].values, sl::run(kernel, post, more, sl::key(1)).posterior["slope"].values) << what << ", extended";
      EXPECT_THROW(sl::run(kernel, post, o, sl::key(2), {.checkpoint = &saved}), std::invalid_argument);
      auto other_data = ys;
      other_data[0] += 1e-9;
      EXPECT_THROW(sl::run(kernel, sl::posterior(line, sl::args(xs), sl::observe("y", other_data)), more, sl::key(1), {.checkpoint = &saved}), std::invalid_argument) << what << limit;
    }
  };
  const sl::run_options few{.chains = 11, .draws = 150, .warmup = 200, .thin = 2};
  check(kernels::drift(), "drift", few);
  check(kernels::drift(), "one chain", {.chains = 1, .draws = 700, .warmup = 200});
  check(kernels::drift(), "summaries", {.chains = 11, .draws = 300, .warmup = 200, .summaries_only = true});
  check(kernels::cycle(kernels::slice({.at = "slope"}), kernels::regenerate({.at = "intercept"})), "cycle", few);
  check(kernels::mix(kernels::repeat(kernels::at(sl::path("slope"), kernels::nuts()), 2), kernels::elliptical_slice()), "mix", few);
}
