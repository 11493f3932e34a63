// Models with nets inside, and the nets by hand: loops over the numbers of the store, which share no code with src/neural.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include <starling/distributions/distributions.hpp>
#include <starling/models/parameters.hpp>
#include <starling/models/simulate.hpp>
#include <starling/neural/initialise.hpp>
#include <starling/neural/layers.hpp>

namespace nets {

namespace sl = starling;
namespace nn = starling::neural;

// An mlp with tanh between its linear layers.
inline std::vector<double> mlp_by_hand(const sl::parameter_store& store, const std::string& name, std::vector<double> x) {
  for (int layer = 0; store.contains(name + "/" + std::to_string(layer) + "/weight"); layer += 2) {
    if (layer > 0)
      for (double& v : x) v = std::tanh(v);
    const auto& w = store[name + "/" + std::to_string(layer) + "/weight"];
    std::vector<double> y = store[name + "/" + std::to_string(layer) + "/bias"];
    for (std::size_t o = 0; o < y.size(); ++o)
      for (std::size_t i = 0; i < x.size(); ++i) y[o] += w[o * x.size() + i] * x[i];
    x = y;
  }
  return x;
}

constexpr auto decoder = nn::mlp({2, 7, 3}, nn::tanh).with_doubles();
constexpr auto link = nn::mlp({1, 4, 1}, nn::tanh).with_doubles();

// A vector of choices through a net, data through another one, and a net of a row and of all rows of data.
constexpr auto decoded = sl::gen([](auto& trace, const auto& x) {
  const auto z = trace("z", sl::iid(sl::normal(0.0, 1.0), 2));
  const auto y = trace("decoder", decoder, z);
  trace("a", sl::normal(y[0] + x, 1.0));
  return trace("b", sl::normal(y[1], sl::exp(y[2])));
});
constexpr auto regression = sl::gen([](auto& trace, const auto& xs) {
  const auto shift = trace("shift", sl::normal(0.0, 1.0));
  const auto means = trace("link", link, sl::matrix_view<double>(xs, xs.size(), 1));
  for (std::size_t i = 0; i < xs.size(); ++i) trace({"y", i}, sl::normal(means(i, 0) + shift, 0.5));
  const auto after = trace("after", link.named("link"), shift);  // shares the parameters
  return trace("inner", decoded, after[0]);
});

inline sl::parameter_store made_store() {
  sl::parameter_store s;
  nn::initialise(s, "decoder", decoder, sl::key(3), nn::initialisation::glorot);
  nn::initialise(s, "link", link, sl::key(4));
  return s;
}
inline const sl::parameter_store store = made_store();
inline const std::vector<double> data = {-0.5, 0.25, 1.5};

}  // namespace nets
