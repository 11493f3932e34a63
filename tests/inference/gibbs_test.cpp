// Gibbs sampling by enumeration, against posteriors summed up by hand.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <string>

#include <starling/distributions/distributions.hpp>
#include <starling/inference/kernels/composition.hpp>
#include <starling/inference/kernels/drift.hpp>
#include <starling/inference/kernels/gibbs.hpp>
#include <starling/inference/run.hpp>

namespace sl = starling;
namespace kernels = sl::kernels;

namespace {

// A category, coins that depend on it, a count whose support depends on the category.
constexpr auto model = sl::gen([](auto& trace) {
  const auto z = trace("z", sl::categorical(std::array{0.2, 0.5, 0.3}));
  const auto coins = trace("coins", sl::iid(sl::bernoulli(0.4), 2));
  const auto n = trace("n", sl::binomial(3, 0.5));
  trace("y", sl::normal(sl::as_real(z) + sl::where(coins[0], 1.0, 0.0) - sl::where(coins[1], 0.5, 0.0) + 0.3 * sl::as_real(n), 0.7));
});

struct expected {
  double z = 0, first = 0, second = 0, n = 0;
};
expected by_hand() {
  expected e;
  double total = 0;
  for (int z = 0; z < 3; ++z)
    for (int a = 0; a < 2; ++a)
      for (int b = 0; b < 2; ++b)
        for (int n = 0; n <= 3; ++n) {
          const double mean = z + a - 0.5 * b + 0.3 * n, r = (1.9 - mean) / 0.7;
          const double w = std::array{0.2, 0.5, 0.3}[static_cast<std::size_t>(z)] * (a ? 0.4 : 0.6) * (b ? 0.4 : 0.6) * std::array{1.0, 3.0, 3.0, 1.0}[static_cast<std::size_t>(n)] *
                           std::exp(-0.5 * r * r);
          total += w;
          e.z += w * z;
          e.first += w * a;
          e.second += w * b;
          e.n += w * n;
        }
  return {e.z / total, e.first / total, e.second / total, e.n / total};
}

void expect_exact(const sl::result& fit, const std::string& what) {
  const expected e = by_hand();
  for (const auto& row : sl::summarise(fit)) {
    const double mean = row.name == "z" ? e.z : row.name == "n"      ? e.n
                                            : row.name == "coins[0]" ? e.first
                                                                     : e.second;
    EXPECT_NEAR(row.mean, mean, 5 * row.mcse_mean) << what << " " << row.name;
    EXPECT_LT(row.mcse_mean, 0.02) << what << " " << row.name;
  }
}

}  // namespace

TEST(gibbs, finds_the_posterior_in_lanes_and_in_one_chain) {
  const auto post = sl::posterior(model, sl::args(), sl::observe("y", 1.9));
  expect_exact(sl::run(kernels::gibbs(), post, {.chains = 16, .draws = 2000, .warmup = 10}, sl::key(1)), "lanes");
  expect_exact(sl::run(kernels::gibbs(), post, {.chains = 1, .draws = 20'000, .warmup = 10}, sl::key(2)), "single");
}

// A draw from the conditional is independent of where the chain was: one latent alone gives independent draws.
TEST(gibbs, one_latent_is_drawn_independently) {
  const auto post = sl::posterior(model, sl::args(), sl::observe("y", 1.9) & sl::observe("coins", std::vector<int>{1, 0}) & sl::observe("n", 2));
  const auto fit = sl::run(kernels::gibbs(), post, {.chains = 8, .draws = 2000, .warmup = 1}, sl::key(3));
  EXPECT_GT(sl::summarise(fit)[0].ess_bulk, 12'000);
}

TEST(gibbs, continuous_latents_move_beside_it) {
  const auto mixture = sl::posterior(sl::gen([](auto& trace) {
                                       const auto z = trace("z", sl::bernoulli(0.5));
                                       const auto x = trace("x", sl::normal(0.0, 1.0));
                                       trace("y", sl::normal(x + sl::where(z, 1.0, -1.0), 0.5));
                                     }),
                                     sl::args(), sl::observe("y", 0.4));
  const auto fit = sl::run(kernels::cycle(kernels::gibbs({.at = "z"}), kernels::repeat(kernels::drift({.at = "x"}), 5)), mixture, {.chains = 32, .draws = 2000}, sl::key(4));
  // p(z) ∝ normal(y; ±1, √1.25)
  const double heads = std::exp(-0.5 * 0.36 / 1.25), tails = std::exp(-0.5 * 1.96 / 1.25);
  const auto rows = sl::summarise(fit);
  EXPECT_NEAR(rows[0].mean, heads / (heads + tails), 5 * rows[0].mcse_mean);
}

TEST(gibbs, infinite_supports_are_refused) {
  const auto post = sl::posterior(sl::gen([](auto& trace) { trace("n", sl::poisson(3.0)); }), sl::args(), sl::choice_map());
  try {
    sl::run(kernels::gibbs(), post, {.draws = 1}, sl::key(1));
    FAIL() << "nothing was thrown";
  } catch (const std::invalid_argument& e) {
    EXPECT_NE(std::string(e.what()).find("the latent at n (poisson) has no finite support"), std::string::npos) << e.what();
  }
}
