// Posteriors of models under kernels that follow a gradient, against exact answers and against other kernels.
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include <starling/combinators/combinators.hpp>
#include <starling/distributions/distributions.hpp>
#include <starling/distributions/structured_bijectors.hpp>
#include <starling/inference/kernels/barker.hpp>
#include <starling/inference/kernels/hmc.hpp>
#include <starling/inference/kernels/mala.hpp>
#include <starling/inference/kernels/nuts.hpp>
#include <starling/inference/posterior_gradient.hpp>

#include "models/thrown.hpp"

namespace sl = starling;
namespace kernels = sl::kernels;

namespace {

// x ~ normal(0, 2), y_i ~ normal(x, 1): x is normal(mean, sd) with precision 1/4 + n.
constexpr auto conjugate = sl::gen([](auto& trace, std::size_t n) {
  const auto x = trace("x", sl::normal(0.0, 2.0));
  for (std::size_t i = 0; i < n; ++i) trace({"y", i}, sl::normal(x, 1.0));
  trace.note("twice", x + x);
});
const std::vector<double> ys{1.2, 0.3, 2.0, 1.1};
const double precision = 0.25 + 4, mean = 4.6 / precision;

auto conjugate_posterior() { return sl::posterior(conjugate, sl::args(ys.size()), sl::observe("y", ys)); }

void expect_posterior(const sl::result& fit) {
  const auto rows = sl::summarise(fit);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].name, "x");
  EXPECT_EQ(rows[1].name, "twice");
  EXPECT_NEAR(rows[0].mean, mean, 5 * rows[0].mcse_mean);
  EXPECT_NEAR(rows[0].sd, 1 / std::sqrt(precision), 5 * rows[0].mcse_sd);
  EXPECT_NEAR(rows[1].mean, 2 * rows[0].mean, 1e-12);
  if (fit.posterior.chains > 1) {
    EXPECT_LT(rows[0].r_hat, 1.02);
  }
}

}  // namespace

TEST(posterior_gradient, every_kernel_finds_the_exact_posterior) {
  const auto post = conjugate_posterior();
  expect_posterior(sl::run(kernels::nuts(), post, {}, sl::key(1)));
  expect_posterior(sl::run(kernels::hmc({.steps = 4, .jitter = 0.5}), post, {}, sl::key(2)));
  expect_posterior(sl::run(kernels::mala(), post, {}, sl::key(3)));
  expect_posterior(sl::run(kernels::barker(), post, {.draws = 4000}, sl::key(4)));
}

TEST(posterior_gradient, advi_finds_the_exact_posterior) {
  const auto fit = sl::advi(conjugate_posterior(), {.guide = sl::guide_family::full_rank}, sl::key(5));
  EXPECT_TRUE(fit.warnings.empty());
  EXPECT_NEAR(fit.guide.mean()[0], mean, 1e-5);
  EXPECT_NEAR(fit.guide.sd()[0], 1 / std::sqrt(precision), 1e-5);
  EXPECT_EQ(fit.posterior["twice"].values[7], 2 * fit.posterior["x"].values[7]);
  EXPECT_EQ(fit.observed_data.size(), 1U);
  // log evidence: y is normal(0, I + 4 1 1ᵀ).
  const double determinant = 1 + 4 * 4, squares = 1.2 * 1.2 + 0.09 + 4 + 1.21, quadratic = squares - 4 / determinant * 4.6 * 4.6;
  EXPECT_NEAR(*fit.log_evidence, -0.5 * (4 * std::log(2 * M_PI) + std::log(determinant) + quadratic), 1e-6);
}

TEST(posterior_gradient, one_chain_and_chains_in_lanes_draw_from_the_same_posterior) {
  const auto post = conjugate_posterior();
  const auto single = sl::run(kernels::nuts(), post, {.chains = 1, .draws = 4000}, sl::key(1));
  EXPECT_EQ(*single.attribute("lanes"), "1");
  expect_posterior(single);
  // In lanes a chain is the same alone as among others.
  const auto alone = sl::run(kernels::nuts(), post, {.chains = 1, .draws = 50, .layout = sl::chain_layout::lanes}, sl::key(1));
  const auto among = sl::run(kernels::nuts(), post, {.chains = 5, .draws = 50}, sl::key(1));
  for (std::size_t d = 0; d < 50; ++d) EXPECT_EQ(alone.posterior["x"].values[d], among.posterior["x"].values[d]);
}

