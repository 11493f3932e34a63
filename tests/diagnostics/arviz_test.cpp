// Every diagnostic against what ArviZ 0.23.4 said of the same draws (make_fixture.py), to 1e-10.
#include <starling/diagnostics/energy.hpp>
#include <starling/diagnostics/ess.hpp>
#include <starling/diagnostics/mcse.hpp>
#include <starling/diagnostics/moments.hpp>
#include <starling/diagnostics/psis.hpp>
#include <starling/diagnostics/quantile.hpp>
#include <starling/diagnostics/rhat.hpp>
#include <starling/diagnostics/stillness.hpp>
#include <starling/diagnostics/summary.hpp>

#include "formula_draws.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <map>

namespace sl = starling;

namespace {

nlohmann::json fixture() {
  std::ifstream file(STARLING_SOURCE_DIR "/tests/diagnostics/arviz_fixture.json");
  return nlohmann::json::parse(file);
}

double number(const nlohmann::json& value) { return value.is_string() ? std::stod(value.get<std::string>()) : value.get<double>(); }

void expect_same(double ours, double arviz, const std::string& what) {
  if (std::isnan(arviz))
    EXPECT_TRUE(std::isnan(ours)) << what << " is " << ours;
  else if (std::isinf(arviz))
    EXPECT_EQ(ours, arviz) << what;
  else
    EXPECT_NEAR(ours, arviz, 1e-10 * std::max(1.0, std::abs(arviz))) << what;
}

std::map<std::string, double> diagnose(const std::vector<double>& x, std::size_t chains) {
  return {{"rhat", sl::rhat(x, chains)},
          {"ess_bulk", sl::ess_bulk(x, chains)},
          {"ess_tail", sl::ess_tail(x, chains)},
          {"ess_mean", sl::ess_mean(x, chains)},
          {"ess_sd", sl::ess_sd(x, chains)},
          {"ess_quantile_30", sl::ess_quantile(x, chains, 0.3)},
          {"plain_ess", sl::plain_ess(x, chains)},
          {"plain_rhat", sl::plain_rhat(x, chains)},
          {"mcse_mean", sl::mcse_mean(x, chains)},
          {"mcse_sd", sl::mcse_sd(x, chains)},
          {"mcse_median", sl::mcse_quantile(x, chains, 0.5)},
          {"mcse_quantile_5", sl::mcse_quantile(x, chains, 0.05)},
          {"mcse_quantile_95", sl::mcse_quantile(x, chains, 0.95)},
          {"quantile_5", sl::quantile(x, 0.05)},
          {"quantile_95", sl::quantile(x, 0.95)},
          {"mean", sl::mean(x)},
          {"sd", std::sqrt(sl::variance(x))},
          {"ebfmi", sl::ebfmi(std::span(x).first(x.size() / chains))}};
}

// The draws taken for log importance ratios; NaN for what psis refuses.
void add_smoothed(const std::vector<double>& x, std::map<std::string, double>& to) {
  sl::smoothed_weights w{{}, std::numeric_limits<double>::quiet_NaN()};
  if (std::all_of(x.begin(), x.end(), [](double v) { return std::isfinite(v); })) w = sl::psis(x);
  double squares = 0, largest = -std::numeric_limits<double>::infinity();
  for (const double v : w.log_weights) {
    squares += std::exp(2 * v);
    largest = std::max(largest, v);
  }
  to["pareto_k"] = w.pareto_k;
  to["smoothed_ess"] = w.log_weights.empty() ? w.pareto_k : 1 / squares;
  to["smoothed_largest"] = w.log_weights.empty() ? w.pareto_k : largest;
}

}  // namespace

TEST(arviz, every_diagnostic_equals) {
  const auto rows = fixture();
  ASSERT_GE(rows.size(), 30u);
  for (const auto& row : rows) {
    const std::size_t chains = row["chains"];
    const std::string kind = row["kind"];
    const auto x = formula_draws(kind, chains, row["draws"], row["seed"]);
    auto ours = diagnose(x, chains);
    add_smoothed(x, ours);
    ASSERT_EQ(ours.size(), row["expected"].size());
    for (const auto& [name, value] : row["expected"].items())
      expect_same(ours.at(name), number(value), kind + " " + std::to_string(chains) + " x " + row["draws"].dump() + ": " + name);
  }
}

TEST(arviz, the_summary_equals) {
  for (const auto& row : fixture()) {
    const std::size_t chains = row["chains"];
    const std::string kind = row["kind"];
    const auto ours = sl::summarise("x", formula_draws(kind, chains, row["draws"], row["seed"]), chains);
    const auto& arviz = row["expected"];
    const std::string where = kind + " " + std::to_string(chains) + " x " + row["draws"].dump() + ": ";
    expect_same(ours.mean, number(arviz["mean"]), where + "mean");
    expect_same(ours.sd, number(arviz["sd"]), where + "sd");
    expect_same(ours.mcse_mean, number(arviz["mcse_mean"]), where + "mcse_mean");
    expect_same(ours.mcse_sd, number(arviz["mcse_sd"]), where + "mcse_sd");
    expect_same(ours.q5, number(arviz["quantile_5"]), where + "q5");
    expect_same(ours.q95, number(arviz["quantile_95"]), where + "q95");
    if (ours.sd == 0) {  // ArviZ says as many as there are draws of what did not move
      EXPECT_TRUE(std::isnan(ours.ess_bulk) && std::isnan(ours.ess_tail)) << where;
    } else {
      expect_same(ours.ess_bulk, number(arviz["ess_bulk"]), where + "ess_bulk");
      expect_same(ours.ess_tail, number(arviz["ess_tail"]), where + "ess_tail");
    }
    expect_same(ours.r_hat, number(arviz["rhat"]), where + "r_hat");
  }
}

TEST(summary, draws_that_move_by_rounding_only_have_no_effective_sample_size) {
  std::vector<double> x(1000);
  const auto fill = [&](double size, double range) {
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = size * (1 + range * static_cast<double>(i * 7919 % 1000) / 1000);
  };
  for (const double size : {1.485e52, 1.0, -1e-30}) {
    for (const double range : {0.0, 3e-16, 1e-12}) {
      fill(size, range);
      EXPECT_TRUE(sl::moves_by_rounding_only(x)) << size << " " << range;
      const auto row = sl::summarise("x", x, 1);
      EXPECT_TRUE(std::isnan(row.ess_bulk) && std::isnan(row.ess_tail)) << size << " " << range;
      EXPECT_NEAR(row.mean / size, 1, 1e-11);
    }
    fill(size, 2e-12);
    EXPECT_FALSE(sl::moves_by_rounding_only(x)) << size;
    EXPECT_GT(sl::summarise("x", x, 1).ess_bulk, 100) << size;
  }
  EXPECT_FALSE(sl::moves_by_rounding_only(std::vector<double>{1, std::nan(""), 1}));
  EXPECT_FALSE(sl::moves_by_rounding_only(std::vector<double>{}));
}
