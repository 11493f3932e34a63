// Kernels that follow a gradient among other kernels: at(selection, nuts()) in cycles and mixtures, with discrete latents beside.
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include <starling/distributions/distributions.hpp>
#include <starling/inference/kernels/at.hpp>
#include <starling/inference/kernels/composition.hpp>
#include <starling/inference/kernels/drift.hpp>
#include <starling/inference/kernels/hmc.hpp>
#include <starling/inference/kernels/nuts.hpp>
#include <starling/inference/kernels/regenerate.hpp>
#include <starling/inference/kernels/slice.hpp>
#include <starling/inference/run.hpp>

#include "models/thrown.hpp"

namespace sl = starling;
namespace kernels = sl::kernels;

namespace {

// A coin chooses the mean of y; scale and vector latents stay constants while others move.
constexpr auto model = sl::gen([](auto& trace) {
  const auto coin = trace("coin", sl::bernoulli(0.3));
  const auto x = trace("x", sl::normal(0.0, 1.0));
  const auto s = trace("s", sl::exponential(1.0));
  const auto v = trace("v", sl::iid(sl::normal(0.0, 1.0), 2));
  trace("y", sl::normal(x + v[0] + sl::where(coin, 2.0, -2.0), 0.5 + s));
});
auto posterior() { return sl::posterior(model, sl::args(), sl::observe("y", 1.5)); }

// By quadrature over s: given coin and s, y is normal(±2, 2 + (0.5 + s)²), x has mean (y ∓ 2)/(2 + (0.5 + s)²).
struct exact {
  double coin, x, s;
};
exact by_quadrature() {
  double total = 0, coin = 0, x = 0, s = 0;
  for (int i = 0; i < 200'000; ++i) {
    const double at = (i + 0.5) * 1e-4, variance = 2 + (0.5 + at) * (0.5 + at);
    for (const bool heads : {false, true}) {
      const double r = 1.5 - (heads ? 2 : -2);
      const double w = (heads ? 0.3 : 0.7) * std::exp(-at - 0.5 * r * r / variance) / std::sqrt(variance);
      total += w;
      coin += heads ? w : 0;
      x += w * r / variance;
      s += w * at;
    }
  }
  return {coin / total, x / total, s / total};
}

void expect_exact(const sl::result& fit, const char* what) {
  const exact e = by_quadrature();
  for (const auto& row : sl::summarise(fit)) {
    const double expected = row.name == "coin" ? e.coin : row.name == "s"  ? e.s
                                                      : row.name == "v[1]" ? 0
                                                                           : e.x;
    EXPECT_NEAR(row.mean, expected, 5 * row.mcse_mean) << what << " " << row.name;
    EXPECT_LT(row.mcse_mean, 0.05) << what << " " << row.name;
    EXPECT_LT(row.r_hat, 1.02) << what << " " << row.name;
  }
}

}  // namespace

TEST(at, a_cycle_with_a_discrete_latent_finds_the_posterior) {
  const auto post = posterior();
  const auto continuous = sl::select("x", "s", "v");
  expect_exact(sl::run(kernels::cycle(kernels::at(continuous, kernels::nuts()), kernels::regenerate({.at = "coin"})), post, {.chains = 8, .draws = 4000}, sl::key(1)), "cycle");
}

TEST(at, each_latent_by_a_kernel_of_its_own) {
  const auto post = posterior();
  const auto fit = sl::run(kernels::cycle(kernels::at(sl::path("x"), kernels::nuts()), kernels::at(sl::select("v", "s"), kernels::hmc({.steps = 5, .jitter = 0.5})),
                                          kernels::regenerate({.at = "coin"})),
                           post, {.chains = 8, .draws = 4000}, sl::key(2));
  expect_exact(fit, "each");
}

TEST(at, mixtures_end_the_warm_up_where_it_is) {
  const auto post = posterior();
  const auto continuous = sl::select("x", "s", "v");
  expect_exact(sl::run(kernels::mix({2.0, 1.0}, kernels::at(continuous, kernels::nuts()), kernels::regenerate({.at = "coin"})), post, {.chains = 8, .draws = 8000}, sl::key(3)), "mix");
}

