// Each layer against finite differences in double, with respect to its argument and its parameters; lanes; float against double.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include <starling/neural/initialise.hpp>
#include <starling/neural/layers.hpp>
#include <starling/values/arena.hpp>

namespace sl = starling;
namespace nn = starling::neural;

namespace {

struct named_net {
  std::string name;
  std::vector<nn::layer> layers;
};
template <std::size_t N>
named_net row(const char* name, const nn::net<N>& n) {
  return {name, {n.layers.begin(), n.layers.end()}};
}
std::vector<named_net> table() {
  using namespace nn;
  return {
      row("linear", linear(5, 3)),
      row("linear without bias", linear(4, 37, {.bias = false})),
      row("wide linear", linear(300, 40)),
      row("relu", sequential(linear(3, 9), relu)),
      row("gelu", sequential(linear(3, 9), gelu)),
      row("gelu_tanh", sequential(linear(3, 9), gelu_tanh)),
      row("silu", sequential(linear(3, 17), silu)),
      row("tanh", sequential(linear(3, 9), nn::tanh)),
      row("sigmoid", sequential(linear(3, 9), sigmoid)),
      row("softplus", sequential(linear(3, 9), softplus)),
      row("softmax", sequential(linear(3, 9), nn::softmax)),
      row("softmax of tokens", sequential(linear(3, 12), each_token(3, nn::softmax))),
      row("layer_norm", sequential(linear(3, 11), layer_norm(11))),
      row("rms_norm", sequential(linear(3, 11), rms_norm(11, {.epsilon = 1e-3}))),
      row("norm of tokens", sequential(linear(3, 10), each_token(2, layer_norm(5)))),
      row("dropout", sequential(linear(3, 4), dropout(0.5))),
      row("conv2d", conv2d({2, 5, 4}, 3, {.kernel = 3, .padding = 1})),
      row("conv2d with a stride", conv2d({1, 6, 7}, 4, {.kernel = 2, .stride = 2, .bias = false})),
      row("conv1d", conv1d({2, 9}, 3, {.kernel = 3, .stride = 2, .padding = 1})),
      row("max_pool", sequential(linear(3, 32), max_pool(image{2, 4, 4}))),
      row("max_pool that overlaps", sequential(linear(3, 25), max_pool(image{1, 5, 5}, {.kernel = 3, .stride = 2, .padding = 1}))),
      row("average_pool", sequential(linear(3, 32), average_pool(image{2, 4, 4}, {.kernel = 2, .stride = 1, .padding = 1}))),
      row("average_pool of a sequence", sequential(linear(3, 12), average_pool(sequence{2, 6}, {.kernel = 3}))),
      row("gru_cell", gru_cell(3, 5)),
      row("attention", attention(4, 6, {.heads = 2})),
      row("causal attention", attention(5, 9, {.heads = 3, .causal = true})),
      row("residual", sequential(linear(3, 6), residual(sequential(layer_norm(6), linear(6, 6), gelu)), linear(6, 2))),
      row("residual in a residual", residual(sequential(linear(3, 5), residual(linear(5, 5)), linear(5, 3)))),
      row("transformer block", sequential(residual(sequential(each_token(3, layer_norm(4)), attention(3, 4, {.heads = 2, .causal = true}))),
                                          residual(each_token(3, sequential(layer_norm(4), linear(4, 8), gelu, linear(8, 4)))))),
      row("mlp", mlp({4, 16, 33, 2}, nn::tanh)),
  };
}

sl::parameter_store store_of(const named_net& n) {
  sl::parameter_store store;
  nn::initialise(store, "net", n.layers, sl::key(7));
  // Biases and gains that are not what they begin as.
  double t = 0;
  for (const auto& name : store.names()) {
    auto values = store[name];
    for (double& v : values) v += 0.1 * std::sin(t += 1);
    store.set(name, values);
  }
  return store;
}
std::vector<double> numbers(std::size_t n, double phase) {
  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i) x[i] = std::sin(1.7 * static_cast<double>(i) + phase) + 0.3 * std::cos(0.3 * static_cast<double>(i * i));
  return x;
}
template <class T>
std::vector<T> evaluated(const named_net& n, const sl::parameter_store& store, const std::vector<double>& x, std::size_t rows) {
  const auto& p = nn::prepared<T>(&store, sl::address("net"), {}, n.layers);
  std::vector<T> memory(nn::memory_of(n.layers, rows));
  for (std::size_t i = 0; i < x.size(); ++i) memory[i] = static_cast<T>(x[i]);
  const T* y = nn::forward(p, memory.data(), rows, nullptr);
  return {y, y + rows * p.out()};
}
double weighted(const named_net& n, const sl::parameter_store& store, const std::vector<double>& x, std::size_t rows, const std::vector<double>& weights) {
  const auto y = evaluated<double>(n, store, x, rows);
  double sum = 0;
  for (std::size_t i = 0; i < y.size(); ++i) sum += weights[i] * y[i];
  return sum;
}
// By six points: f'(x) to about 1e-9.
template <class F>
double difference(F f, double h) {
  return (45 * (f(h) - f(-h)) - 9 * (f(2 * h) - f(-2 * h)) + (f(3 * h) - f(-3 * h))) / (60 * h);
}

