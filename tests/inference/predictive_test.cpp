// Predictive draws, log likelihoods and resampling, against the closed forms of a conjugate model.
#include <starling/distributions/categorical_logit_glm.hpp>
#include <starling/distributions/dirichlet.hpp>
#include <starling/distributions/exponential.hpp>
#include <starling/distributions/generalised_linear.hpp>
#include <starling/distributions/iid.hpp>
#include <starling/distributions/normal.hpp>
#include <starling/distributions/ordered_logistic_glm.hpp>
#include <starling/distributions/product.hpp>
#include <starling/inference/importance.hpp>
#include <starling/inference/kernels/regenerate.hpp>
#include <starling/inference/predictive.hpp>
#include <starling/inference/resample.hpp>
#include <starling/inference/run.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace sl = starling;

namespace {

// m ~ normal(0, 1), y[i] ~ normal(m, 0.5): posterior normal(4 Σy / (1 + 4n), 1 / sqrt(1 + 4n)).
constexpr auto location = sl::gen([](auto& trace, std::size_t n) {
  const auto m = trace("m", sl::normal(0.0, 1.0));
  for (std::size_t i = 0; i < n; ++i) trace({"y", i}, sl::normal(m, 0.5));
});
const std::vector<double> ys{0.9, 0.4, 1.3};
const sl::posterior post(location, sl::args(ys.size()), sl::observe("y", ys));
constexpr double posterior_mean = 4 * 2.6 / 13, posterior_variance = 1.0 / 13;

double mean_of(const std::vector<double>& xs) {
  double s = 0;
  for (const double x : xs) s += x;
  return s / static_cast<double>(xs.size());
}
double variance_of(const std::vector<double>& xs) {
  const double m = mean_of(xs);
  double s = 0;
  for (const double x : xs) s += (x - m) * (x - m);
  return s / static_cast<double>(xs.size() - 1);
}
constexpr double z = 4.9;  // two-sided false alarm 1e-6

TEST(Predictive, PriorDrawsHaveTheModelsMoments) {
  const std::size_t n = 10000;  // more than are drawn at once
  const auto d = sl::prior_predictive(post, n, sl::key(1));
  ASSERT_EQ(d["y"].shape, (std::vector<std::size_t>{3}));
  for (std::size_t i = 0; i < 3; ++i) {
    const auto y = d["y"].element(i);
    ASSERT_EQ(y.size(), n);
    EXPECT_NEAR(mean_of(y), 0, z * std::sqrt(1.25 / n));
    EXPECT_NEAR(variance_of(y), 1.25, z * 1.25 * std::sqrt(2.0 / n));
  }
  EXPECT_NE(d["y"].element(0)[0], d["y"].element(0)[4096]);  // parts are drawn with numbers of their own
}

TEST(Predictive, PosteriorDrawsComeAnewForEachDrawOfTheLatents) {
  auto fit = sl::resample(sl::importance(post, 200000, sl::key(2)), 20000, sl::key(3));
  const auto& d = sl::posterior_predictive(post, fit, sl::key(4));
  ASSERT_EQ(d.draws, 20000u);
  const auto y = d["y"].element(1);
  const double exact = posterior_variance + 0.25;
  // The draws of m are some 40,000 effective ones: its part of the error is small beside that of y.
  EXPECT_NEAR(mean_of(y), posterior_mean, z * std::sqrt(exact / 20000 + posterior_variance / 20000));
  EXPECT_NEAR(variance_of(y), exact, 2 * z * exact * std::sqrt(2.0 / 20000));
  // Residuals about the same draw's m have the noise's variance: values belong to their draws.
  const auto m = fit.posterior["m"].element(0);
  std::vector<double> residuals;
  for (std::size_t i = 0; i < m.size(); ++i) residuals.push_back(y[i] - m[i]);
  EXPECT_NEAR(variance_of(residuals), 0.25, z * 0.25 * std::sqrt(2.0 / 20000));
}

TEST(Predictive, LogLikelihoodIsTheDensityOfEachObservation) {
  auto fit = sl::run(sl::kernels::regenerate(), post, {.chains = 3, .draws = 2000, .warmup = 10}, sl::key(5));
  const auto& d = sl::log_likelihood(post, fit);
  ASSERT_EQ(d.chains, 3u);
  const auto m = fit.posterior["m"].element(0);
  for (std::size_t i = 0; i < 3; ++i) {
    const auto l = d["y"].element(i);
    for (std::size_t j = 0; j < m.size(); j += 7) {
      const double r = (ys[i] - m[j]) / 0.5;
      EXPECT_NEAR(l[j], -0.5 * r * r - std::log(0.5) - 0.91893853320467274, 1e-12);
    }
  }
}

// y[3] is a latent, though y stands among the observations as one array.
TEST(Predictive, LogLikelihoodOfAFamilyOfWhichAMemberIsNotObserved) {
  const sl::posterior partly(location, sl::args(std::size_t{4}), sl::observe("y", ys), {.partly_observed = true});
  auto fit = sl::run(sl::kernels::regenerate(), partly, {.chains = 2, .draws = 50, .warmup = 10}, sl::key(5));
  sl::posterior_predictive(partly, fit, sl::key(6));
  EXPECT_EQ(fit.posterior_predictive["y"].elements(), 3u);
  const auto& d = sl::log_likelihood(partly, fit);
  ASSERT_EQ(d["y"].elements(), 3u);
  const auto m = fit.posterior["m"].element(0);
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < m.size(); ++j) {
      const double r = (ys[i] - m[j]) / 0.5;
      EXPECT_NEAR(d["y"].element(i)[j], -0.5 * r * r - std::log(0.5) - 0.91893853320467274, 1e-12);
    }
}

