// Inference over models with branches, in lanes and with one chain, against posteriors by enumeration and closed forms.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include <starling/combinators/combinators.hpp>
#include <starling/distributions/distributions.hpp>
#include <starling/inference/importance.hpp>
#include <starling/inference/kernels/composition.hpp>
#include <starling/inference/kernels/drift.hpp>
#include <starling/inference/kernels/proposal.hpp>
#include <starling/inference/kernels/regenerate.hpp>
#include <starling/inference/run.hpp>

namespace sl = starling;

namespace {

double density(double x, double m, double s) { return std::exp(-0.5 * (x - m) * (x - m) / (s * s)) / (s * std::sqrt(2 * std::numbers::pi)); }

// u ~ N(0, 1) decides about the branch: above 0.3 a choice "a" around u and y around a, else y around −2 with twice the noise.
constexpr auto with_a = sl::gen([](auto& trace, const auto& u) { return trace("a", sl::normal(u + 1.0, 0.5)); });
constexpr auto without = sl::gen([](auto&, const auto& u) { return 0.0 * u - 2.0; });
constexpr auto decided = sl::gen([](auto& trace) {
  const auto u = trace("u", sl::normal(0.0, 1.0));
  const auto m = trace("s", sl::cond(with_a, without), u > 0.3, u);
  trace("y", sl::normal(m, 1.0));
});
constexpr auto narrow = sl::gen([](auto& trace) { return trace("x", sl::normal(-1.0, 0.5)); });
constexpr auto wide = sl::gen([](auto& trace) { return trace("x", sl::normal(2.0, 2.0)); });
const double y = 0.2;
const sl::path a = sl::address("s") / "a";

// By quadrature over u, and a in closed form: y | u ~ N(u + 1, √(0.25 + 1)).
struct exact {
  double evidence = 0, branch = 0, mean_u = 0, mean_a = 0;  // branch: probability of the first; mean_a: given that branch
  exact() {
    const double h = 1e-3;
    for (double u = -8 + h / 2; u < 8; u += h) {
      const bool first = u > 0.3;
      const double joint = density(u, 0, 1) * (first ? density(y, u + 1, std::sqrt(1.25)) : density(y, -2, 1)) * h;
      evidence += joint;
      mean_u += u * joint;
      if (!first) continue;
      branch += joint;
      mean_a += joint * ((u + 1) / 0.25 + y) / (1 / 0.25 + 1);
    }
    mean_a /= branch;
    branch /= evidence;
    mean_u /= evidence;
  }
};

const auto posterior_of = [] { return sl::posterior(decided, sl::args(), sl::observe("y", y)); };

// Frequencies and means over all draws; a is NaN exactly where the branch is the other one.
void expect_exact(const sl::result& fit, double tolerance, const char* what) {
  const exact e;
  const auto* u = fit.posterior.find("u");
  const auto* as = fit.posterior.find("s.a") ? fit.posterior.find("s.a") : fit.posterior.find("s/a");
  ASSERT_TRUE(u && as) << what;
  double first = 0, mean_u = 0, mean_a = 0;
  for (std::size_t i = 0; i < u->values.size(); ++i) {
    const bool taken = u->values[i] > 0.3;
    ASSERT_EQ(std::isnan(as->values[i]), !taken) << what << " draw " << i;
    mean_u += u->values[i];
    first += taken;
    if (taken) mean_a += as->values[i];
  }
  const auto n = static_cast<double>(u->values.size());
  EXPECT_NEAR(first / n, e.branch, tolerance) << what;
  EXPECT_NEAR(mean_u / n, e.mean_u, 2 * tolerance) << what;
  EXPECT_NEAR(mean_a / first, e.mean_a, 2 * tolerance) << what;
}

}  // namespace