struct derivatives {
  std::vector<double> argument;
  std::vector<std::vector<double>> parameters;
};
template <class T>
derivatives pulled(const named_net& n, const sl::parameter_store& store, const std::vector<double>& x, std::size_t rows, const std::vector<double>& weights) {
  const auto& p = nn::prepared<T>(&store, sl::address("net"), {}, n.layers);
  std::vector<T> memory(nn::memory_of(n.layers, rows)), dy(weights.begin(), weights.end()), dx(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) memory[i] = static_cast<T>(x[i]);
  nn::forward(p, memory.data(), rows, nullptr);
  derivatives d;
  std::vector<double*> sums;
  for (const auto& t : p.tensors) d.parameters.emplace_back(t.shape.size(), 0.0);
  for (auto& s : d.parameters) sums.push_back(s.data());
  nn::backward(p, static_cast<const T*>(memory.data()), rows, nullptr, static_cast<const T*>(dy.data()), dx.data(), sums.data());
  d.argument.assign(dx.begin(), dx.end());
  return d;
}

TEST(layers, derivatives_are_those_of_finite_differences) {
  constexpr std::size_t rows = 3;
  for (const auto& n : table()) {
    sl::parameter_store store = store_of(n);
    const auto x = numbers(rows * n.layers.front().in, 0.5), weights = numbers(rows * n.layers.back().out, 2.0);
    const auto d = pulled<double>(n, store, x, rows, weights);
    for (std::size_t i = 0; i < x.size(); i += 1 + x.size() / 40) {
      const double expected = difference(
          [&](double h) {
            auto moved = x;
            moved[i] += h;
            return weighted(n, store, moved, rows, weights);
          },
          2e-5);
      EXPECT_NEAR(d.argument[i], expected, 2e-8 * (1 + std::abs(expected))) << n.name << ", argument " << i;
    }
    const auto& p = nn::prepared<double>(&store, sl::address("net"), {}, n.layers);
    std::vector<std::string> names;
    for (const auto& t : p.tensors) names.emplace_back(t.name.text());
    for (std::size_t k = 0; k < names.size(); ++k) {
      const auto values = store[names[k]];
      for (std::size_t i = 0; i < values.size(); i += 1 + values.size() / 40) {
        const double expected = difference(
            [&](double h) {
              auto moved = values;
              moved[i] += h;
              store.set(names[k], moved);
              return weighted(n, store, x, rows, weights);
            },
            2e-5);
        EXPECT_NEAR(d.parameters[k][i], expected, 2e-8 * (1 + std::abs(expected))) << n.name << ", " << names[k] << " " << i;
      }
      store.set(names[k], values);
    }
  }
}

TEST(layers, a_row_has_the_same_bits_alone_and_among_others) {
  for (const auto& n : table()) {
    const sl::parameter_store store = store_of(n);
    const std::size_t in = n.layers.front().in, out = n.layers.back().out;
    for (const std::size_t rows : {2u, 5u, 13u, 40u}) {
      const auto x = numbers(rows * in, 1.0);
      const auto all = evaluated<double>(n, store, x, rows);
      const auto all_floats = evaluated<float>(n, store, x, rows);
      for (std::size_t r = 0; r < rows; ++r) {
        const std::vector<double> one(x.begin() + static_cast<long>(r * in), x.begin() + static_cast<long>((r + 1) * in));
        const auto alone = evaluated<double>(n, store, one, 1);
        const auto alone_in_floats = evaluated<float>(n, store, one, 1);
        for (std::size_t i = 0; i < out; ++i) {
          EXPECT_EQ(all[r * out + i], alone[i]) << n.name << ", row " << r << " of " << rows;
          EXPECT_EQ(all_floats[r * out + i], alone_in_floats[i]) << n.name << " in float, row " << r << " of " << rows;
        }
      }
    }
  }
}

