// Parallel tempering: two modes far apart, and evidence that is known.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include <starling/diagnostics/moments.hpp>
#include <starling/inference/kernels/at.hpp>
#include <starling/inference/kernels/composition.hpp>
#include <starling/inference/kernels/drift.hpp>
#include <starling/inference/kernels/elliptical_slice.hpp>
#include <starling/inference/kernels/gibbs.hpp>
#include <starling/inference/kernels/hmc.hpp>
#include <starling/inference/kernels/nuts.hpp>
#include <starling/inference/kernels/regenerate.hpp>
#include <starling/inference/kernels/slice.hpp>
#include <starling/distributions/distributions.hpp>
#include <starling/inference/posterior_gradient.hpp>
#include <starling/inference/run_tempered_kernel.hpp>

#include "closed_form_targets.hpp"

namespace sl = starling;
namespace kernels = sl::kernels;

namespace {

using pack = sl::native_pack<double>;

// normal(0, 3) in both elements, with all constants.
struct wide_prior {
  std::size_t dimension() const { return 2; }
  template <class V>
  V log_density_and_gradient(const V* q, V* g) const {
    g[0] = q[0] * V(-1.0 / 9);
    g[1] = q[1] * V(-1.0 / 9);
    return V(0.5) * (q[0] * g[0] + q[1] * g[1]) - V(std::log(2 * M_PI * 9));
  }
};
// The prior times 0.3 N(q; (4, 4), s² I) + 0.7 N(q; (−4, −4), s² I).
struct two_modes {
  double s = 0.3;
  std::size_t dimension() const { return 2; }
  template <class V>
  V log_density_and_gradient(const V* q, V* g) const {
    const V base = wide_prior().log_density_and_gradient(q, g);
    const V inverse(1 / (s * s));
    const V a = V(std::log(0.3)) - V(0.5) * inverse * ((q[0] - V(4)) * (q[0] - V(4)) + (q[1] - V(4)) * (q[1] - V(4)));
    const V b = V(std::log(0.7)) - V(0.5) * inverse * ((q[0] + V(4)) * (q[0] + V(4)) + (q[1] + V(4)) * (q[1] + V(4)));
    const V share = sl::inverse_logit(a - b);  // of the first
    for (int i = 0; i < 2; ++i) g[i] = g[i] - inverse * (share * (q[i] - V(4)) + (V(1) - share) * (q[i] + V(4)));
    return base + sl::max(a, b) + sl::log1p_exp(-sl::abs(a - b)) - V(std::log(2 * M_PI * s * s));
  }
  // Both modes convolve with the prior to the same density: N((4, 4); 0, (9 + s²) I).
  double log_evidence() const { return -std::log(2 * M_PI * (9 + s * s)) - 16 / (9 + s * s); }
};

sl::result temper(const kernels::gradient_kernel& k, const sl::tempering_options& t, const sl::run_options& o, std::uint64_t seed = 1) {
  const two_modes posterior;
  const wide_prior prior;
  const closed_form::identity_view view(2);
  return sl::run_tempered(k, sl::target::of<pack>(posterior), sl::target::of<pack>(prior), view, t, o, sl::key(seed));
}
double share_of_first_mode(const sl::result& r) {
  double n = 0;
  const auto x = r.posterior["x"].element(0);
  for (const double v : x) n += v > 0 ? 1 : 0;
  return n / static_cast<double>(x.size());
}

}  // namespace

TEST(tempering, crosses_between_modes_that_a_plain_chain_cannot_leave) {
  const sl::run_options o{.chains = 8, .draws = 3000, .warmup = 1000};
  const kernels::nuts nuts;
  const auto r = temper(nuts, {.temperatures = 8}, o);
  const auto rows = sl::summarise(r);
  EXPECT_LT(rows[0].r_hat, 1.05);
  // The mean is 8 p − 4 (shrunk by the prior): 5 standard errors.
  const double shrunk = 4 * 9 / (9 + 0.09);
  EXPECT_NEAR(rows[0].mean, shrunk * (0.3 - 0.7), 5 * rows[0].mcse_mean);
  EXPECT_LT(rows[0].mcse_mean, 0.25);
  EXPECT_NEAR(share_of_first_mode(r), 0.3, 5 * rows[0].mcse_mean / 8);
  const two_modes posterior;
  const closed_form::identity_view view(2);
  EXPECT_GT(sl::summarise(sl::run_gradient(nuts, sl::target::of<pack>(posterior), view, o, sl::key(1)))[0].r_hat, 1.5) << "the negative control";
}

