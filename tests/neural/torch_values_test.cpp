// Each layer, forward and backward, against torch's (torch_values.json, made by make_torch_values.py).
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <starling/neural/layers.hpp>

namespace sl = starling;
namespace nn = starling::neural;

namespace {

template <std::size_t N>
std::vector<nn::layer> layers_of(const nn::net<N>& n) {
  return {n.layers.begin(), n.layers.end()};
}
// An activation by itself knows no width: it stands behind nothing here.
std::vector<nn::layer> alone(const nn::net<1>& n) {
  nn::layer l = n.layers[0];
  l.in = l.out = 7;
  return {l};
}
std::map<std::string, std::vector<nn::layer>> nets() {
  using namespace nn;
  return {
      {"linear", layers_of(linear(5, 4))},
      {"linear without bias", layers_of(linear(6, 3, {.bias = false}))},
      {"relu", alone(relu)},
      {"gelu", alone(gelu)},
      {"gelu_tanh", alone(gelu_tanh)},
      {"silu", alone(silu)},
      {"tanh", alone(nn::tanh)},
      {"sigmoid", alone(sigmoid)},
      {"softplus", alone(softplus)},
      {"softmax", alone(nn::softmax)},
      {"layer_norm", layers_of(layer_norm(9))},
      {"rms_norm", layers_of(rms_norm(9))},
      {"embedding", layers_of(embedding(6, 3, {.tokens = 2}))},
      {"conv2d", layers_of(conv2d({2, 4, 5}, 3, {.kernel = 3, .padding = 1}))},
      {"conv2d with a stride", layers_of(conv2d({1, 5, 6}, 2, {.kernel = 2, .stride = 2, .bias = false}))},
      {"conv1d", layers_of(conv1d({2, 7}, 3, {.kernel = 3, .stride = 2, .padding = 1}))},
      {"max_pool", layers_of(max_pool(image{2, 5, 5}, {.kernel = 3, .stride = 2, .padding = 1}))},
      {"average_pool", layers_of(average_pool(image{1, 3, 4}, {.kernel = 2, .stride = 1, .padding = 1}))},
      {"max_pool of a sequence", layers_of(max_pool(sequence{2, 6}))},
      {"gru_cell", layers_of(gru_cell(3, 4))},
      {"attention", layers_of(attention(4, 6, {.heads = 2}))},
      {"causal attention", layers_of(attention(5, 6, {.heads = 3, .causal = true}))},
      {"mlp", layers_of(mlp({4, 8, 8, 3}, gelu))},
      {"residual", layers_of(sequential(linear(3, 6), residual(sequential(layer_norm(6), linear(6, 6), silu)), linear(6, 2)))},
  };
}

// |got − expected| in units of the largest number of the list: a sum's rounding is as large as its terms.
template <class T>
void expect_all(const std::vector<T>& got, const std::vector<double>& expected, double tolerance, const std::string& what) {
  ASSERT_EQ(got.size(), expected.size()) << what;
  double largest = 0;
  for (const double x : expected) largest = std::max(largest, std::abs(x));
  for (std::size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(static_cast<double>(got[i]), expected[i], tolerance * (1 + largest)) << what << ", element " << i;
}

std::vector<double> numbers(const nlohmann::json& list) { return list.get<std::vector<double>>(); }

template <class T>
void check(const nlohmann::json& row, const std::vector<nn::layer>& layers, double tolerance) {
  const std::string what = row["name"].get<std::string>() + (sizeof(T) == 4 ? " in float" : " in double");
  sl::parameter_store store;
  for (const auto& [name, values] : row["parameters"].items()) store.set("net/" + name, numbers(values));
  const auto x = row["x"].get<std::vector<double>>(), weights = row["weights"].get<std::vector<double>>();
  const std::size_t rows = x.size() / layers.front().in;
  const auto& net = nn::prepared<T>(&store, sl::address("net"), {}, layers);
  EXPECT_EQ(net.tensors.size(), row["parameters"].size()) << what;
  std::vector<T> memory(nn::memory_of(layers, rows)), dx(x.size()), dy(weights.begin(), weights.end());
  for (std::size_t i = 0; i < x.size(); ++i) memory[i] = static_cast<T>(x[i]);
  const T* const y = nn::forward(net, memory.data(), rows, nullptr);
  expect_all(std::vector<T>(y, y + rows * net.out()), row["y"].get<std::vector<double>>(), tolerance, what);
  std::vector<std::vector<double>> derivatives;
  std::vector<double*> sums;
  for (const auto& t : net.tensors) derivatives.emplace_back(t.shape.size(), 0.0);
  for (auto& d : derivatives) sums.push_back(d.data());
  nn::backward(net, static_cast<const T*>(memory.data()), rows, nullptr, static_cast<const T*>(dy.data()), dx.data(), sums.data());
  expect_all(dx, row["dx"].get<std::vector<double>>(), tolerance, what + ", derivatives of the argument");
  for (std::size_t k = 0; k < net.tensors.size(); ++k) {
    const std::string name = std::string(net.tensors[k].name.text()).substr(4);
    expect_all(derivatives[k], numbers(row["d_parameters"].at(name)), tolerance, what + ", derivatives of " + name);
  }
}

TEST(torch_values, layers_give_what_torchs_give) {
  std::ifstream file(STARLING_SOURCE_DIR "/tests/neural/torch_values.json");
  const auto rows = nlohmann::json::parse(file);
  const auto ours = nets();
  EXPECT_EQ(rows.size(), ours.size());
  for (const auto& row : rows) {
    const auto& layers = ours.at(row["name"].get<std::string>());
    check<double>(row, layers, 1e-13);
    check<float>(row, layers, 1e-6);
  }
}

}  // namespace
