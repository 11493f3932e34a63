// Chains of dynamic models against exact sums and quadrature.
#include <starling/diagnostics/mcse.hpp>
#include <starling/distributions/bernoulli.hpp>
#include <starling/distributions/normal.hpp>
#include <starling/inference/kernels/composition.hpp>
#include <starling/inference/kernels/drift.hpp>
#include <starling/inference/kernels/proposal.hpp>
#include <starling/inference/kernels/regenerate.hpp>
#include <starling/inference/run.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace sl = starling;
namespace kernels = sl::kernels;

namespace {

constexpr double z = 4.9;  // two-sided false alarm 1e-6

// A sum of a random number of terms; given the number it is normal.
constexpr auto random_sum = sl::gen(sl::dynamic, [](auto& trace) {
  double total = 0;
  long n = 0;
  for (; n < 12 && trace({"go", n}, sl::bernoulli(0.5)); ++n) total += trace({"x", n}, sl::normal(1.0, 0.5));
  trace.note("n", n);
  trace("y", sl::normal(total, 0.5));
});
double exact_number_of_terms(double y) {
  double weights = 0, sum = 0;
  for (int n = 0; n <= 12; ++n) {
    const double variance = 0.25 * n + 0.25, r = y - n;
    const double w = std::pow(0.5, n < 12 ? n + 1 : 12) * std::exp(-0.5 * r * r / variance) / std::sqrt(variance);
    weights += w;
    sum += n * w;
  }
  return sum / weights;
}

// The branch and the latents depend on m.
constexpr auto branches = sl::gen(sl::dynamic, [](auto& trace) {
  const double m = trace("m", sl::normal(0.0, 1.0));
  const double u = m > 0.3 ? trace("u", sl::normal(m, 0.5)) : trace("v", sl::normal(2.0, 1.0));
  trace("y", sl::normal(u, 0.7));
});
struct branch_moments {
  double m, u_present;
};
branch_moments exact_branches(double y) {
  const auto density = [](double x, double mean, double variance) { return std::exp(-0.5 * (x - mean) * (x - mean) / variance) / std::sqrt(variance); };
  double weights = 0, m_sum = 0, u_sum = 0;
  const double h = 1e-4;
  for (double m = -8 + h / 2; m < 8; m += h) {
    const double w = density(m, 0, 1) * (m > 0.3 ? density(y, m, 0.74) : density(y, 2, 1.49));
    weights += w;
    m_sum += m * w;
    if (m > 0.3) u_sum += w;
  }
  return {m_sum / weights, u_sum / weights};
}

const sl::posterior sums(random_sum, sl::args(), sl::observe("y", 2.2));
const sl::posterior choice(branches, sl::args(), sl::observe("y", 1.5));
constexpr sl::run_options options{.chains = 8, .draws = 5000, .warmup = 500};

double mean(const std::vector<double>& xs) {
  double s = 0;
  for (const double x : xs) s += x;
  return s / static_cast<double>(xs.size());
}
std::vector<double> presence(const sl::variable& v) {
  std::vector<double> p;
  for (const double x : v.values) p.push_back(x == x);
  return p;
}

template <class Kernel>
void expect_sum(const Kernel& kernel, std::uint64_t seed) {
  const auto fit = sl::run(kernel, sums, options, sl::key(seed));
  const auto n = fit.posterior["n"].element(0);
  const double error = sl::mcse_mean(n, options.chains);
  EXPECT_NEAR(mean(n), exact_number_of_terms(2.2), z * error);
  EXPECT_LT(error, 0.03);
  EXPECT_GT(std::abs(mean(n) - exact_number_of_terms(2.6)), z * error);  // negative control: other data
}
template <class Kernel>
void expect_branches(const Kernel& kernel, std::uint64_t seed) {
  const auto fit = sl::run(kernel, choice, options, sl::key(seed));
  const auto m = fit.posterior["m"].element(0);
  const auto u = presence(fit.posterior["u"]), v = presence(fit.posterior["v"]);
  const auto exact = exact_branches(1.5);
  EXPECT_NEAR(mean(m), exact.m, z * sl::mcse_mean(m, options.chains));
  EXPECT_NEAR(mean(u), exact.u_present, z * sl::mcse_mean(u, options.chains));
  EXPECT_DOUBLE_EQ(mean(u) + mean(v), 1);  // NaN exactly where absent
  EXPECT_LT(sl::mcse_mean(u, options.chains), 0.02);
  EXPECT_GT(std::abs(mean(u) - exact_branches(2.5).u_present), z * sl::mcse_mean(u, options.chains));  // negative control
}

constexpr auto shrink = sl::gen(sl::dynamic, [](auto& trace, const auto& current) { trace("m", sl::normal(0.9 * current["m"], 0.8)); });

TEST(DynamicChains, RegenerateALoopOfRandomLength) { expect_sum(kernels::regenerate(), 1); }
TEST(DynamicChains, RegenerateAndDriftALoopOfRandomLength) {
  expect_sum(kernels::cycle(kernels::regenerate(), kernels::drift({.scale = 0.4, .at = sl::select({"x", sl::all})})), 2);
}
TEST(DynamicChains, RegenerateBranches) { expect_branches(kernels::regenerate(), 3); }
TEST(DynamicChains, DriftAcrossBranches) { expect_branches(kernels::drift(), 4); }
TEST(DynamicChains, MixedKernels) {
  expect_branches(kernels::mix(kernels::drift({.scale = 0.7}), kernels::repeat(kernels::regenerate({.at = sl::select("m")}), 2)), 5);
}
TEST(DynamicChains, ProposalAcrossBranches) {
  expect_branches(kernels::cycle(kernels::proposal(shrink), kernels::regenerate({.at = sl::select("u", "v")})), 6);
}

TEST(DynamicChains, AreTheSameForAnyNumberOfThreads) {
  auto few = options;
  few.draws = 200;
  few.threads = 1;
  const auto one = sl::run(kernels::drift(), choice, few, sl::key(7));
  few.threads = 2;
  const auto two = sl::run(kernels::drift(), choice, few, sl::key(7));
  ASSERT_EQ(one.posterior.variables.size(), two.posterior.variables.size());
  EXPECT_EQ(one.posterior["m"].values, two.posterior["m"].values);
  EXPECT_NE(one.posterior["m"].values, sl::run(kernels::drift(), choice, few, sl::key(8)).posterior["m"].values);
}

template <class Kernel>
std::string refusal(const Kernel& kernel) {
  try {
    sl::run(kernel, choice, {.chains = 1, .draws = 10, .warmup = 0}, sl::key(1));
  } catch (const std::exception& e) {
    return e.what();
  }
  return "accepted";
}
constexpr auto touches_data = sl::gen(sl::dynamic, [](auto& trace, const auto&) { trace("y", sl::normal(0.0, 1.0)); });
constexpr auto misspelled = sl::gen(sl::dynamic, [](auto& trace, const auto&) { trace("mm", sl::normal(0.0, 1.0)); });
TEST(DynamicChains, SayWhatIsWrong) {
  EXPECT_NE(refusal(kernels::drift({.covariance = {1.0}})).find("come and go"), std::string::npos);
  EXPECT_NE(refusal(kernels::proposal(touches_data)).find("y, which is observed"), std::string::npos) << refusal(kernels::proposal(touches_data));
  EXPECT_NE(refusal(kernels::proposal(misspelled)).find("mm"), std::string::npos) << refusal(kernels::proposal(misspelled));
}

TEST(DynamicChains, ASelectionThatNeverHoldsALatentIsAWarning) {
  const sl::posterior post(branches, sl::args(), sl::observe("y", 1.0));
  const auto kernel = kernels::cycle(kernels::regenerate({.at = sl::select("typo")}), kernels::regenerate({.at = sl::select("u", "m")}));
  const auto fit = sl::run(kernel, post, {.chains = 2, .draws = 50}, sl::key(1));
  ASSERT_FALSE(fit.warnings.empty());
  for (const auto& w : fit.warnings) EXPECT_EQ(w.find("selection"), &w == &fit.warnings[0] ? 4u : std::string::npos) << w;
  EXPECT_NE(fit.warnings[0].find("the selection typo of a kernel never held a latent"), std::string::npos) << fit.warnings[0];
}

}  // namespace