TEST(tempering, evidence_by_both_estimates) {
  for (const bool given : {false, true}) {
    const sl::tempering_options t{.temperatures = 12, .ladder = given ? std::vector<double>{1, 0.7, 0.45, 0.28, 0.16, 0.09, 0.045, 0.02, 0.008, 0.003, 0.001, 0} : std::vector<double>()};
    const auto r = temper(kernels::hmc({.steps = 8, .jitter = 0.5}), t, {.chains = 8, .draws = 3000, .warmup = 1000});
    ASSERT_TRUE(r.log_evidence);
    const double spread = std::stod(*r.attribute("evidence_spread")) / std::sqrt(8.0);
    EXPECT_LT(spread, 0.06);
    EXPECT_NEAR(*r.log_evidence, two_modes().log_evidence(), 5 * spread);
    EXPECT_GT(std::stod(*r.attribute("evidence_error")), 2.36 * spread) << "Student's t of 7 degrees of freedom";
    EXPECT_NEAR(std::stod(*r.attribute("stepping_stone")), *r.log_evidence, 1e-5);
    // The trapezoids' own error is below 0.05 with twelve temperatures.
    EXPECT_NEAR(std::stod(*r.attribute("thermodynamic_integral")), two_modes().log_evidence(), 5 * spread + 0.05);
    EXPECT_EQ(r.attribute("ladder")->substr(0, 2), "1 ");
  }
}

TEST(tempering, is_the_same_for_any_number_of_threads_and_chains) {
  const sl::run_options o{.chains = 5, .draws = 30, .warmup = 100, .threads = 1};
  const auto one = temper(kernels::nuts(), {.temperatures = 5}, o);
  auto more = o;
  more.threads = 3;
  EXPECT_EQ(temper(kernels::nuts(), {.temperatures = 5}, more).posterior["x"].values, one.posterior["x"].values);
  more.chains = 2;
  const auto few = temper(kernels::nuts(), {.temperatures = 5}, more);
  EXPECT_TRUE(std::equal(few.posterior["x"].values.begin(), few.posterior["x"].values.end(), one.posterior["x"].values.begin()));
}

// The same two modes as a model: an observation, a factor, and a latent with a support.
constexpr auto two_mode_model = sl::gen([](auto& trace, double s) {
  const auto x = trace("x", sl::normal(0.0, 3.0));
  const auto scale = trace("scale", sl::gamma(3.0, 2.0));
  const auto inverse = 1.0 / (s * s);
  trace.factor(sl::log_sum_exp(std::log(0.3) - 0.5 * inverse * (x - 4.0) * (x - 4.0), std::log(0.7) - 0.5 * inverse * (x + 4.0) * (x + 4.0)) - std::log(std::sqrt(2 * M_PI) * s));
  trace("y", sl::exponential(scale));
});
TEST(tempering, a_posterior_from_one_call) {
  const double s = 0.3;
  const sl::posterior post(two_mode_model, sl::args(s), sl::observe("y", 0.8));
  const auto r = sl::run_tempered(kernels::nuts(), post, {.temperatures = 12}, {.chains = 8, .draws = 2000, .warmup = 800}, sl::key(3));
  // ∫ N(x; 0, 3²) (0.3 N(x; 4, s²) + 0.7 N(x; −4, s²)) dx = N(4; 0, 9 + s²); ∫ gamma(r; 3, 2) r e^{−0.8 r} dr = 3 · 2³ / 2.8⁴
  const double exact = -0.5 * std::log(2 * M_PI * (9 + s * s)) - 8 / (9 + s * s) + std::log(3 * 8 / std::pow(2.8, 4));
  ASSERT_TRUE(r.log_evidence);
  const double spread = std::stod(*r.attribute("evidence_spread")) / std::sqrt(8.0);
  EXPECT_LT(spread, 0.06);
  EXPECT_NEAR(*r.log_evidence, exact, 5 * spread + 0.05);
  const auto rows = sl::summarise(r);
  EXPECT_NEAR(rows[0].mean, 4 * 9 / (9 + s * s) * (0.3 - 0.7), 5 * rows[0].mcse_mean);
  EXPECT_NEAR(rows[1].mean, 4 / 2.8, 5 * rows[1].mcse_mean) << rows[1].name;
}
TEST(tempering, improper_priors_need_a_ladder_that_ends_above_0) {
  const sl::posterior post(sl::gen([](auto& trace) { trace("y", sl::normal(trace("m", sl::flat(sl::real_line())), 1.0)); }), sl::args(), sl::observe("y", 0.8));
  const sl::run_options few{.chains = 2, .draws = 200, .warmup = 200};
  try {
    sl::run_tempered(kernels::nuts(), post, {}, few, sl::key(1));
    FAIL() << "nothing was thrown";
  } catch (const std::invalid_argument& e) {
    EXPECT_NE(std::string(e.what()).find("at m, but its distribution (flat) is improper"), std::string::npos) << e.what();
  }
  const auto r = sl::run_tempered(kernels::nuts(), post, {.ladder = {1, 0.5, 0.2}}, few, sl::key(1));
  EXPECT_FALSE(r.log_evidence);
}

