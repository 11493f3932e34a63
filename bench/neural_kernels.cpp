// What nets cost by themselves, on one core: forward and backward of the rows mlp_torch and small_net, without bodies and optimisers. Minimum of 100 runs.
//   build/release/bench/neural_kernels
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <vector>

#include <starling/neural/initialise.hpp>
#include <starling/neural/layers.hpp>

namespace sl = starling;
namespace nn = starling::neural;

namespace {

template <class F>
double microseconds(F f) {
  double best = 1e30;
  for (int i = 0; i < 100; ++i) {
    const auto start = std::chrono::steady_clock::now();
    f();
    best = std::min(best, std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count());
  }
  return best;
}

template <class T, std::size_t N>
void measure(const char* what, const nn::net<N>& net, std::size_t rows) {
  sl::parameter_store store;
  nn::initialise(store, "net", net, sl::key(1));
  const auto& p = nn::prepared<T>(&store, sl::address("net"), {}, net.layers);
  std::vector<T> memory(nn::memory_of(net.layers, rows)), result(rows * net.out(), T(0.01));
  for (std::size_t i = 0; i < rows * net.in(); ++i) memory[i] = static_cast<T>(std::sin(0.1 * static_cast<double>(i)));
  std::vector<std::vector<double>> derivatives;
  std::vector<double*> sums;
  for (const auto& t : p.tensors) derivatives.emplace_back(t.shape.size(), 0.0);
  for (auto& d : derivatives) sums.push_back(d.data());
  const double there = microseconds([&] { nn::forward(p, memory.data(), rows, nullptr); });
  const double back = microseconds([&] {
    nn::backward(p, static_cast<const T*>(memory.data()), rows, nullptr, static_cast<const T*>(result.data()), static_cast<T*>(nullptr), sums.data());
  });
  std::printf("%-55s forward %8.1f us   backward %8.1f us\n", what, there, back);
}

}  // namespace

int main() {
  measure<float>("784-256-32-256-784 relu, batch 128, float", nn::mlp({784, 256, 32, 256, 784}, nn::relu), 128);
  measure<double>("1-16-16-1 tanh, 1,000 rows, double", nn::mlp({1, 16, 16, 1}, nn::tanh), 1000);
  measure<float>("1-16-16-1 tanh, 1,000 rows, float", nn::mlp({1, 16, 16, 1}, nn::tanh), 1000);
}
