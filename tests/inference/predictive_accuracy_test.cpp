// Leave-one-out cross-validation, WAIC and comparisons against what ArviZ 0.23.4 says of the same draws (make_predictive_accuracy_fixture.py).
#include <starling/inference/predictive_accuracy.hpp>

#include "diagnostics/formula_draws.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <fstream>
#include <limits>

namespace sl = starling;

namespace {

nlohmann::json fixture() {
  std::ifstream file(STARLING_SOURCE_DIR "/tests/inference/predictive_accuracy_fixture.json");
  return nlohmann::json::parse(file);
}

sl::result fit_of(const nlohmann::json& row) {
  sl::result fit;
  const std::size_t chains = row["chains"], length = row["draws"];
  auto x = formula_draws(row["kind"], chains, length, row["seed"]);
  for (double& v : x) v *= 0.25;
  const std::vector<double> y = row["y"];
  const double variance = row["variance"];
  std::vector<double> likelihood;
  for (const double draw : x)
    for (const double v : y) likelihood.push_back(-((v - draw) * (v - draw)) / 2.0 / variance);
  fit.posterior = {chains, length, {{.name = "x", .shape = {}, .values = x}}};
  fit.log_likelihood = {chains, length, {{.name = "y", .shape = {y.size()}, .values = likelihood}}};
  return fit;
}

void expect_near(double ours, double arviz, const std::string& what) { EXPECT_NEAR(ours, arviz, 1e-10 * std::max(1.0, std::abs(arviz))) << what; }

void expect_same(const sl::predictive_accuracy& ours, const nlohmann::json& arviz, const std::string& where) {
  expect_near(ours.elpd, arviz["elpd"], where + "elpd");
  expect_near(ours.se, arviz["se"], where + "se");
  expect_near(ours.effective_parameters, arviz["effective_parameters"], where + "effective_parameters");
  const std::vector<double> pointwise = arviz["pointwise"];
  ASSERT_EQ(ours.pointwise.size(), pointwise.size());
  for (std::size_t i = 0; i < pointwise.size(); ++i) expect_near(ours.pointwise[i], pointwise[i], where + ours.names[i]);
  EXPECT_EQ(!ours.warnings.empty(), arviz["warning"].get<bool>()) << where;
}

}  // namespace

TEST(PredictiveAccuracy, LooAndWaicEqualArviz) {
  const auto all = fixture();
  bool warned = false;
  for (const auto& row : all["fits"]) {
    const auto fit = fit_of(row);
    const std::string where = row["kind"].get<std::string>() + " " + row["seed"].dump() + ": ";
    const auto loo = sl::loo(fit);
    expect_same(loo, row["loo"], where + "loo ");
    expect_near(loo.good_k, row["loo"]["good_k"], where + "good_k");
    const std::vector<double> k = row["loo"]["pareto_k"];
    for (std::size_t i = 0; i < k.size(); ++i) expect_near(loo.pareto_k[i], k[i], where + "k of " + loo.names[i]);
    expect_same(sl::waic(fit, "y"), row["waic"], where + "waic ");
    warned = warned || !loo.warnings.empty();
  }
  EXPECT_TRUE(warned);
}

TEST(PredictiveAccuracy, ComparisonsEqualArviz) {
  const auto all = fixture();
  const auto& fits = all["fits"];
  const auto rows = sl::compare({{"wide", sl::loo(fit_of(fits[1]))}, {"narrow", sl::loo(fit_of(fits[0]))}, {"alone", sl::loo(fit_of(fits[4]))}});
  const auto& expected = all["comparison"];
  ASSERT_EQ(rows.size(), expected.size());
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const auto& arviz = expected[k];
    EXPECT_EQ(rows[k].name, arviz["name"].get<std::string>());
    expect_near(rows[k].elpd, arviz["elpd"], rows[k].name);
    expect_near(rows[k].se, arviz["se"], rows[k].name);
    expect_near(rows[k].effective_parameters, arviz["effective_parameters"], rows[k].name);
    expect_near(rows[k].difference, arviz["difference"], rows[k].name);
    expect_near(rows[k].difference_se, arviz["difference_se"], rows[k].name);
    EXPECT_NEAR(rows[k].weight, arviz["weight"].get<double>(), 1e-3) << rows[k].name;  // ArviZ stops its search there
  }
}

// Two models, of which each predicts half of the data: the weights follow from the condition that the derivative is 0.
TEST(PredictiveAccuracy, StackingWeightsMaximiseTheMixture) {
  sl::predictive_accuracy a, b;
  a.pointwise = {std::log(0.8), std::log(0.8), std::log(0.2)};
  b.pointwise = {std::log(0.4), std::log(0.4), std::log(0.7)};
  a.names = b.names = {"y[0]", "y[1]", "y[2]"};
  a.elpd = 1;
  const auto rows = sl::compare({{"a", a}, {"b", b}});
  // 2 · 0.4/(0.4 + 0.4 w) = 0.5/(0.7 − 0.5 w)  =>  w = 0.6
  EXPECT_NEAR(rows[0].weight, 0.6, 1e-9);
  EXPECT_NEAR(rows[1].weight, 0.4, 1e-9);
}

TEST(PredictiveAccuracy, WhatCannotBeJudgedIsRefused) {
  auto fit = fit_of(fixture()["fits"][0]);
  const auto message = [](const auto& f) {
    try {
      f();
    } catch (const std::invalid_argument& e) {
      return std::string(e.what());
    }
    return std::string("nothing was thrown");
  };
  EXPECT_EQ(message([&] { sl::loo(fit, "z"); }), "loo: there is no log likelihood of z; there is one of y");
  EXPECT_EQ(message([] { sl::waic(sl::result{}); }), "waic: the fit has no log likelihood; call log_likelihood(post, fit) before");
  auto weighted = fit;
  weighted.log_weights.assign(1000, 0.0);
  EXPECT_NE(message([&] { sl::loo(weighted); }).find("weights"), std::string::npos);
  auto other = sl::loo(fit);
  other.names[0] = "z";
  EXPECT_NE(message([&] { sl::compare({{"a", sl::loo(fit)}, {"b", other}}); }).find("the same data"), std::string::npos);
  fit.log_likelihood.variables[0].values[7] = -std::numeric_limits<double>::infinity();
  EXPECT_EQ(message([&] { sl::loo(fit); }), "loo: the log likelihood of y[2] is not finite in some draw");
}
