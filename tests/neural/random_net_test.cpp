// Nets with random weights: the values and derivatives of the net with those weights as parameters, its priors, and a posterior that is known.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include <starling/distributions/distributions.hpp>
#include <starling/inference/kernels/nuts.hpp>
#include <starling/inference/run.hpp>
#include <starling/inference/posterior_gradient.hpp>
#include <starling/models/gradient.hpp>
#include <starling/models/gradient_batch.hpp>
#include <starling/models/simulate.hpp>
#include <starling/neural/initialise.hpp>
#include <starling/neural/layers.hpp>
#include <starling/neural/random_net.hpp>

namespace sl = starling;
namespace nn = starling::neural;

namespace {

const double xs[6] = {0.3, -1.2, 0.7, 0.1, -0.4, 2.0};  // 3 rows

template <std::size_t N> void expect_as_net(const char* name, const nn::net<N>& net) {
  SCOPED_TRACE(name);
  const auto random = nn::random_net(net, nn::scaled_normals);
  const auto body = sl::gen([&](auto& trace) {
    const auto y = trace("net", random, sl::matrix_view<double>(xs, 3, 2));
    trace("seen", sl::normal(sl::vector<sl::real_of<decltype(trace)>>(y.data(), y.size()), 0.5));
  });
  const auto doubles = net.with_doubles();
  const auto of_parameters = sl::gen([&](auto& trace) {
    const auto y = trace("net", doubles, sl::matrix_view<double>(xs, 3, 2));
    trace("seen", sl::normal(sl::vector<sl::real_of<decltype(trace)>>(y.data(), y.size()), 0.5));
  });
  const auto batch = sl::simulate(body, sl::args(), sl::key(3), sl::lanes(5));
  for (std::size_t l = 0; l < 5; ++l) {
    const auto t = batch.lane(l);
    const auto choices = t.choices();
    sl::parameter_store store;
    std::size_t number = 0;
    double prior = 0;
    for (std::size_t i = 0; i < N; ++i) {
      if (net.layers[i].kind != nn::layer_kind::linear) continue;
      const auto shapes = nn::parameters_of(net.layers[i]);
      for (std::size_t k = 0; k < shapes.count; ++k) {
        const std::string what(shapes.of[k].name);
        const auto where = sl::address("net") / sl::address(sl::name(what + "_" + std::to_string(number)));
        const auto values = choices.entry_at(where.hash())->value.data;
        store.set("net/" + std::to_string(i) + "/" + what, values);
        const double scale = k == 1 ? 1 : 1 / std::sqrt(net.layers[i].in);
        for (const double v : values) prior += -0.5 * v * v / (scale * scale) - std::log(scale) - 0.5 * std::log(2 * M_PI);
      }
      ++number;
    }
    const auto other = sl::with_parameters(of_parameters, store);
    sl::choice_map seen{{"seen", choices.entry_at(sl::path("seen").hash())->value}};
    const double expected = sl::assess(other, sl::args(), seen).score;
    EXPECT_NEAR(t.score(), expected + prior, 1e-9 * std::abs(t.score()));
    const auto mine = sl::gradients(t), theirs = sl::gradients(other, sl::args(), seen);
    number = 0;
    for (std::size_t i = 0; i < N; ++i) {
      if (net.layers[i].kind != nn::layer_kind::linear) continue;
      const auto shapes = nn::parameters_of(net.layers[i]);
      for (std::size_t k = 0; k < shapes.count; ++k) {
        const std::string what(shapes.of[k].name);
        const auto where = sl::address("net") / sl::address(sl::name(what + "_" + std::to_string(number)));
        const auto& d = mine.choices.entry_at(where.hash())->value.data;
        const auto& values = choices.entry_at(where.hash())->value.data;
        const auto& e = theirs.parameters["net/" + std::to_string(i) + "/" + what];
        const double variance = k == 1 ? 1 : 1.0 / net.layers[i].in;
        for (std::size_t j = 0; j < d.size(); ++j) EXPECT_NEAR(d[j], e[j] - values[j] / variance, 1e-8 * (1 + std::abs(e[j]))) << where.str() << " " << j;
      }
      ++number;
    }
  }
}

TEST(random_net, is_the_net_with_these_weights) {
  expect_as_net("tanh", nn::mlp({2, 5, 1}, nn::tanh));
  expect_as_net("relu", nn::mlp({2, 3, 4, 2}, nn::relu));
  expect_as_net("gelu", nn::mlp({2, 4, 1}, nn::gelu));
  expect_as_net("gelu_tanh", nn::mlp({2, 4, 1}, nn::gelu_tanh));
  expect_as_net("silu", nn::mlp({2, 4, 1}, nn::silu));
  expect_as_net("sigmoid", nn::mlp({2, 4, 1}, nn::sigmoid));
  expect_as_net("softplus", nn::mlp({2, 4, 1}, nn::softplus));
  expect_as_net("without bias", nn::sequential(nn::linear(2, 3, {.bias = false}), nn::tanh, nn::linear(3, 1)));
}

TEST(random_net, refuses_what_it_cannot_draw) {
  EXPECT_THROW(nn::random_net(nn::sequential(nn::linear(2, 3), nn::layer_norm(3)), nn::scaled_normals), std::invalid_argument);
  EXPECT_THROW(nn::random_net(nn::sequential(nn::linear(2, 3), nn::tanh, nn::relu), nn::scaled_normals), std::invalid_argument);
}

// One linear layer is Bayesian linear regression: normal, with precision I + X'X / s2.
TEST(random_net, a_linear_one_has_the_posterior_of_regression) {
  const auto random = nn::random_net(nn::linear(2, 1, {.bias = false}), [](const auto&) { return sl::normal(0.0, 1.0); });
  const auto body = sl::gen([&](auto& trace) {
    const auto y = trace("line", random, sl::matrix_view<double>(xs, 3, 2));
    trace("y", sl::normal(sl::vector<sl::real_of<decltype(trace)>>(y.data(), 3), 0.5));
  });
  const std::vector<double> ys{1.0, 0.2, -1.5};
  const auto fit = sl::run(sl::kernels::nuts(), sl::posterior(body, sl::args(), {{"y", ys}}), {.chains = 4, .draws = 2000}, sl::key(1));
  double p[3] = {1, 0, 1}, c[2] = {0, 0};
  for (std::size_t r = 0; r < 3; ++r) {
    const double a = xs[2 * r], b = xs[2 * r + 1];
    p[0] += a * a / 0.25, p[1] += a * b / 0.25, p[2] += b * b / 0.25, c[0] += a * ys[r] / 0.25, c[1] += b * ys[r] / 0.25;
  }
  const double det = p[0] * p[2] - p[1] * p[1];
  const auto rows = sl::summarise(fit);
  EXPECT_NEAR(rows[0].mean, (p[2] * c[0] - p[1] * c[1]) / det, 5 * rows[0].mcse_mean);
  EXPECT_NEAR(rows[1].mean, (p[0] * c[1] - p[1] * c[0]) / det, 5 * rows[1].mcse_mean);
  EXPECT_NEAR(rows[0].sd, std::sqrt(p[2] / det), 0.03);
}

}  // namespace
