// Importance sampling, predictive draws and log likelihoods of dynamic models, against exact sums.
#include <starling/distributions/bernoulli.hpp>
#include <starling/distributions/iid.hpp>
#include <starling/distributions/normal.hpp>
#include <starling/distributions/poisson.hpp>
#include <starling/inference/importance.hpp>
#include <starling/inference/kernels/regenerate.hpp>
#include <starling/inference/posterior_program.hpp>
#include <starling/inference/predictive.hpp>
#include <starling/inference/run.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

namespace sl = starling;

namespace {

constexpr double z = 4.9;  // two-sided false alarm 1e-6

// A random number of terms; given the number, n or none of which is in the sum, y is normal.
constexpr auto random_sum = sl::gen(sl::dynamic, [](auto& trace) {
  double total = 0;
  long n = 0;
  for (; n < 12 && trace({"go", n}, sl::bernoulli(0.5)); ++n) total += trace({"x", n}, sl::normal(1.0, 0.5));
  trace.note("n", n);
  trace("y", sl::normal(total, 0.5));
});
const sl::posterior sum_posterior(random_sum, sl::args(), sl::observe("y", 2.3));

struct exact {
  double evidence = 0, terms = 0;
};
exact exact_sum(double y) {
  exact e;
  double first = 0;
  for (int n = 0; n <= 12; ++n) {
    const double variance = 0.25 * n + 0.25, r = y - n;
    const double w = std::pow(0.5, n < 12 ? n + 1 : 12) * std::exp(-0.5 * r * r / variance) / std::sqrt(2 * std::acos(-1.0) * variance);
    e.evidence += w;
    first += n * w;
  }
  e.terms = first / e.evidence;
  return e;
}

// Where no particle has a weight that can be used, the sentence says why.
constexpr auto two = [](auto& trace, double factor) {
  const auto m = trace("m", sl::normal(0.0, 1.0));
  for (std::size_t i = 0; i < 2; ++i) trace({"y", i}, sl::normal(m, 1.0));
  trace.factor(factor);
};
template <class Model> std::string why_not(const Model& model, double factor, double second) {
  try {
    sl::importance(sl::posterior(model, sl::args(factor), sl::observe("y", {0.5, second})), 100, sl::key(1));
  } catch (const std::runtime_error& e) {
    return e.what();
  }
  return {};
}
TEST(DynamicImportance, NamesObservationsThatAreNaNAndInfiniteWeights) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const auto expect = [](const std::string& said, const std::string& words) { EXPECT_NE(said.find(words), std::string::npos) << said; };
  expect(why_not(sl::gen(two), 0, NAN), "the observation at y[1] is NaN");
  expect(why_not(sl::gen(sl::dynamic, two), 0, NAN), "the observation at y[1] is NaN");
  expect(why_not(sl::gen(two), infinity, 0), "the weights of 100 of the 100 particles are infinite");
  expect(why_not(sl::gen(sl::dynamic, two), infinity, 0), "the weights of 100 of the 100 particles are infinite");
  expect(why_not(sl::gen(two), -infinity, 0), "the observations are impossible under the model");
}