TEST(posterior_gradient, the_log_density_of_a_draw_is_that_of_its_free_numbers) {
  const auto post = sl::posterior(sl::gen([](auto& trace) {
                                    const auto s = trace("s", sl::exponential(1.0));
                                    trace("y", sl::normal(0.0, s));
                                  }),
                                  sl::args(), sl::observe("y", 0.7));
  const auto fit = sl::run(kernels::nuts(), post, {.draws = 10}, sl::key(3));
  for (std::size_t d = 0; d < 40; ++d) {
    const double s = fit.posterior["s"].values[d];
    const double expected = -s - 0.5 * std::log(2 * M_PI) - std::log(s) - 0.5 * (0.7 / s) * (0.7 / s) + std::log(s);
    EXPECT_NEAR(fit.sample_stats["lp"].values[d], expected, 1e-10);
  }
}

TEST(posterior_gradient, choices_under_a_condition_are_refused) {
  constexpr auto model = sl::gen([](auto& trace) {
    const auto a = trace("a", sl::normal(0.0, 1.0));
    const auto b = trace("b", sl::cond(sl::gen([](auto& t, const auto& x) { return t("u", sl::normal(x, 1.0)); }), sl::gen([](auto& t, const auto& x) { return t("v", sl::normal(-x, 0.5)); })),
                         a > 0.0, a);
    trace("y", sl::normal(b, 1.0));
  });
  const auto post = sl::posterior(model, sl::args(), sl::observe("y", 0.8));
  const std::string text = thrown([&] { sl::run(kernels::nuts(), post, {}, sl::key(5)); });
  EXPECT_NE(text.find("the choice at b/u exists only under a condition"), std::string::npos) << text;
}

TEST(posterior_gradient, modes) {
  const auto post = conjugate_posterior();
  const auto mode = sl::maximize(post, {}, sl::key(1));
  EXPECT_NEAR(mode.posterior["x"].values[0], mean, 1e-6);
  // The mode of the choices, not of their free numbers: of gamma(3, 2) it is (3 − 1)/2.
  const auto skewed = sl::posterior(sl::gen([](auto& trace) { trace("g", sl::gamma(3.0, 2.0)); }), sl::args(), sl::choice_map());
  EXPECT_NEAR(sl::maximize(skewed, {}, sl::key(1)).posterior["g"].values[0], 1.0, 1e-5);
}

TEST(posterior_gradient, laplace_and_pathfinder_are_exact_for_a_normal_posterior) {
  const auto post = conjugate_posterior();
  double squares = 0;
  for (const double y : ys) squares += y * y;
  const double evidence = -0.5 * (4 * std::log(2 * M_PI) + std::log(4.0) + std::log(precision) + squares - 4.6 * 4.6 / precision);
  const auto approximate = sl::laplace(post, {.draws = 4000}, sl::key(1));
  EXPECT_NEAR(*approximate.log_evidence, evidence, 1e-4);
  expect_posterior(approximate);
  expect_posterior(sl::pathfinder(post, {.draws = 4000, .draws_per_path = 8000}, sl::key(2)));
}