TEST(at, mistakes_are_told) {
  const auto post = posterior();
  const auto message = [&](const auto& kernel) { return thrown([&] { sl::run(kernel, post, {.draws = 1}, sl::key(1)); }); };
  EXPECT_NE(message(kernels::at(sl::path("nowhere"), kernels::nuts())).find("holds no latent"), std::string::npos);
  EXPECT_NE(message(kernels::at(sl::path("v"), kernels::nuts({.inverse_metric = {1, 2, 3}}))).find("inverse_metric has 3 numbers; 2 unconstrained"), std::string::npos);
  EXPECT_NE(message(kernels::at(sl::path("v"), kernels::hmc({.inverse_metric = {1, -2}}))).find("not positive definite"), std::string::npos);
  EXPECT_NE(thrown([] { kernels::at(sl::path("x"), kernels::nuts({.initial_radius = 1})); }).find(".start and .initial_radius say nothing here"), std::string::npos);
  EXPECT_NE(message(kernels::at(sl::path("coin"), kernels::nuts())).find("the latent at coin (bernoulli) has no free real numbers"), std::string::npos);
}

// at() of kernels that have .at is the same as naming the latents there, within what they name.
TEST(at, kernels_with_latents_of_their_own) {
  const auto post = posterior();
  const sl::run_options o{.chains = 3, .draws = 50};
  const auto draws = [&](const auto& kernel) { return sl::run(kernel, post, o, sl::key(4)).posterior["x"].values; };
  EXPECT_EQ(draws(kernels::at("x", kernels::slice())), draws(kernels::slice({.at = "x"})));
  EXPECT_EQ(draws(kernels::at("x", kernels::drift({.scale = 0.5}))), draws(kernels::drift({.scale = 0.5, .at = "x"})));
  EXPECT_EQ(draws(kernels::at(sl::select("x", "coin"), kernels::drift({.scale = 0.5, .at = sl::select("x", "s")}))), draws(kernels::drift({.scale = 0.5, .at = "x"})));
  EXPECT_EQ(draws(kernels::at("x", kernels::repeat(kernels::cycle(kernels::regenerate(), kernels::at(sl::select("x", "s"), kernels::nuts())), 2))),
            draws(kernels::repeat(kernels::cycle(kernels::regenerate({.at = "x"}), kernels::at(sl::path("x"), kernels::nuts())), 2)));
}

TEST(at, divergences_and_saturated_trees_are_told) {
  const auto post = sl::posterior(sl::gen([](auto& trace) {
                                    const auto coin = trace("coin", sl::bernoulli(0.3));
                                    const auto v = trace("v", sl::normal(sl::where(coin, 1.0, 0.0), 3.0));
                                    trace("x", sl::iid(sl::normal(0.0, sl::exp(0.5 * v)), 9));
                                  }),
                                  sl::args(), sl::choice_map());
  const auto warnings = [&](kernels::nuts_options o) {
    std::string all;
    const auto fit = sl::run(kernels::cycle(kernels::regenerate({.at = "coin"}), kernels::at(sl::select("v", "x"), kernels::nuts(o))), post, {.chains = 5, .draws = 400}, sl::key(5));
    for (const auto& w : fit.warnings) all += w + "\n";
    return all;
  };
  EXPECT_NE(warnings({.target_acceptance = 0.6}).find("of 2000 ("), std::string::npos);
  EXPECT_NE(warnings({.target_acceptance = 0.6}).find("trajectories ended in a divergence"), std::string::npos);
  EXPECT_NE(warnings({.max_depth = 1}).find("trees reached the largest depth"), std::string::npos);
  for (const auto& w : sl::run(kernels::at(sl::select("x", "s", "v"), kernels::nuts()), posterior(), {.draws = 50}, sl::key(6)).warnings) EXPECT_EQ(w.find("divergence"), std::string::npos);
}
