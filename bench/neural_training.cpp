// A step of a variational autoencoder, 784-256-32-256-784, batch 128 (the peers' workload w7), and of the same net without latents: processor time of one thread.
#include <sys/resource.h>

#include <cmath>
#include <cstdio>
#include <vector>

#include <starling/distributions/normal.hpp>
#include <starling/neural/initialise.hpp>
#include <starling/neural/layers.hpp>
#include <starling/neural/train.hpp>
#include <starling/values/vector_math.hpp>

namespace sl = starling;
namespace nn = starling::neural;

namespace {

constexpr auto first = nn::sequential(nn::linear(784, 256), nn::relu);
constexpr auto mean_head = nn::linear(256, 32), variance_head = nn::linear(256, 32);
constexpr auto decoder = nn::mlp({32, 256, 784}, nn::relu);
constexpr auto vae = sl::gen([](auto& trace, const auto& x) {
  using R = sl::real_of<decltype(trace)>;
  const auto h = trace("first", first, x);
  const auto mean = trace("mean", mean_head, h), log_variance = trace("variance", variance_head, h);
  const auto deviation = sl::exp(0.5 * sl::vector<const R>(log_variance.data(), log_variance.size()));
  const auto z = trace("z", sl::normal(sl::vector<const R>(mean.data(), mean.size()), deviation));
  const auto logits = trace("decoder", decoder, sl::matrix<const R>(z.data(), mean.rows(), 32));
  return nn::binary_cross_entropy(logits, x) + nn::normal_divergence(mean, log_variance);
});
constexpr auto plain_net = nn::mlp({784, 256, 32, 256, 784}, nn::relu);
constexpr auto plain = sl::gen([](auto& trace, const auto& x) { return nn::binary_cross_entropy(trace("net", plain_net, x), x); });

double processor_time() {
  rusage u;
  getrusage(RUSAGE_SELF, &u);
  return static_cast<double>(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + 1e-6 * static_cast<double>(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

template <class Loss> void measure(const char* name, const Loss& loss, const sl::training_rows<1>& data, const sl::parameter_store& store) {
  const auto seconds = [&](std::size_t steps) {
    const double before = processor_time();
    sl::train(loss, data, store, sl::adam{.rate = 1e-3}, {.epochs = 10, .batch = 128, .stop_after = steps}, sl::key(9));
    return processor_time() - before;
  };
  double best = 1e9;
  for (int i = 0; i < 4; ++i) {
    const double few = seconds(4), many = seconds(28);
    best = std::fmin(best, (many - few) / 24);
  }
  std::printf("%s: %.2f ms a step\n", name, 1e3 * best);
}

}  // namespace

int main() {
  const auto hash = [](double i, double j) {
    const double v = std::abs(std::sin(12.9898 * (i + 1) + 78.233 * (j + 1)) * 43758.5453);
    return v - std::floor(v);
  };
  std::vector<double> x;
  for (int i = 0; i < 4096; ++i)
    for (int p = 0; p < 784; ++p) x.push_back(hash(i, p) < 0.5 + 0.45 * std::sin(0.05 * p + 0.3 * i));
  const sl::training_rows<1> data(sl::training_columns{std::move(x), 784});
  sl::parameter_store store;
  nn::initialise(store, "first", first, sl::key(1));
  nn::initialise(store, "mean", mean_head, sl::key(2));
  nn::initialise(store, "variance", variance_head, sl::key(3));
  nn::initialise(store, "decoder", decoder, sl::key(4));
  nn::initialise(store, "net", plain_net, sl::key(5));
  measure("vae", vae, data, store);
  measure("mlp", plain, data, store);
  const auto fit = sl::train(vae, data, store, sl::adam{.rate = 1e-3}, {.epochs = 10, .batch = 128}, sl::key(9));
  std::printf("loss a picture: epoch 1 %.1f, epoch 10 %.1f\n", fit.history.front().loss, fit.history.back().loss);
}