TEST(Predictive, OfAnEmptyListThereIsNothing) {
  const sl::posterior empty(location, sl::args(std::size_t{0}), sl::observe("y", std::vector<double>()));
  auto fit = sl::run(sl::kernels::regenerate(), empty, {.chains = 2, .draws = 50, .warmup = 10}, sl::key(5));
  EXPECT_TRUE(sl::posterior_predictive(empty, fit, sl::key(6)).empty());
  EXPECT_TRUE(sl::log_likelihood(empty, fit).empty());
  EXPECT_TRUE(sl::prior_predictive(empty, 10, sl::key(7)).empty());
  const sl::posterior unobserved(location, sl::args(std::size_t{0}), sl::choice_map());
  EXPECT_THROW(sl::posterior_predictive(unobserved, fit, sl::key(6)), std::invalid_argument);
}

// Vectors of independent elements have a number an element, in lanes and in single traces; others one number.
constexpr auto vectors = [](auto& trace, const std::vector<double>& x, const std::vector<double>& scales) {
  const auto m = trace("m", sl::normal(0.0, 1.0));
  const std::size_t n = scales.size();
  static constexpr double slopes[] = {0.0, 1.0};
  trace("iid", sl::iid(sl::normal(m, 2.0), n));
  trace("normal", sl::normal(m, scales));
  trace("glm", sl::normal_glm(sl::matrix_view<double>(x.data(), n, 1), m, sl::vector<const double>(scales.data(), 1), 0.5));
  trace("counts", sl::poisson_log_glm(sl::matrix_view<double>(x.data(), n, 1), m, std::array{0.3}));
  trace("coins", sl::iid(sl::bernoulli_logit(m), 2));
  trace("short", sl::iid(sl::normal(m, 1.0), 1));
  trace("joint", sl::dirichlet(std::vector<double>{1, 2, 3}));
  trace("categories", sl::categorical_logit_glm(sl::matrix_view<double>(x.data(), n, 1), std::vector{0.0, 0.5}, sl::matrix_view<double>(slopes, 1, 2)));
  trace("ranks", sl::ordered_logistic_glm(sl::matrix_view<double>(x.data(), n, 1), std::vector{0.7}, std::vector{-1.0, 1.0}));
  trace("product", sl::product(sl::normal(m, 2.0), sl::exponential(0.5)));
  trace("one", sl::normal(m, 3.0));
};
constexpr auto vectors_in_lanes = sl::gen(vectors);
constexpr auto vectors_alone = sl::gen(sl::dynamic, vectors);