TEST(tempering, mistakes_are_told) {
  EXPECT_THROW(temper(kernels::nuts(), {.ladder = {1, 0.5, 0.6}}, {}), std::invalid_argument);
  EXPECT_THROW(temper(kernels::nuts(), {.ladder = {0.9, 0.5}}, {}), std::invalid_argument);
  EXPECT_THROW(temper(kernels::nuts(), {.temperatures = 1}, {}), std::invalid_argument);
}

// Two modes far apart; which one is told by a discrete latent, whose prior depends on the place.
constexpr auto far_modes = sl::gen([](auto& trace) {
  const auto mu = trace("mu", sl::normal(0.0, 3.0));
  const auto z = trace("z", sl::bernoulli(sl::inverse_logit(0.3 * mu - 0.4)));
  trace("y", sl::iid(sl::normal(sl::where(z, 4.0, -4.0) - mu, 0.3), 2));
  trace.factor(0.25);
});
TEST(tempering, any_kernel_with_discrete_latents) {
  const sl::posterior post(far_modes, sl::args(), sl::observe("y", std::vector<double>{0.1, -0.1}));
  double evidence = 0, heads = 0, mean = 0;  // by a sum over a grid
  for (double mu = -12; mu < 12; mu += 1e-4)
    for (const bool z : {false, true}) {
      const double p = 1 / (1 + std::exp(0.4 - 0.3 * mu)), m = (z ? 4 : -4) - mu;
      double w = 1e-4 * std::exp(0.25 - mu * mu / 18 - ((0.1 - m) * (0.1 - m) + (-0.1 - m) * (-0.1 - m)) / 0.18) * (z ? p : 1 - p);
      w /= std::sqrt(2 * M_PI) * 3 * 2 * M_PI * 0.09;
      evidence += w;
      heads += z ? w : 0;
      mean += w * mu;
    }
  const sl::run_options o{.chains = 8, .draws = 4000, .warmup = 1000};
  const auto check = [&](const auto& kernel, const char* what, std::size_t temperatures) {
    const auto r = sl::run_tempered(kernel, post, {.temperatures = temperatures}, o, sl::key(11));
    ASSERT_TRUE(r.log_evidence) << what;
    EXPECT_NEAR(std::stod(*r.attribute("stepping_stone")), std::log(evidence), 0.15) << what;
    EXPECT_NEAR(*r.log_evidence, std::log(evidence), 0.3) << what;
    for (const auto& row : sl::summarise(r)) {
      EXPECT_LT(row.r_hat, 1.05) << what << " " << row.name;
      EXPECT_NEAR(row.mean, (row.name == "z" ? heads : mean) / evidence, 5 * row.mcse_mean) << what << " " << row.name;
    }
  };
  const kernels::gibbs discrete({.at = "z"});
  check(kernels::cycle(discrete, kernels::drift({.at = "mu"})), "drift", 8);
  check(kernels::cycle(discrete, kernels::slice({.at = "mu"})), "slice, more temperatures than lanes", 11);
  check(kernels::regenerate(), "regenerate", 16);
  check(kernels::cycle(kernels::regenerate({.at = "z"}), kernels::at(sl::path("mu"), kernels::nuts())), "nuts", 8);
  check(kernels::cycle(discrete, kernels::elliptical_slice({.at = "mu"})), "elliptical slice", 8);
}
TEST(tempering, any_kernel_is_the_same_for_any_number_of_threads) {
  const sl::posterior post(far_modes, sl::args(), sl::observe("y", std::vector<double>{0.1, -0.1}));
  const kernels::cycle kernel(kernels::gibbs({.at = "z"}), kernels::drift({.at = "mu"}));
  const auto draws = [&](std::size_t chains, std::size_t threads) {
    return sl::run_tempered(kernel, post, {}, {.chains = chains, .draws = 50, .warmup = 100, .threads = threads}, sl::key(2)).posterior["mu"].values;
  };
  const auto one = draws(5, 1);
  EXPECT_EQ(one, draws(5, 3));
  const auto fewer = draws(2, 2);
  EXPECT_TRUE(std::equal(fewer.begin(), fewer.end(), one.begin()));
}

