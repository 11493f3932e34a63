// What is said of chains that are stuck.
#include <gtest/gtest.h>

#include <cmath>

#include "inference/gradient_record.hpp"
#include "inference/stuck_chains.hpp"
#include <starling/inference/kernels/nuts.hpp>
#include <starling/inference/result_checks.hpp>
#include <starling/random/stream.hpp>

#include "gradient_fits.hpp"

using namespace gradient_fits;

namespace {

constexpr std::size_t draws = 200;

// Four chains of a healthy run: x[2] standard normal, lp −|x|²/2.
sl::result healthy() {
  sl::result fit;
  fit.posterior = {4, draws, {{"x", {2}, {}}, {"n", {}, std::vector<double>(4 * draws, 7.0)}}};
  fit.sample_stats = {4, draws, {{"lp", {}, {}}}};
  for (std::size_t i = 0; i < 4 * draws; ++i) {
    sl::stream<double> numbers(sl::fold_in(sl::key(5), i));
    double lp = 0;
    for (std::uint32_t e = 0; e < 2; ++e) {
      numbers.visit(e);
      const double x = numbers.normal();
      fit.posterior.variables[0].values.push_back(x);
      lp -= 0.5 * x * x;
    }
    fit.sample_stats.variables[0].values.push_back(lp);
  }
  return fit;
}

bool has(const std::string& text, const std::string& words) { return text.find(words) != std::string::npos; }

// −n s − S exp(−2 s) / 2: of log sigma, where the squares of n numbers sum to S. S exp(−2 s)/2 ~ gamma(n/2), so that s has the mean
// (log(S/2) − digamma(n/2))/2 and the variance trigamma(n/2)/4.
struct absurdly_far {
  static constexpr double n = 50, squares = 1e60;
  std::size_t dimension() const { return 1; }
  template <class V>
  V log_density_and_gradient(const V* q, V* g) const {
    const V pull = V(squares) * sl::exp(V(-2) * q[0]);
    g[0] = pull - V(n);
    return V(-n) * q[0] - V(0.5) * pull;
  }
};

// A normal of sd 0.1 in a plain at −1e20 without a slope: there half of the starts lie.
struct island {
  std::size_t dimension() const { return 1; }
  template <class V>
  V log_density_and_gradient(const V* q, V* g) const {
    const auto outside = sl::abs(q[0]) > V(1);
    g[0] = where(outside, V(0), V(-100) * q[0]);
    return where(outside, V(-1e20), V(-50) * q[0] * q[0]);
  }
};

// Data that a line fits up to `error`, in a and u = log(scale): the conditional sd of a is exp(u). At 0 the density of u falls like exp(-u) without an end.
struct fitted_line {
  double error = 0;
  std::size_t dimension() const { return 2; }
  template <class V>
  V log_density_and_gradient(const V* q, V* g) const {
    const V u = q[1], precision = sl::exp(-2 * u), squares = q[0] * q[0] + V(error * error);
    g[0] = -q[0] * precision;
    g[1] = V(-2) + squares * precision - 0.02 * sl::exp(2 * u);
    return -2 * u - 0.5 * squares * precision - 0.01 * sl::exp(2 * u);
  }
};

}  // namespace

// As that of a file, which nobody has checked yet.
TEST(stuck_chains, are_named_in_fits_from_elsewhere) {
  auto fit = healthy();
  fit.posterior.variables.pop_back();
  auto energy = fit.sample_stats.variables[0];
  energy.name = "energy";
  fit.sample_stats.variables.push_back(energy);
  auto good = fit;
  sl::check_convergence(good);
  EXPECT_TRUE(good.warnings.empty()) << good.warnings[0];
  for (std::size_t d = 0; d < draws; ++d) {
    fit.posterior.variables[0].values[2 * (2 * draws + d)] *= 1e52;
    fit.sample_stats.variables[0].values[2 * draws + d] -= 1e5;
  }
  sl::check_convergence(fit);
  ASSERT_EQ(fit.warnings.size(), 1u) << fit.warnings.back();
  EXPECT_TRUE(has(fit.warnings[0], "chain 2 of 4 sits far below the others")) << fit.warnings[0];
  EXPECT_TRUE(fit.checked);
}

TEST(stuck_chains, nothing_is_said_of_a_healthy_run_and_its_constant_notes) { EXPECT_TRUE(sl::find_stuck_chains(healthy()).sentences.empty()); }

TEST(stuck_chains, one_that_never_left_its_start_is_named_alone_too) {
  auto fit = healthy();
  for (std::size_t d = 0; d < draws; ++d) {
    fit.sample_stats.variables[0].values[2 * draws + d] = -1e25;
    fit.posterior.variables[0].values[2 * (2 * draws + d)] = fit.posterior.variables[0].values[2 * (2 * draws + d) + 1] = 3;
  }
  const auto said = sl::find_stuck_chains(fit).sentences;
  ASSERT_EQ(said.size(), 1u);
  EXPECT_TRUE(has(said[0], "chain 2 of 4 never left") && has(said[0], "(log density -1e+25)")) << said[0];
  for (const char* remedy : {"pathfinder", "more chains", "run_tempered", "reparametrise"}) EXPECT_TRUE(has(said[0], remedy)) << remedy;

  sl::result alone;
  alone.posterior = {1, draws, {{"sigma", {}, std::vector<double>(draws, 1.485e52)}}};
  alone.sample_stats = {1, draws, {{"lp", {}, std::vector<double>(draws, -27000.0)}}};
  ASSERT_EQ(sl::find_stuck_chains(alone).sentences.size(), 1u);
  EXPECT_TRUE(has(sl::find_stuck_chains(alone).sentences[0], "chain 0 of 1 never left"));
  EXPECT_TRUE(std::isnan(sl::summarise(alone).at(0).ess_bulk));
}

