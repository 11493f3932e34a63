// Elliptical slice sampling, against posteriors in closed form.
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include <starling/distributions/distributions.hpp>
#include <starling/inference/kernels/composition.hpp>
#include <starling/inference/kernels/drift.hpp>
#include <starling/inference/kernels/elliptical_slice.hpp>
#include <starling/inference/run.hpp>

#include "models/thrown.hpp"

namespace sl = starling;
namespace kernels = sl::kernels;

namespace {

// f ~ multivariate_normal(m, K) of two elements with correlation 0.9, a ~ normal(1, 2), v ~ two normals; y sees f[0] + a + v[1].
constexpr auto model = sl::gen([](auto& trace) {
  using R = sl::real_of<decltype(trace)>;
  sl::matrix<R> covariance(2, 2);
  covariance(0, 0) = R(1.0);
  covariance(1, 1) = R(1.0);
  covariance(0, 1) = covariance(1, 0) = R(0.9);
  const auto f = trace("f", sl::multivariate_normal(std::vector<double>{0.5, -0.5}, covariance));
  const auto a = trace("a", sl::normal(1.0, 2.0));
  const auto v = trace("v", sl::iid(sl::normal(0.0, 1.0), 2));
  trace("y", sl::normal(f[0] + a + v[1], 0.5));
});

}  // namespace

TEST(elliptical_slice, finds_the_exact_posterior_in_lanes_and_in_one_chain) {
  const auto post = sl::posterior(model, sl::args(), sl::observe("y", 4.0));
  // The sum s has prior mean 1.5 and variance 1 + 4 + 1; each latent moves by its covariance with s times (4 − 1.5) / (6 + 0.25).
  const double gain = 2.5 / 6.25;
  for (const std::size_t chains : {std::size_t{16}, std::size_t{1}}) {
    const auto fit = sl::run(kernels::elliptical_slice(), post, {.chains = chains, .draws = 64'000 / chains, .warmup = 50}, sl::key(chains));
    for (const auto& row : sl::summarise(fit)) {
      const bool is_f1 = row.name == "f[0]", is_f2 = row.name == "f[1]", is_a = row.name == "a", is_v1 = row.name == "v[0]";
      const double covariance = is_f1 ? 1 : is_f2 ? 0.9
                                        : is_a    ? 4
                                        : is_v1   ? 0
                                                  : 1,
                   prior = is_f1 ? 0.5 : is_f2 ? -0.5
                                     : is_a    ? 1
                                               : 0,
                   variance = is_a ? 4 : 1;
      EXPECT_NEAR(row.mean, prior + covariance * gain, 5 * row.mcse_mean) << row.name << " " << chains;
      EXPECT_NEAR(row.sd, std::sqrt(variance - covariance * covariance / 6.25), 5 * row.mcse_sd) << row.name << " " << chains;
      EXPECT_LT(row.mcse_mean, 0.05) << row.name;
    }
  }
}

// The prior's parameters are latents that another kernel moves.
TEST(elliptical_slice, beside_a_kernel_that_moves_the_prior) {
  const auto post = sl::posterior(sl::gen([](auto& trace) {
                                    const auto m = trace("m", sl::normal(0.0, 1.0));
                                    const auto x = trace("x", sl::normal(m, 1.0));
                                    trace("y", sl::normal(x, 1.0));
                                  }),
                                  sl::args(), sl::observe("y", 3.0));
  const auto fit = sl::run(kernels::cycle(kernels::elliptical_slice({.at = "x"}), kernels::repeat(kernels::drift({.at = "m"}), 4)), post, {.chains = 16, .draws = 4000}, sl::key(7));
  for (const auto& row : sl::summarise(fit)) EXPECT_NEAR(row.mean, row.name == "m" ? 1 : 2, 5 * row.mcse_mean) << row.name;
}

TEST(elliptical_slice, other_priors_are_refused) {
  const auto post = sl::posterior(sl::gen([](auto& trace) { trace("s", sl::gamma(2.0, 1.0)); }), sl::args(), sl::choice_map());
  try {
    sl::run(kernels::elliptical_slice(), post, {.draws = 1}, sl::key(1));
    FAIL() << "nothing was thrown";
  } catch (const std::invalid_argument& e) {
    EXPECT_NE(std::string(e.what()).find("the prior of the latent at s (gamma) is not normal"), std::string::npos) << e.what();
  }
}

// Moved together they would have another posterior, of another prior.
TEST(elliptical_slice, latents_that_depend_on_each_other_are_refused) {
  const auto mean = sl::posterior(sl::gen([](auto& trace) {
                                    const auto x = trace("x", sl::normal(0.0, 1.0));
                                    const auto y = trace("y", sl::normal(x, 1.0));
                                    trace("z", sl::normal(y, 1.0));
                                  }),
                                  sl::args(), sl::observe("z", 3.0));
  const auto scale = sl::posterior(sl::gen([](auto& trace) {
                                     const auto x = trace("x", sl::normal(0.0, 1.0));
                                     const auto y = trace("y", sl::iid(sl::normal(0.0, sl::exp(x)), 2));
                                     trace("z", sl::normal(y[0], 1.0));
                                   }),
                                   sl::args(), sl::observe("z", 3.0));
  for (const std::size_t chains : {1u, 4u}) {
    const auto message = [&](const auto& post) { return thrown([&] { sl::run(kernels::elliptical_slice(), post, {.chains = chains, .draws = 1}, sl::key(1)); }); };
    EXPECT_NE(message(mean).find("the prior of the latent at y depends on another latent that it moves"), std::string::npos) << message(mean);
    EXPECT_NE(message(scale).find("the prior of the latent at y depends on another latent that it moves"), std::string::npos) << message(scale);
  }
  const auto fit = sl::run(kernels::cycle(kernels::elliptical_slice({.at = "x"}), kernels::elliptical_slice({.at = "y"})), mean, {.chains = 8, .draws = 8000}, sl::key(3));
  for (const auto& row : sl::summarise(fit)) EXPECT_NEAR(row.mean, row.name == "x" ? 1 : 2, 5 * row.mcse_mean) << row.name;
}