// The likelihood of most draws of the prior is very small: few temperatures are too few for the trapezoidal rule. Stepping stones hold.
TEST(tempering, evidence_where_the_two_estimates_differ) {
  const sl::posterior post(sl::gen([](auto& trace) {
                             const auto x = trace("x", sl::normal(0.0, 3.0));
                             trace("y", sl::normal(x * x, 0.2));
                           }),
                           sl::args(), sl::observe("y", 4.0));
  double exact = 0;  // by a sum over a grid
  for (double x = -12; x < 12; x += 1e-4) exact += 1e-4 * std::exp(-x * x / 18 - 0.5 * (4 - x * x) * (4 - x * x) / 0.04) / (2 * M_PI * 3 * 0.2);
  for (const std::size_t temperatures : {6u, 8u, 16u}) {
    const auto r = sl::run_tempered(kernels::nuts(), post, {.temperatures = temperatures}, {.chains = 4, .draws = 2000}, sl::key(5));
    const double error = std::stod(*r.attribute("evidence_error"));
    EXPECT_NEAR(*r.log_evidence, std::log(exact), std::min(0.3, 2 * error)) << temperatures;
    if (temperatures != 6) continue;
    EXPECT_GT(std::abs(std::stod(*r.attribute("thermodynamic_integral")) - std::log(exact)), error);
  }
}

TEST(tempering, an_uncertain_evidence_is_told) {
  // Three temperatures for a likelihood that is a hundred times narrower than the prior, and few draws.
  const auto r = temper(kernels::nuts(), {.temperatures = 3}, {.chains = 3, .draws = 30, .warmup = 200});
  EXPECT_TRUE(std::any_of(r.warnings.begin(), r.warnings.end(), [](const auto& w) { return w.find("log evidence") != std::string::npos; }));
  const double error = std::stod(*r.attribute("evidence_error"));
  EXPECT_GT(error, 0.5);
}

// Draws of L by hand, one temperature between 0 and 1: E_0[exp(β L)] and E_β[exp((1 − β) L)].
TEST(tempering, stepping_stones_and_their_errors) {
  sl::temperature_ladder ladder({1, 0.25, 0});
  const std::size_t steps = 1000;
  double low = 0, high = 0;
  for (std::size_t s = 0; s < steps; ++s) {
    const double x = std::sin(static_cast<double>(s)), y = std::cos(2.0 * static_cast<double>(s));
    ladder.end_step(s, 0, false, {0, x, y});
    high += std::exp(0.75 * x) / steps;
    low += std::exp(0.25 * y) / steps;
  }
  EXPECT_NEAR(ladder.stepping_stone(), std::log(high) + std::log(low), 1e-12);
  const auto errors = ladder.stone_errors();
  EXPECT_GE(errors.size(), 62u);
  EXPECT_LE(errors.size(), 127u);
  EXPECT_NEAR(sl::mean(errors), 0, 1e-12);
  // The first stretch by hand; sums over stretches of 8 steps, of which 125 are whole.
  ASSERT_EQ(errors.size(), 125u);
  double first = -2;
  for (std::size_t s = 0; s < 8; ++s) first += (std::exp(0.75 * std::sin(static_cast<double>(s))) / high + std::exp(0.25 * std::cos(2.0 * static_cast<double>(s))) / low) / 8;
  EXPECT_NEAR(errors[0], first, 1e-12);
  // Impossible draws count as 0.
  sl::temperature_ladder rare({1, 0});
  for (std::size_t s = 0; s < 4; ++s) rare.end_step(s, 0, false, {0, s == 2 ? 1.0 : -HUGE_VAL});
  EXPECT_NEAR(rare.stepping_stone(), 1 - std::log(4), 1e-12);
  EXPECT_NEAR(rare.stone_errors()[2], 3, 1e-12);
}