TEST(branches, importance_sampling_finds_the_evidence) {
  const exact e;
  const auto post = posterior_of();
  const auto fit = sl::importance(post, 200'000, sl::key(1));
  EXPECT_NEAR(*fit.log_evidence, std::log(e.evidence), 5 * std::sqrt(1.0 / *fit.ess));
  const auto* u = fit.posterior.find("u");
  double total = 0, first = 0;
  for (std::size_t i = 0; i < u->values.size(); ++i) {
    total += std::exp(fit.log_weights[i]);
    if (u->values[i] > 0.3) first += std::exp(fit.log_weights[i]);
  }
  EXPECT_NEAR(first / total, e.branch, 5 * std::sqrt(0.25 / *fit.ess));
}

// Standard errors: at least 1 effective draw in 40 kept ones (far less in truth), 5 sd.
TEST(branches, kernels_leave_the_posterior_unchanged) {
  const auto post = posterior_of();
  constexpr auto nudge = sl::gen([](auto& trace, const auto& current) { trace("u", sl::normal(0.5 * current["u"], 1.0)); });
  const auto check = [&](const auto& kernel, const char* what) {
    expect_exact(sl::run(kernel, post, {.chains = 203, .draws = 1000, .warmup = 200, .thin = 4}, sl::key(3)), 0.02, what);
    expect_exact(sl::run(kernel, post, {.chains = 1, .draws = 60'000, .warmup = 500, .thin = 4}, sl::key(4)), 0.04, what);
  };
  check(sl::kernels::regenerate(), "regenerate");
  check(sl::kernels::cycle(sl::kernels::regenerate({.at = sl::select("u")}), sl::kernels::regenerate({.at = sl::select(a)})), "regenerate in turn");
  check(sl::kernels::drift({.scale = 1.0}), "drift");
  check(sl::kernels::cycle(sl::kernels::proposal(nudge), sl::kernels::regenerate({.at = sl::select(a)})), "proposal");
}

// An observation in a branch: chains and particles stay where it is reached.
TEST(branches, an_observation_in_a_branch_is_always_reached) {
  const sl::posterior post(decided, sl::args(), sl::observe("y", y) & sl::observe(a, 0.7));
  const auto fit = sl::run(sl::kernels::drift({.scale = 1.0}), post, {.chains = 19, .draws = 500, .warmup = 100}, sl::key(5));
  for (const double u : fit.posterior.find("u")->values) ASSERT_GT(u, 0.3);
  double evidence = 0;
  const double h = 1e-3;
  for (double u = 0.3 + h / 2; u < 8; u += h) evidence += density(u, 0, 1) * density(0.7, u + 1, 0.5) * density(y, 0.7, 1) * h;
  const auto particles = sl::importance(post, 200'000, sl::key(6));
  EXPECT_NEAR(*particles.log_evidence, std::log(evidence), 5 * std::sqrt(1.0 / *particles.ess));
}

// A mixture through mix: its index is discrete, and components share "x".
TEST(branches, a_mixture_by_mix) {
  constexpr auto mixture = sl::gen([](auto& trace, const auto& logs) { trace("y", sl::normal(trace("m", sl::mix(narrow, wide), logs), 1.0)); });
  const sl::posterior post(mixture, sl::args(std::vector{std::log(0.6), std::log(0.4)}), sl::observe("y", 0.5));
  const double first = 0.6 * density(0.5, -1, std::sqrt(1.25)), second = 0.4 * density(0.5, 2, std::sqrt(5.0));
  const auto share = [&](const sl::result& fit) {
    const auto* index = fit.posterior.find("m.index") ? fit.posterior.find("m.index") : fit.posterior.find("m/index");
    double ones = 0;
    for (const double i : index->values) ones += i;
    return ones / static_cast<double>(index->values.size());
  };
  const sl::path index = sl::address("m") / "index", x = sl::path(sl::address("m") / "component") / sl::address("x");
  const auto kernel = sl::kernels::cycle(sl::kernels::regenerate({.at = sl::select(index)}), sl::kernels::drift({.scale = 1.0, .at = sl::select(x)}));
  EXPECT_NEAR(share(sl::run(kernel, post, {.chains = 203, .draws = 1000, .warmup = 200, .thin = 4}, sl::key(7))), second / (first + second), 0.02);
  EXPECT_NEAR(share(sl::run(kernel, post, {.chains = 1, .draws = 60'000, .warmup = 500, .thin = 4}, sl::key(8))), second / (first + second), 0.04);
  EXPECT_NEAR(*sl::importance(post, 200'000, sl::key(9)).log_evidence, std::log(first + second), 0.02);
}