TEST(stuck_chains, an_element_that_moves_by_rounding_is_named) {
  auto fit = healthy();
  for (const std::size_t chain : {0u, 3u})
    for (std::size_t d = 0; d < draws; ++d)
      fit.posterior.variables[0].values[2 * (chain * draws + d) + 1] = 0.5 * (1 + 2.2e-16 * static_cast<double>(d % 3));
  const auto said = sl::find_stuck_chains(fit).sentences;
  ASSERT_EQ(said.size(), 1u);
  EXPECT_TRUE(has(said[0], "in chains 0 and 3 of 4 " + fit.posterior.variables[0].element_name(1) + " moves by rounding only (it stays at 0.5)")) << said[0];
}

TEST(stuck_chains, those_far_below_the_others_are_named_but_not_those_in_heavy_tails) {
  for (const bool far : {false, true}) {
    auto fit = healthy();
    auto& lp = fit.sample_stats.variables[0].values;
    for (std::size_t d = 0; d < draws; ++d) lp[draws + d] -= far ? 40 : 5;
    const auto said = sl::find_stuck_chains(fit).sentences;
    ASSERT_EQ(said.size(), far ? 1u : 0u);
    for (const auto& sentence : said) EXPECT_TRUE(has(sentence, "chain 1 of 4 sits far below the others: its log density is -40.")) << sentence;
  }
  auto fit = healthy();
  auto& lp = fit.sample_stats.variables[0].values;
  for (std::size_t d = 0; d < draws; ++d) lp[draws + d] = 30 * lp[draws + d] - 60;  // as low, but it moves by as much in each step
  EXPECT_TRUE(sl::find_stuck_chains(fit).sentences.empty());
}

// Whether draws are kept or not: the chains are named, and the others judged without them.
TEST(stuck_chains, are_no_chains_that_disagree) {
  for (const bool summaries_only : {false, true})
    for (const bool frozen : {true, false}) {
      const sl::run_options o{.draws = 2000, .summaries_only = summaries_only};
      const closed_form::identity_view view(2);
      std::vector<sl::gradient_record> records;
      for (std::uint64_t c = 0; c < 4; ++c) {
        records.emplace_back(o, 2, view);
        for (std::size_t d = 0; d < o.draws; ++d) {
          sl::stream<double> numbers(sl::fold_in(sl::fold_in(sl::key(8), c), d));
          double q[2] = {numbers.normal(), 3.0}, g[2] = {0, 0};
          if (c != 2) q[1] = numbers.normal();
          else if (frozen) q[0] = 3.0;
          const double lp = c == 2 && frozen ? -1e25 : -0.5 * (q[0] * q[0] + q[1] * q[1]);
          records.back().add({q, g, lp}, {.acceptance_rate = 0.8, .step_size = 1, .energy = numbers.normal() - lp, .n_steps = 3, .tree_depth = 2});
        }
      }
      const auto fit = sl::collect_gradient(records, view, kernels::nuts().settings(), o, false);
      std::string all;
      for (const auto& w : fit.warnings) all += w + "\n";
      EXPECT_EQ(fit.warnings.size(), 1u) << all;
      EXPECT_TRUE(has(all, frozen ? "chain 2 of 4 never left the place where the warm-up ended (log density -1e+25)"
                                  : "in chain 2 of 4 x[1] moves by rounding only (it stays at 3)"))
          << all;
      EXPECT_TRUE(fit.checked);
    }
}

TEST(stuck_chains, nuts_leaves_a_start_at_minus_1e60) {
  for (const auto metric : {metric_kind::fisher_diag_e, metric_kind::low_rank_e}) {
    const auto r = fit(kernels::nuts({.metric = metric}), absurdly_far(), {.chains = 8});
    expect_moments(r, {67.1316079431}, {0.101008246267}, "metric " + std::to_string(static_cast<int>(metric)));
    EXPECT_TRUE(r.warnings.empty()) << r.warnings.front();
  }
}

TEST(stuck_chains, none_starts_where_the_density_is_absurd_if_there_is_a_better_place) {
  for (const kernels::gradient_kernel& kernel : {kernels::gradient_kernel(kernels::nuts()), kernels::gradient_kernel(kernels::nuts({.metric = metric_kind::diag_e}))}) {
    const auto r = fit(kernel, island(), {.chains = 16});
    expect_moments(r, {0}, {0.1}, "island");
    EXPECT_TRUE(r.warnings.empty()) << r.warnings.front();
  }
}

TEST(climbing_chains, say_that_a_density_grows_without_bound) {
  for (const std::uint64_t seed : {1, 2, 3}) {
    const auto said = fit(kernels::nuts(), fitted_line(), {.draws = 500, .warmup = 500}, seed).warnings;
    ASSERT_FALSE(said.empty());
    EXPECT_TRUE(said[0].starts_with("the density seems to grow without bound: chains that began at the highest log density")) << said[0];
    for (const auto& sentence : fit(kernels::nuts(), fitted_line{1e-4}, {.draws = 500, .warmup = 500}, seed).warnings)
      EXPECT_FALSE(has(sentence, "without bound")) << sentence;
  }
}