TEST(posterior_gradient, mistakes_are_told) {
  const auto whole = sl::posterior(sl::gen([](auto& trace) { trace("n", sl::poisson(3.0)); }), sl::args(), sl::choice_map());
  const auto has = [](const std::string& text, const char* part) { return text.find(part) != std::string::npos; };
  std::string text = thrown([&] { sl::run(kernels::nuts(), whole, {}, sl::key(1)); });
  EXPECT_TRUE(has(text, "the latent at n (poisson) has no free real numbers")) << text;
  const auto outside = sl::posterior(sl::gen([](auto& trace) {
                                       const auto a = trace("a", sl::normal(0.0, 1.0));
                                       trace("y", sl::uniform(a - 9.0, a + 9.0));
                                     }),
                                     sl::args(), sl::observe("y", 40.0));
  text = thrown([&] { sl::run(kernels::nuts(), outside, {}, sl::key(1)); });
  EXPECT_TRUE(has(text, "the density is 0 at y, whose value is 40, of the distribution uniform with")) << text;
  const auto bad = sl::posterior(sl::gen([](auto& trace) {
                                   const auto a = trace("a", sl::normal(0.0, 1.0));
                                   trace("y", sl::normal(0.0, -sl::exp(a)));
                                 }),
                                 sl::args(), sl::observe("y", 1.0));
  text = thrown([&] { sl::run(kernels::nuts(), bad, {}, sl::key(1)); });
  EXPECT_TRUE(has(text, "y: normal: scale must be positive and finite, got -")) << text;
  const auto vector = sl::posterior(sl::gen([](auto& trace) {
                                      const auto a = trace("a", sl::normal(0.0, 1.0));
                                      trace("y", sl::iid(sl::uniform(a, a + 9.0), 3));
                                    }),
                                    sl::args(), sl::observe("y", std::vector<double>{40, 41, 42}));
  for (const auto& message : {thrown([&] { sl::run(kernels::nuts(), vector, {}, sl::key(1)); }), thrown([&] { sl::maximize(vector, {}, sl::key(1)); }),
                              thrown([&] { sl::laplace(vector, {}, sl::key(1)); }), thrown([&] { sl::pathfinder(vector, {}, sl::key(1)); })})
    EXPECT_TRUE(has(message, "the density is 0 at y, whose element 0 is 40, 1 is 41, 2 is 42, of the distribution iid with")) << message;
  const auto factor = sl::posterior(sl::gen([](auto& trace) {
                                      const auto a = trace("a", sl::normal(0.0, 1.0));
                                      trace.factor(sl::where(a > 100.0, a, -1.0 / 0.0));
                                    }),
                                    sl::args(), sl::choice_map());
  text = thrown([&] { sl::run(kernels::nuts(), factor, {}, sl::key(1)); });
  EXPECT_TRUE(has(text, "is −∞") && has(text, "the factor at")) << text;
  const auto none = sl::posterior(conjugate, sl::args(std::size_t{0}), sl::observe("x", 1.0));
  text = thrown([&] { sl::run(kernels::nuts(), none, {}, sl::key(1)); });
  EXPECT_TRUE(has(text, "no real-valued latent to move")) << text;
}

TEST(posterior_gradient, parameters_that_leave_their_domain_are_told) {
  const auto post = sl::posterior(sl::gen([](auto& trace) {
                                    const auto s = trace("s", sl::normal(1.0, 1.0));
                                    trace("y", sl::normal(0.0, s));
                                  }),
                                  sl::args(), sl::observe("y", 0.7));
  std::string all;
  for (const auto& w : sl::run(kernels::nuts(), post, {.chains = 4, .draws = 500}, sl::key(2)).warnings) all += w + "\n";
  EXPECT_NE(all.find("trajectories after the warm-up ended where the density is 0; at the first such point a parameter was bad at y: normal: scale must be positive and finite, got -"), std::string::npos) << all;
}

// Half of the mass of a beta(0.01, 0.01) is nearer to 1 than the numbers there are: at free numbers of some hundreds.
TEST(posterior_gradient, a_mass_at_either_end_of_an_interval_has_its_share) {
  const auto model = sl::gen([](auto& trace) { trace("p", sl::beta(0.01, 0.01)); });
  const auto post = sl::posterior(model, sl::args(), sl::choice_map());
  const auto rows = sl::summarise(sl::run(kernels::nuts(), post, {.draws = 4000}, sl::key(11)));
  EXPECT_GT(rows[0].ess_bulk, 400);
  EXPECT_NEAR(rows[0].mean, 0.5, 5 * rows[0].mcse_mean);
  EXPECT_NEAR(rows[0].sd, 0.5 / std::sqrt(1.02), 0.02);
}
