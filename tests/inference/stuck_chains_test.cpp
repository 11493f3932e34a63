// What is said of chains that are stuck.
#include <gtest/gtest.h>

#include <cmath>

#include "inference/stuck_chains.hpp"
#include <starling/inference/kernels/nuts.hpp>
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

}  // namespace

TEST(stuck_chains, nothing_is_said_of_a_healthy_run_and_its_constant_notes) { EXPECT_TRUE(sl::stuck_chain_warnings(healthy()).empty()); }

TEST(stuck_chains, one_that_never_left_its_start_is_named_alone_too) {
  auto fit = healthy();
  for (std::size_t d = 0; d < draws; ++d) {
    fit.sample_stats.variables[0].values[2 * draws + d] = -1e25;
    fit.posterior.variables[0].values[2 * (2 * draws + d)] = fit.posterior.variables[0].values[2 * (2 * draws + d) + 1] = 3;
  }
  const auto said = sl::stuck_chain_warnings(fit);
  ASSERT_EQ(said.size(), 1u);
  EXPECT_TRUE(has(said[0], "chain 2 of 4 never left") && has(said[0], "(log density -1e+25)")) << said[0];
  for (const char* remedy : {"pathfinder", "more chains", "run_tempered", "reparametrise"}) EXPECT_TRUE(has(said[0], remedy)) << remedy;

  sl::result alone;
  alone.posterior = {1, draws, {{"sigma", {}, std::vector<double>(draws, 1.485e52)}}};
  alone.sample_stats = {1, draws, {{"lp", {}, std::vector<double>(draws, -27000.0)}}};
  ASSERT_EQ(sl::stuck_chain_warnings(alone).size(), 1u);
  EXPECT_TRUE(has(sl::stuck_chain_warnings(alone)[0], "chain 0 of 1 never left"));
  EXPECT_TRUE(std::isnan(sl::summarise(alone).at(0).ess_bulk));
}

TEST(stuck_chains, an_element_that_moves_by_rounding_is_named) {
  auto fit = healthy();
  for (const std::size_t chain : {0u, 3u})
    for (std::size_t d = 0; d < draws; ++d)
      fit.posterior.variables[0].values[2 * (chain * draws + d) + 1] = 0.5 * (1 + 2.2e-16 * static_cast<double>(d % 3));
  const auto said = sl::stuck_chain_warnings(fit);
  ASSERT_EQ(said.size(), 1u);
  EXPECT_TRUE(has(said[0], "in chains 0 and 3 of 4 " + fit.posterior.variables[0].element_name(1) + " moves by rounding only (it stays at 0.5)")) << said[0];
}

TEST(stuck_chains, those_far_below_the_others_are_named_but_not_those_in_heavy_tails) {
  for (const bool far : {false, true}) {
    auto fit = healthy();
    auto& lp = fit.sample_stats.variables[0].values;
    for (std::size_t d = 0; d < draws; ++d) lp[draws + d] -= far ? 40 : 5;
    const auto said = sl::stuck_chain_warnings(fit);
    ASSERT_EQ(said.size(), far ? 1u : 0u);
    for (const auto& sentence : said) EXPECT_TRUE(has(sentence, "chain 1 of 4 sits far below the others: its log density is -40.")) << sentence;
  }
  auto fit = healthy();
  auto& lp = fit.sample_stats.variables[0].values;
  for (std::size_t d = 0; d < draws; ++d) lp[draws + d] = 30 * lp[draws + d] - 60;  // as low, but it moves by as much in each step
  EXPECT_TRUE(sl::stuck_chain_warnings(fit).empty());
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
