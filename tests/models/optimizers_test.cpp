// Optimisers on fixed derivatives against the formulas of optax, written out here, and their schedules.
#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include <starling/models/parameters.hpp>

namespace {

namespace sl = starling;

// 40 derivatives of three numbers, fixed and of many sizes.
double derivative(std::size_t step, std::size_t i) { return std::sin(1.7 * static_cast<double>(step) + static_cast<double>(i)) * std::pow(10.0, static_cast<double>(i) - 1) + 0.1; }

template <class Optimizer> std::vector<double> climbed(const Optimizer& by) {
  sl::parameter_store store;
  store.set("w", std::vector<double>{0.5, -1.0});
  store.set("v", 2.0);
  for (std::size_t t = 0; t < 40; ++t)
    store.ascend(sl::parameter_gradients{{{"w", {0, 0}, {derivative(t, 0), derivative(t, 1)}}, {"v", {0}, {derivative(t, 2)}}}}, by);
  return {store["w"][0], store["w"][1], store["v"][0]};
}

// update(t, g, x) moves the three numbers.
template <class Update> std::vector<double> expected(Update update) {
  std::vector<double> x{0.5, -1.0, 2.0};
  for (std::size_t t = 0; t < 40; ++t) {
    std::vector<double> g{derivative(t, 0), derivative(t, 1), derivative(t, 2)};
    update(t, g, x);
  }
  return x;
}
void expect_equal(const std::vector<double>& found, const std::vector<double>& exact) {
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(found[i], exact[i], 1e-12 * (1 + std::abs(exact[i]))) << i;
}

struct adam_by_hand {
  double b1, b2, eps, decay;
  std::vector<double> mu = {0, 0, 0}, nu = {0, 0, 0};
  void operator()(std::size_t t, const std::vector<double>& g, std::vector<double>& x, double rate) {
    for (std::size_t i = 0; i < 3; ++i) {
      mu[i] = (1 - b1) * g[i] + b1 * mu[i];
      nu[i] = (1 - b2) * g[i] * g[i] + b2 * nu[i];
      const double mu_hat = mu[i] / (1 - std::pow(b1, static_cast<double>(t + 1))), nu_hat = nu[i] / (1 - std::pow(b2, static_cast<double>(t + 1)));
      x[i] += rate * (mu_hat / (std::sqrt(nu_hat) + eps) - decay * x[i]);
    }
  }
};

}  // namespace

TEST(optimizers, are_optax_on_fixed_derivatives) {
  expect_equal(climbed(sl::sgd{.rate = 0.02}), expected([](std::size_t, const auto& g, auto& x) {
                 for (std::size_t i = 0; i < 3; ++i) x[i] += 0.02 * g[i];
               }));
  for (const bool nesterov : {false, true}) {
    std::vector<double> trace(3);
    expect_equal(climbed(sl::sgd{.rate = 0.02, .momentum = 0.9, .nesterov = nesterov}), expected([&](std::size_t, const auto& g, auto& x) {
                   for (std::size_t i = 0; i < 3; ++i) {
                     trace[i] = g[i] + 0.9 * trace[i];
                     x[i] += 0.02 * (nesterov ? g[i] + 0.9 * trace[i] : trace[i]);
                   }
                 }));
  }
  adam_by_hand plain{0.9, 0.999, 1e-8, 0}, other{0.8, 0.95, 1e-6, 0}, decaying{0.9, 0.999, 1e-8, 0.01};
  expect_equal(climbed(sl::adam{.rate = 0.05}), expected([&](std::size_t t, const auto& g, auto& x) { plain(t, g, x, 0.05); }));
  expect_equal(climbed(sl::adam{.rate = 0.05, .first_decay = 0.8, .second_decay = 0.95, .epsilon = 1e-6}), expected([&](std::size_t t, const auto& g, auto& x) { other(t, g, x, 0.05); }));
  expect_equal(climbed(sl::adamw{.rate = 0.05, .weight_decay = 0.01}), expected([&](std::size_t t, const auto& g, auto& x) { decaying(t, g, x, 0.05); }));
  // Clipped by the norm of all derivatives together, with a cosine.
  adam_by_hand clipped{0.9, 0.999, 1e-8, 0};
  expect_equal(climbed(sl::adam{.rate = sl::cosine(0.05, 30, 0.1), .clip = 2}), expected([&](std::size_t t, auto g, auto& x) {
                 const double norm = std::sqrt(g[0] * g[0] + g[1] * g[1] + g[2] * g[2]);
                 if (norm > 2)
                   for (double& d : g) d *= 2 / norm;
                 const double part = std::min(static_cast<double>(t), 30.0) / 30;
                 clipped(t, g, x, 0.05 * ((1 - 0.1) * 0.5 * (1 + std::cos(M_PI * part)) + 0.1));
               }));
}

TEST(optimizers, have_rates_by_schedule) {
  EXPECT_EQ(sl::rate_schedule(0.3).at(1000), 0.3);
  const auto pieces = sl::piecewise(1.0, {{10, 0.5}, {20, 0.1}});
  EXPECT_EQ(pieces.at(9), 1);
  EXPECT_EQ(pieces.at(10), 0.5);
  EXPECT_NEAR(pieces.at(25), 0.05, 1e-16);
  const auto warm = sl::warm_up(10, sl::cosine(0.2, 100));
  EXPECT_EQ(warm.at(0), 0);
  EXPECT_NEAR(warm.at(5), 0.1, 1e-16);
  EXPECT_EQ(warm.at(10), 0.2);
  EXPECT_NEAR(warm.at(60), 0.1, 1e-15);
  EXPECT_NEAR(warm.at(110), 0, 1e-16);
  EXPECT_NEAR(warm.at(1110), 0, 1e-16);
  EXPECT_THROW(sl::cosine(0.1, 0), std::invalid_argument);
  EXPECT_THROW(sl::warm_up(0, 0.1), std::invalid_argument);
}