TEST(DynamicImportance, EstimatesEvidenceAndMeans) {
  const auto e = exact_sum(2.3);
  const auto fit = sl::importance(sum_posterior, 100'000, sl::key(1));
  const double error = 1 / std::sqrt(*fit.ess);
  EXPECT_NEAR(*fit.log_evidence, std::log(e.evidence), z * error);
  double weight = 0, terms = 0;
  const auto n = fit.posterior["n"].values;
  ASSERT_EQ(n.size(), fit.log_weights.size());
  for (std::size_t i = 0; i < n.size(); ++i) {
    weight += std::exp(fit.log_weights[i]);
    terms += n[i] * std::exp(fit.log_weights[i]);
  }
  EXPECT_NEAR(terms / weight, e.terms, z * 1.5 * error);
  // x[0] is there in the draws that have a term, and only there.
  const auto x = fit.posterior["x"].element(0);
  for (std::size_t i = 0; i < 1000; ++i) EXPECT_EQ(std::isnan(x[i]), n[i] < 1);
}

TEST(DynamicImportance, GivesTheSameForAnyNumberOfThreads) {
  const auto one = sl::importance(sum_posterior, 3000, {.threads = 1}, sl::key(2)), two = sl::importance(sum_posterior, 3000, {.threads = 2}, sl::key(2));
  EXPECT_EQ(one.log_weights, two.log_weights);
  EXPECT_EQ(one.posterior["n"].values, two.posterior["n"].values);
}

TEST(DynamicImportance, GivesSummariesOnRequest) {
  const auto full = sl::importance(sum_posterior, 5000, sl::key(3));
  const auto brief = sl::importance(sum_posterior, 5000, {.summaries_only = true}, sl::key(3));
  EXPECT_TRUE(brief.posterior.empty());
  const auto rows = sl::summarise(full);
  ASSERT_EQ(brief.summaries.size(), rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(brief.summaries[i].name, rows[i].name);
  EXPECT_EQ(*brief.log_evidence, *full.log_evidence);
}

TEST(DynamicImportance, ImpossibleObservationsAreAnError) {
  constexpr auto model = sl::gen(sl::dynamic, [](auto& trace) {
    if (trace("b", sl::bernoulli(0.5))) trace("y", sl::poisson(1.0));
    else trace("y", sl::poisson(2.0));
  });
  EXPECT_THROW(sl::importance(sl::posterior(model, sl::args(), sl::observe("y", -1L)), 100, sl::key(1)), std::runtime_error);
}

// A branch decides which mean y, a vector, has.
constexpr auto branches = sl::gen(sl::dynamic, [](auto& trace) {
  const double m = trace("m", sl::normal(0.0, 1.0));
  const double u = m > 0 ? trace("u", sl::normal(m, 0.1)) : -3.0;
  trace("y", sl::iid(sl::normal(u, 0.5), 2));
});
const std::vector<double> ys{0.4, 0.9};
const sl::posterior branch_posterior(branches, sl::args(), sl::observe("y", ys));

double normal_log_density(double x, double mean, double sd) {
  return -0.5 * (x - mean) * (x - mean) / (sd * sd) - std::log(sd) - 0.5 * std::log(2 * std::acos(-1.0));
}

TEST(DynamicPredictive, LogLikelihoodsAreTheDensitiesOfTheObservations) {
  auto fit = sl::importance(branch_posterior, 500, sl::key(4));
  const auto& d = sl::log_likelihood(branch_posterior, fit);
  const auto u = fit.posterior["u"].values;
  std::size_t without = 0;
  for (std::size_t i = 0; i < 500; ++i) {
    const double mean = std::isnan(u[i]) ? -3.0 : u[i];
    without += std::isnan(u[i]);
    for (std::size_t e = 0; e < 2; ++e) EXPECT_NEAR(d["y"].values[2 * i + e], normal_log_density(ys[e], mean, 0.5), 1e-12);
  }
  EXPECT_GT(without, 150u);
}

TEST(DynamicPredictive, DrawsComeAnewForEachDrawOfTheLatents) {
  auto fit = sl::run(sl::kernels::regenerate(), branch_posterior, {.chains = 2, .draws = 4000}, sl::key(5));
  const auto& d = sl::posterior_predictive(branch_posterior, fit, sl::key(6));
  ASSERT_EQ(d.chains, 2u);
  ASSERT_EQ(d["y"].shape, (std::vector<std::size_t>{2}));
  const auto u = fit.posterior["u"].values;
  double sum = 0, squares = 0;
  for (std::size_t i = 0; i < u.size(); ++i)
    for (const std::size_t e : {0u, 1u}) {
      const double r = (d["y"].values[2 * i + e] - (std::isnan(u[i]) ? -3.0 : u[i])) / 0.5;
      sum += r;
      squares += r * r;
    }
  const double n = 2.0 * static_cast<double>(u.size());
  EXPECT_NEAR(sum / n, 0, z / std::sqrt(n));
  EXPECT_NEAR(squares / n, 1, z * std::sqrt(2 / n));
}

TEST(DynamicPredictive, PriorDrawsHaveTheModelsMoments) {
  const auto d = sl::prior_predictive(sum_posterior, 20'000, sl::key(7));
  const auto y = d["y"].values;
  double sum = 0;
  for (const double x : y) sum += x;
  double mean = 0, second = 0;
  for (int n = 0; n <= 12; ++n) {
    const double p = std::pow(0.5, n < 12 ? n + 1 : 12);
    mean += p * n;
    second += p * (n * n + 0.25 * n + 0.25);
  }
  EXPECT_NEAR(sum / 20'000, mean, z * std::sqrt((second - mean * mean) / 20'000));
}

TEST(DynamicPredictive, AFitOfAnotherPosteriorIsAnErrorThatNamesTheAddress) {
  auto fit = sl::importance(sum_posterior, 50, sl::key(8));
  try {
    sl::posterior_predictive(branch_posterior, fit, sl::key(9));
    FAIL() << "nothing was thrown";
  } catch (const std::invalid_argument& e) {
    EXPECT_NE(std::string(e.what()).find("has no value at m, which the model visits"), std::string::npos) << e.what();
  }
}

TEST(DynamicPrograms, OfferImportanceAndSimulation) {
  sl::progress silent;
  const auto weighted = sl::importance_posterior(branch_posterior, sl::kernels::regenerate(), {.particles = 300}, silent);
  EXPECT_EQ(weighted.log_weights.size(), 300u);
  const auto prior = sl::simulate_posterior(branch_posterior, sl::kernels::regenerate(), {.draws = 200}, silent);
  EXPECT_EQ(prior.prior_predictive["y"].shape, (std::vector<std::size_t>{2}));
  EXPECT_NE(prior.posterior.find("m"), nullptr);
}

}  // namespace