template <class Model>
void expect_log_likelihood_by_element(const Model& model) {
  const std::vector<double> x{1.0, -0.5, 2.0}, scales{0.5, 1.0, 3.0}, ys{0.3, -1.0, 2.5};
  const sl::posterior all(model, sl::args(x, scales),
                          sl::observe("iid", ys) & sl::observe("normal", ys) & sl::observe("glm", ys) & sl::observe("counts", std::vector<long>{2, 0, 5}) &
                              sl::observe("coins", std::vector<bool>{true, false}) & sl::observe("short", std::vector<double>{0.2}) &
                              sl::observe("joint", std::vector<double>{0.2, 0.3, 0.5}) & sl::observe("categories", std::vector<long>{1, 0, 1}) &
                              sl::observe("ranks", std::vector<long>{2, 0, 1}) & sl::observe("product", std::vector<double>{0.3, 1.5}) & sl::observe("one", 1.5));
  sl::result fit;
  fit.posterior.chains = 1;
  fit.posterior.draws = 11;
  for (int i = 0; i < 11; ++i) fit.posterior.variables.resize(1), fit.posterior.variables[0].name = "m", fit.posterior.variables[0].values.push_back(0.3 * i - 1);
  const auto& l = sl::log_likelihood(all, fit);
  const auto normal = [](double y, double m, double s) { return -0.5 * (y - m) / s * (y - m) / s - std::log(s) - 0.91893853320467274; };
  EXPECT_EQ(l["iid"].shape, std::vector<std::size_t>{3});
  EXPECT_EQ(l["short"].shape, std::vector<std::size_t>{1});
  EXPECT_TRUE(l["joint"].shape.empty());
  EXPECT_TRUE(l["one"].shape.empty());
  const double counts[] = {2, 0, 5};
  for (std::size_t d = 0; d < 11; ++d) {
    const double m = fit.posterior["m"].values[d];
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_NEAR(l["iid"].element(i)[d], normal(ys[i], m, 2), 1e-12);
      EXPECT_NEAR(l["normal"].element(i)[d], normal(ys[i], m, scales[i]), 1e-12);
      EXPECT_NEAR(l["glm"].element(i)[d], normal(ys[i], m + 0.5 * x[i], 0.5), 1e-11);
      const double eta = m + 0.3 * x[i];
      EXPECT_NEAR(l["counts"].element(i)[d], counts[i] * eta - std::exp(eta) - std::lgamma(counts[i] + 1), 1e-11);
    }
    const auto logistic = [](double t) { return 1 / (1 + std::exp(-t)); };
    const double second[] = {logistic(0.5 + x[0]), logistic(0.5 + x[1]), logistic(0.5 + x[2])};
    EXPECT_NEAR(l["categories"].element(0)[d], std::log(second[0]), 1e-12);
    EXPECT_NEAR(l["categories"].element(1)[d], std::log(1 - second[1]), 1e-12);
    EXPECT_NEAR(l["categories"].element(2)[d], std::log(second[2]), 1e-12);
    EXPECT_NEAR(l["ranks"].element(0)[d], std::log(logistic(0.7 * x[0] - 1)), 1e-12);
    EXPECT_NEAR(l["ranks"].element(1)[d], std::log(logistic(-1 - 0.7 * x[1])), 1e-12);
    EXPECT_NEAR(l["ranks"].element(2)[d], std::log(logistic(1 - 0.7 * x[2]) - logistic(-1 - 0.7 * x[2])), 1e-12);
    EXPECT_NEAR(l["product"].element(0)[d], normal(0.3, m, 2), 1e-12);
    EXPECT_NEAR(l["product"].element(1)[d], std::log(0.5) - 0.75, 1e-12);
    EXPECT_NEAR(l["coins"].element(0)[d], -std::log1p(std::exp(-m)), 1e-12);
    EXPECT_NEAR(l["coins"].element(1)[d], -std::log1p(std::exp(m)), 1e-12);
    EXPECT_NEAR(l["short"].element(0)[d], normal(0.2, m, 1), 1e-12);
    EXPECT_NEAR(l["one"].values[d], normal(1.5, m, 3), 1e-12);
    EXPECT_NEAR(l["joint"].values[d], std::log(60 * 0.3 * 0.25), 1e-11);
  }
}
TEST(Predictive, LogLikelihoodOfIndependentElementsIsOneNumberAnElementInLanes) { expect_log_likelihood_by_element(vectors_in_lanes); }
TEST(Predictive, LogLikelihoodOfIndependentElementsIsOneNumberAnElementAlone) { expect_log_likelihood_by_element(vectors_alone); }

TEST(Predictive, FitOfAnotherPosteriorIsRefused) {
  sl::result fit;
  EXPECT_THROW(sl::log_likelihood(post, fit), std::invalid_argument);
  fit.posterior.chains = fit.posterior.draws = 1;
  fit.posterior.variables.push_back({"other", {}, {1.0}});
  try {
    sl::log_likelihood(post, fit);
    FAIL();
  } catch (const std::invalid_argument& e) {
    EXPECT_NE(std::string(e.what()).find("no draws of m"), std::string::npos) << e.what();
  }
}

TEST(Resample, TakesDrawsInProportionToTheirWeights) {
  const std::vector<double> w{std::log(0.1), -INFINITY, std::log(0.6), std::log(0.3)};
  std::vector<std::size_t> counts(4);
  for (const auto i : sl::resampled_indices(w, 10, sl::key(1))) ++counts[i];
  EXPECT_EQ(counts, (std::vector<std::size_t>{1, 0, 6, 3}));
  const double n = 20000;
  std::vector<double> many(4);
  for (const auto i : sl::resampled_indices(w, 20000, sl::key(1), sl::resampling::multinomial)) ++many[i];
  EXPECT_EQ(many[1], 0);
  for (const std::size_t i : {0u, 2u, 3u}) {
    const double p = std::exp(w[i]);
    EXPECT_NEAR(many[i] / n, p, z * std::sqrt(p * (1 - p) / n));
    EXPECT_GT(std::abs(many[i] / n - p), 1e-5);  // independent draws scatter; systematic ones would not
  }
}

TEST(Resample, GivesThePosterior) {
  const auto weighted = sl::importance(post, 100000, sl::key(7));
  for (const auto how : {sl::resampling::systematic, sl::resampling::multinomial}) {
    const auto fit = sl::resample(weighted, 10000, sl::key(8), how);
    EXPECT_TRUE(fit.log_weights.empty());
    const auto m = fit.posterior["m"].element(0);
    const double error = std::sqrt(posterior_variance * (1.0 / 10000 + 1 / *weighted.ess));
    EXPECT_NEAR(mean_of(m), posterior_mean, z * error);
    EXPECT_GT(std::abs(mean_of(weighted.posterior["m"].element(0)) - posterior_mean), 10 * error);  // negative control: unweighted draws fail
  }
  EXPECT_THROW(sl::resample(sl::result(), 10, sl::key(1)), std::invalid_argument);
}

}  // namespace
