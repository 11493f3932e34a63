// Chains in the space of a flow: the gradient against differences, the same posterior whatever the flow, and a funnel that chains by themselves do not get down.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include <starling/distributions/distributions.hpp>
#include <starling/inference/kernels/nuts.hpp>
#include <starling/inference/run.hpp>
#include <starling/neural/neutra.hpp>

namespace sl = starling;
namespace nn = starling::neural;

namespace {

constexpr auto funnel = sl::gen([](auto& trace) {
  const auto v = trace("v", sl::normal(0.0, 3.0));
  trace("x", sl::iid(sl::normal(0.0, sl::exp(0.5 * v)), 4));
});
const sl::posterior no_data(funnel, sl::args(), sl::choice_map());

const sl::summary_row& row_of(const std::vector<sl::summary_row>& rows, const char* name) {
  for (const auto& r : rows)
    if (r.name == name) return r;
  throw std::out_of_range(name);
}

TEST(neutra, gradients_are_those_of_differences) {
  const sl::unconstrained_posterior<double, std::remove_const_t<decltype(no_data)>> density(no_data);
  const auto flow = nn::realnvp(5, {.layers = 3, .hidden = 8}).with_doubles();
  sl::parameter_store store;
  nn::initialise(store, "flow", flow, sl::key(1));
  for (const auto& name : store.names()) {  // far from the identity
    auto v = store[name];
    for (double& x : v) x *= name.find("/4/") != std::string::npos ? 100 : 1.5;
    store.set(name, v, store.shape_of(name));
  }
  const double place[5] = {0.5, 0, -0.2, 0.1, 0}, width[5] = {2, 0.5, 1, 1, 3};
  const nn::flowed_density<std::remove_const_t<decltype(density)>> warped{density, {flow, &store, place, width}};
  std::vector<double> u = {0.4, -0.7, 1.2, 0.1, -1.5}, gradient(5), unused(5);
  warped.log_density_and_gradient(u.data(), gradient.data());
  double largest = 0;
  for (std::size_t i = 0; i < 5; ++i) {
    auto up = u, down = u;
    up[i] += 1e-6, down[i] -= 1e-6;
    const double slope = (warped.log_density_and_gradient(up.data(), unused.data()) - warped.log_density_and_gradient(down.data(), unused.data())) / 2e-6;
    EXPECT_NEAR(gradient[i], slope, 1e-6 * (1 + std::abs(slope)));
    largest = std::max(largest, std::abs(slope));
  }
  EXPECT_GT(largest, 0.5);
}

// The lower bound cannot be above the evidence, log 1, and is near it where the flow is good.
TEST(neutra, gets_down_a_funnel) {
  const auto fit = sl::neutra(sl::kernels::nuts(), no_data, {}, {.chains = 4, .draws = 2000, .warmup = 500}, sl::key(3));
  const double elbo = std::stod(*fit.attribute("flow_elbo"));
  EXPECT_LT(elbo, 0.05);
  EXPECT_GT(elbo, -0.5);
  const auto rows = sl::summarise(fit);
  const auto& v = row_of(rows, "v");
  EXPECT_LT(v.r_hat, 1.01);
  EXPECT_NEAR(v.mean, 0, 4.9 * v.mcse_mean);
  EXPECT_NEAR(v.sd, 3, 4.9 * v.mcse_sd);
  EXPECT_NEAR(v.q5, -1.645 * 3, 0.5);
  const auto alone = sl::summarise(sl::run(sl::kernels::nuts(), no_data, {.chains = 4, .draws = 2000, .warmup = 500}, sl::key(3)));
  EXPECT_GT(v.ess_bulk, 3 * row_of(alone, "v").ess_bulk);
  RecordProperty("ess", std::to_string(v.ess_bulk) + " against " + std::to_string(row_of(alone, "v").ess_bulk) + ", elbo " + std::to_string(elbo));
}

// A flow that knows nothing (one step of training) leaves the posterior as it is; and lanes and threads leave every draw as it is.
constexpr auto correlated = sl::gen([](auto& trace) {
  const auto a = trace("a", sl::normal(1.0, 2.0));
  trace("s", sl::exponential(1.0));
  trace("y", sl::normal(a, 1.0));
});
TEST(neutra, posterior_is_the_same_whatever_the_flow) {
  const sl::posterior post(correlated, sl::args(), sl::observe("y", 3.0));
  const auto of = [&](std::size_t threads) { return sl::neutra(sl::kernels::nuts(), post, {.steps = 1, .samples = 4}, {.chains = 4, .draws = 2000, .warmup = 500, .threads = threads}, sl::key(5)); };
  const auto fit = of(1), again = of(2);
  const auto rows = sl::summarise(fit);
  const auto& a = row_of(rows, "a");
  const auto& s = row_of(rows, "s");
  EXPECT_NEAR(a.mean, 1 + 0.8 * 2, 4.9 * a.mcse_mean);
  EXPECT_NEAR(a.sd, std::sqrt(0.8), 4.9 * a.mcse_sd);
  EXPECT_NEAR(s.mean, 1, 4.9 * s.mcse_mean);
  ASSERT_EQ(fit.posterior.variables.size(), again.posterior.variables.size());
  for (std::size_t i = 0; i < fit.posterior.variables.size(); ++i) EXPECT_EQ(fit.posterior.variables[i].values, again.posterior.variables[i].values);
}

TEST(neutra, says_what_it_does_not_take) {
  const sl::posterior post(correlated, sl::args(), sl::observe("y", 3.0));
  EXPECT_THROW(sl::neutra(sl::kernels::nuts(), post, {.steps = 0}, {}, sl::key(1)), std::invalid_argument);
  EXPECT_THROW(sl::neutra(sl::kernels::nuts(), post, {.flow = {.context = 1}}, {}, sl::key(1)), std::invalid_argument);
}

}  // namespace
