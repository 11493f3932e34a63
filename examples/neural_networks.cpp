// A neural net as a generative function: its training, and the trained net inside a model. docs/neural_networks.md tells about it.
#include <cmath>
#include <cstdio>
#include <vector>

#include <starling/distributions/distributions.hpp>
#include <starling/models/generate.hpp>
#include <starling/models/update.hpp>
#include <starling/neural/initialise.hpp>
#include <starling/neural/layers.hpp>
#include <starling/neural/train.hpp>

namespace sl = starling;
using sl::neural::squared_error;

constexpr auto curve = sl::neural::mlp({1, 16, 16, 1}, sl::neural::tanh);

// A mean over the rows of a minibatch.
constexpr auto loss = sl::gen([](auto& trace, const auto& x, const auto& y) {
  return squared_error(trace("curve", curve, x), y);
});

// Where was a curve measured, if this came out?
constexpr auto place = sl::gen([](auto& trace) {
  const auto x = trace("x", sl::normal(0.0, 0.5));
  const auto y = trace("curve", curve, x);
  trace("measured", sl::normal(y[0], 0.1));
});

int main() {
  std::vector<double> xs, ys;
  for (int i = 0; i < 200; ++i) {
    xs.push_back(0.01 * i - 1);
    ys.push_back(std::sin(3 * xs.back()));
  }
  sl::parameter_store store;
  sl::neural::initialise(store, "curve", curve, sl::key(1));
  for (const auto& name : store.names()) std::printf("%s: %zu numbers\n", name.c_str(), store[name].size());

  const sl::training_rows data(sl::training_columns{xs}, sl::training_columns{ys});
  const auto fit = sl::train(loss, data, store, sl::adam{.rate = 0.01}, {.epochs = 200, .batch = 32, .validation = 0.1, .patience = 50}, sl::key(2));
  std::printf("mean squared error below 0.001: %s\n", fit.history[fit.best_epoch].validation < 1e-3 ? "yes" : "no");

  const auto model = sl::with_parameters(place, fit.best);
  const auto [traces, weights] = sl::generate(model, sl::args(), {{"measured", 0.8}}, sl::key(3), sl::lanes(20'000));
  double total = 0, mean = 0;
  for (std::size_t l = 0; l < traces.size(); ++l) {
    const double w = std::exp(weights[l]);
    total += w;
    mean += w * traces.lane(l)["x"];
  }
  std::printf("posterior mean of x: %.1f\n", mean / total);

  const auto t = sl::simulate(model, sl::args(), sl::key(4));
  const auto [moved, weight, old] = sl::update(t, {{"x", 0.5}}, sl::key(5));
  std::printf("the weight of an update is the difference of the scores: %s\n", std::abs(weight - (moved.score() - t.score())) < 1e-12 ? "yes" : "no");
}
