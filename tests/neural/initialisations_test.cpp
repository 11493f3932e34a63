// First numbers: bounds, and moments within what the number of draws allows at a false-alarm rate below 1e-6 a check.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include <starling/neural/initialise.hpp>
#include <starling/neural/layers.hpp>

namespace sl = starling;
namespace nn = starling::neural;

namespace {

// fourth: the fourth moment over the squared variance (uniform 9/5, normal 3).
void expect_moments(const std::vector<double>& x, double variance, double fourth, const char* what) {
  const double n = static_cast<double>(x.size());
  double mean = 0, square = 0;
  for (const double v : x) mean += v / n;
  for (const double v : x) square += v * v / n;
  EXPECT_NEAR(mean, 0, 5.5 * std::sqrt(variance / n)) << what;
  EXPECT_NEAR(square, variance, 5.5 * variance * std::sqrt((fourth - 1) / n)) << what;
}
double largest(const std::vector<double>& x) {
  double most = 0;
  for (const double v : x) most = std::max(most, std::abs(v));
  return most;
}
std::vector<double> drawn(nn::initialisation start, const char* name = "net/weight") {
  sl::parameter_store store;
  nn::initialise(store, "net", nn::linear(300, 200), sl::key(11), start);
  return store[name];
}

TEST(initialisations, torch) {
  const double end = 1 / std::sqrt(300.0);
  const auto w = drawn(nn::initialisation::torch), b = drawn(nn::initialisation::torch, "net/bias");
  expect_moments(w, end * end / 3, 1.8, "weights");
  EXPECT_LE(largest(w), end);
  EXPECT_GT(largest(w), 0.999 * end);
  EXPECT_LE(largest(b), end);
  expect_moments(b, end * end / 3, 1.8, "biases");
}
TEST(initialisations, glorot) {
  const double end = std::sqrt(6.0 / 500);
  const auto w = drawn(nn::initialisation::glorot);
  expect_moments(w, end * end / 3, 1.8, "weights");
  EXPECT_LE(largest(w), end);
  EXPECT_GT(largest(w), 0.999 * end);
  EXPECT_EQ(largest(drawn(nn::initialisation::glorot, "net/bias")), 0);
}
TEST(initialisations, he) {
  const auto w = drawn(nn::initialisation::he);
  expect_moments(w, 2.0 / 300, 3, "weights");
  EXPECT_GT(largest(w), 3.5 * std::sqrt(2.0 / 300));
  EXPECT_EQ(largest(drawn(nn::initialisation::he, "net/bias")), 0);
}
TEST(initialisations, lecun) {
  const auto w = drawn(nn::initialisation::lecun);
  const double deviation = std::sqrt(1.0 / 300);
  expect_moments(w, deviation * deviation, 3, "weights");
  EXPECT_LE(largest(w), 2 * deviation / 0.87962566);
  EXPECT_GT(largest(w), 0.99 * 2 * deviation / 0.87962566);
}
TEST(initialisations, other_layers) {
  sl::parameter_store store;
  nn::initialise(store, "conv", nn::conv2d({3, 8, 8}, 64, {.kernel = 5}), sl::key(1));
  EXPECT_EQ(store.shape_of("conv/weight"), (std::vector<std::size_t>{64, 3, 5, 5}));
  expect_moments(store["conv/weight"], 1.0 / 75 / 3, 1.8, "convolution");
  EXPECT_LE(largest(store["conv/bias"]), 1 / std::sqrt(75.0));
  nn::initialise(store, "table", nn::embedding(100, 50), sl::key(1));
  expect_moments(store["table/weight"], 1, 3, "embedding");
  nn::initialise(store, "gru", nn::gru_cell(10, 40), sl::key(1));
  for (const char* name : {"gru/weight_ih", "gru/weight_hh", "gru/bias_ih", "gru/bias_hh"}) {
    EXPECT_LE(largest(store[name]), 1 / std::sqrt(40.0)) << name;
    expect_moments(store[name], 1.0 / 40 / 3, 1.8, name);
  }
  nn::initialise(store, "mix", nn::attention(7, 32, {.heads = 4}), sl::key(1));
  EXPECT_EQ(largest(store["mix/in_proj_bias"]), 0);
  expect_moments(store["mix/in_proj_weight"], 2.0 / 128, 1.8, "attention");  // Glorot: 6/(32 + 96)/3
  nn::initialise(store, "norm", nn::layer_norm(4), sl::key(1));
  EXPECT_EQ(store["norm/weight"], std::vector<double>(4, 1.0));
  EXPECT_EQ(store["norm/bias"], std::vector<double>(4, 0.0));
}
// A parameter's numbers depend on the key and its name alone.
TEST(initialisations, of_a_key) {
  sl::parameter_store a, b;
  nn::initialise(a, "net", nn::mlp({3, 4, 2}, nn::relu), sl::key(1));
  nn::initialise(b, "other", nn::linear(3, 4), sl::key(1));
  nn::initialise(b, "net", nn::mlp({3, 4, 5}, nn::relu), sl::key(1));
  EXPECT_EQ(a["net/0/weight"], b["net/0/weight"]);
  EXPECT_NE(b["other/weight"], b["net/0/weight"]);
  nn::initialise(b, "net", nn::mlp({3, 4, 5}, nn::relu), sl::key(2));
  EXPECT_NE(a["net/0/weight"], b["net/0/weight"]);
}

}  // namespace
