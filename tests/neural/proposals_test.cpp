// Nets as proposals: importance sampling, with and without a defensive share, Markov chains, calibration of a guide.
#include <gtest/gtest.h>

#include <cmath>

#include <starling/diagnostics/psis.hpp>
#include <starling/distributions/distributions.hpp>
#include <starling/inference/calibrate_guide.hpp>
#include <starling/inference/kernels/proposal.hpp>
#include <starling/inference/run.hpp>
#include <starling/neural/layers.hpp>

namespace sl = starling;
namespace nn = starling::neural;

namespace {

// The posterior of z is normal(y/2, 1/√2), that of y normal(0, √2).
constexpr auto conjugate = sl::gen([](auto& trace) {
  const auto z = trace("z", sl::normal(0.0, 1.0));
  trace("y", sl::normal(z, 1.0));
});
const sl::posterior post(conjugate, sl::args(), sl::observe("y", 1.2));
const double evidence = -0.25 * 1.2 * 1.2 - 0.5 * std::log(4 * M_PI);

constexpr auto line = nn::linear(1, 1).with_doubles();
constexpr auto guide = sl::gen([](auto& trace, const auto& data) { trace("z", sl::normal(trace("net", line, data["y"])[0], sl::exp(trace.param("log_s", 0.0)))); });
sl::parameter_store store_of(double weight, double bias, double deviation) {
  sl::parameter_store s;
  s.set("net/weight", {weight}, {1, 1});
  s.set("net/bias", bias);
  s.set("log_s", std::log(deviation));
  return s;
}
bool warns(const sl::result& r, const char* of) {
  for (const auto& w : r.warnings)
    if (w.find(of) != std::string::npos) return true;
  return false;
}

TEST(proposals, an_exact_guide_leaves_nothing_to_weigh) {
  const auto store = store_of(0.5, 0, std::sqrt(0.5));
  const auto exact = sl::amortised(sl::with_parameters(guide, store));
  const auto r = sl::importance(post, exact, 1003, sl::key(1), {.defensive = 0});
  for (const double w : r.log_weights) EXPECT_NEAR(w, evidence, 1e-12);
  EXPECT_NEAR(*r.ess, 1003, 1e-6);
  const auto mixed = sl::importance(post, exact, 40'000, sl::key(1));
  EXPECT_NEAR(*mixed.log_evidence, evidence, 0.01);
  EXPECT_GT(*mixed.ess, 0.95 * 40'000);
  EXPECT_LT(sl::psis(mixed.log_weights).pareto_k, 0.5);
  EXPECT_FALSE(warns(mixed, "Pareto"));
  EXPECT_NE(mixed.attribute("pareto_k"), nullptr);
}

// A guide that is far off and too sure: by itself it misses the posterior and says so; with a share of the model it is right.
TEST(proposals, a_defensive_share_saves_a_bad_guide) {
  const auto store = store_of(0.5, 1.5, 0.2);
  const auto bad = sl::amortised(sl::with_parameters(guide, store));
  const auto alone = sl::importance(post, bad, 40'000, sl::key(2), {.defensive = 0});
  EXPECT_GT(std::abs(*alone.log_evidence - evidence), 0.1);
  EXPECT_TRUE(warns(alone, "Pareto"));
  const auto mixed = sl::importance(post, bad, 40'000, sl::key(2));
  const double error = std::sqrt(1 / *mixed.ess - 1 / 40'000.0);
  EXPECT_NEAR(*mixed.log_evidence, evidence, 4.9 * error);
  EXPECT_LT(error, 0.03);
  EXPECT_FALSE(warns(mixed, "Pareto"));
  EXPECT_NEAR(sl::summarise(mixed)[0].mean, 0.6, 5 * sl::summarise(mixed)[0].mcse_mean);
  EXPECT_THROW(sl::importance(post, bad, 100, sl::key(1), {.defensive = 1}), std::invalid_argument);
}

TEST(proposals, a_net_moves_markov_chains) {
  // Towards half of where it is, by a net of the current state, parameters from a store.
  const auto store = store_of(0.5, 0.2, 0.9);
  const auto moved = sl::gen([](auto& trace, const auto& current) { trace("z", sl::normal(trace("net", line, current["z"])[0], sl::exp(trace.param("log_s", 0.0)))); });
  const auto fit = sl::run(sl::kernels::proposal(sl::with_parameters(moved, store)), post, {.chains = 64, .draws = 500, .warmup = 50}, sl::key(3));
  const auto row = sl::summarise(fit)[0];
  EXPECT_NEAR(row.mean, 0.6, 5 * row.mcse_mean);
  EXPECT_NEAR(row.sd, std::sqrt(0.5), 0.02);
  EXPECT_LT(row.mcse_mean, 0.02);
}

TEST(proposals, guides_are_calibrated_in_one_call) {
  const auto exact = store_of(0.5, 0, std::sqrt(0.5)), sure = store_of(0.5, 0, 0.35);
  const auto of = [&](const sl::parameter_store& s) { return sl::calibrate(sl::amortised(sl::with_parameters(guide, s)), post, {.data_sets = 300}, sl::key(4)); };
  const auto good = of(exact), bad = of(sure);
  ASSERT_EQ(good.rows.size(), 1u);
  EXPECT_GT(good.rows[0].p_value, 0.001);
  EXPECT_TRUE(good.warnings.empty());
  EXPECT_LT(bad.rows[0].p_value, 1e-3);
  EXPECT_FALSE(bad.warnings.empty());
}

}  // namespace