TEST(layers, floats_follow_doubles) {
  constexpr std::size_t rows = 6;
  for (const auto& n : table()) {
    const sl::parameter_store store = store_of(n);
    const auto x = numbers(rows * n.layers.front().in, 0.1), weights = numbers(rows * n.layers.back().out, 0.7);
    const auto y = evaluated<double>(n, store, x, rows);
    const auto z = evaluated<float>(n, store, x, rows);
    for (std::size_t i = 0; i < y.size(); ++i) EXPECT_NEAR(z[i], y[i], 3e-6 * (1 + std::abs(y[i]))) << n.name;
    const auto d = pulled<double>(n, store, x, rows, weights), f = pulled<float>(n, store, x, rows, weights);
    for (std::size_t i = 0; i < d.argument.size(); ++i) EXPECT_NEAR(f.argument[i], d.argument[i], 2e-5 * (1 + std::abs(d.argument[i]))) << n.name;
    for (std::size_t k = 0; k < d.parameters.size(); ++k)
      for (std::size_t i = 0; i < d.parameters[k].size(); ++i) EXPECT_NEAR(f.parameters[k][i], d.parameters[k][i], 4e-5 * (1 + std::abs(d.parameters[k][i]))) << n.name;
  }
}

// Rows whose derivatives are 0 add nothing, NaN or not; the others what they add without them.
TEST(layers, rows_without_derivatives_add_nothing) {
  constexpr std::size_t rows = 5;
  for (const auto& n : table()) {
    const sl::parameter_store store = store_of(n);
    const std::size_t in = n.layers.front().in, out = n.layers.back().out;
    auto x = numbers(rows * in, 0.4), weights = numbers(rows * out, 0.9);
    std::vector<double> fewer_x, fewer_weights;
    for (std::size_t r = 0; r < rows; ++r) {
      const bool dead = r == 1 || r == 4;
      for (std::size_t i = 0; i < in; ++i) {
        if (dead) x[r * in + i] = std::nan("");
        else fewer_x.push_back(x[r * in + i]);
      }
      for (std::size_t i = 0; i < out; ++i) {
        if (dead) weights[r * out + i] = 0;
        else fewer_weights.push_back(weights[r * out + i]);
      }
    }
    const auto d = pulled<double>(n, store, x, rows, weights), fewer = pulled<double>(n, store, fewer_x, 3, fewer_weights);
    EXPECT_EQ(d.parameters, fewer.parameters) << n.name;
    std::size_t next = 0;
    for (std::size_t r = 0; r < rows; ++r)
      for (std::size_t i = 0; i < in; ++i) {
        if (r == 1 || r == 4) {
          EXPECT_EQ(d.argument[r * in + i], 0) << n.name;
        } else {
          EXPECT_EQ(d.argument[r * in + i], fewer.argument[next++]) << n.name;
        }
      }
  }
}

TEST(layers, embeddings_are_rows_of_the_table) {
  const auto n = row("embedding", nn::embedding(5, 3, {.tokens = 2}));
  const sl::parameter_store store = store_of(n);
  const auto& table_of = store["net/weight"];
  const std::vector<double> x = {4, 0, 2, 2, 1, 5, -1, 0.5};
  const auto y = evaluated<double>(n, store, x, 4);
  for (std::size_t k = 0; k < x.size(); ++k)
    for (std::size_t i = 0; i < 3; ++i) {
      if (k < 5) {
        EXPECT_EQ(y[k * 3 + i], table_of[static_cast<std::size_t>(x[k]) * 3 + i]);
      } else {
        EXPECT_TRUE(std::isnan(y[k * 3 + i]));
      }
    }
  const auto d = pulled<double>(n, store, {4, 0, 2, 2}, 2, numbers(12, 0.2));
  const auto w = numbers(12, 0.2);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(d.parameters[0][4 * 3 + i], w[i]);
    EXPECT_EQ(d.parameters[0][i], w[3 + i]);
    EXPECT_EQ(d.parameters[0][2 * 3 + i], w[6 + i] + w[9 + i]);
    EXPECT_EQ(d.parameters[0][1 * 3 + i], 0);
  }
}

TEST(layers, dropout_acts_in_training_steps_alone) {
  const auto n = row("dropout", nn::sequential(nn::linear(1, 20000, {.bias = false}), nn::dropout(0.25)));
  sl::parameter_store store;
  store.set("net/0/weight", std::vector<double>(20000, 1.0), {20000, 1});
  const auto& p = nn::prepared<double>(&store, sl::address("net"), {}, n.layers);
  const auto run = [&](const nn::training_step* step) {
    std::vector<double> memory(nn::memory_of(n.layers, 1), 1.0);
    const double* y = nn::forward(p, memory.data(), 1, step);
    return std::vector<double>(y, y + 20000);
  };
  EXPECT_EQ(run(nullptr), std::vector<double>(20000, 1.0));
  const nn::training_step one{.key = 5, .step = 3}, again{.key = 5, .step = 3}, next{.key = 5, .step = 4};
  const auto y = run(&one);
  EXPECT_EQ(y, run(&again));
  EXPECT_NE(y, run(&next));
  int zeros = 0;
  for (const double v : y) {
    zeros += v == 0;
    EXPECT_TRUE(v == 0 || v == 1 / 0.75);
  }
  EXPECT_NEAR(zeros / 20000.0, 0.25, 5 * std::sqrt(0.25 * 0.75 / 20000));
}

}  // namespace
