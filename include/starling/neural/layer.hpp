// What a layer of a neural net is: a function of a row of `in` numbers that gives `out` numbers, the same for every row of a batch, and the
// shapes of its parameters. Layers are made by the functions of layers.hpp; what they compute stands in src/neural.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace starling::neural {

enum class layer_kind : std::uint8_t {
  linear,
  relu,
  gelu,
  gelu_tanh,
  silu,
  tanh,
  sigmoid,
  softplus,
  softmax,
  layer_norm,
  rms_norm,
  dropout,
  embedding,
  convolution,
  max_pool,
  average_pool,
  gru_cell,
  attention,
  residual_begin,
  residual_end,
};

// How the numbers of a weight are drawn first; the fan-in and fan-out count the numbers that one output sums and one input reaches.
//   torch    weights and biases uniform in ±1/√fan_in; embeddings normal(0, 1)
//   glorot   weights uniform in ±√(6/(fan_in + fan_out)), biases 0             (Glorot and Bengio 2010; Keras)
//   he       weights normal(0, √(2/fan_in)), biases 0                          (He et al. 2015)
//   lecun    weights normal(0, 1/√fan_in) cut at two standard deviations and widened to have that deviation, biases 0   (flax)
// Gains of norms are 1 and their biases 0 in all of them.
enum class initialisation : std::uint8_t { torch,
                                           glorot,
                                           he,
                                           lecun };

// Of images and sequences in a row: channels × height × width numbers; the window that slides over them, its step and the zeros around.
struct window {
  std::uint32_t channels = 0, height = 0, width = 0, out_channels = 0;
  std::uint32_t kernel_height = 0, kernel_width = 0, stride_height = 1, stride_width = 1, padding_height = 0, padding_width = 0;
  constexpr std::uint32_t out_height() const { return (height + 2 * padding_height - kernel_height) / stride_height + 1; }
  constexpr std::uint32_t out_width() const { return (width + 2 * padding_width - kernel_width) / stride_width + 1; }
  friend constexpr bool operator==(const window&, const window&) = default;
};

struct layer {
  layer_kind kind = layer_kind::relu;
  bool has_bias = true, causal = false;
  initialisation start = initialisation::torch;
  std::uint8_t depth = 0;                   // of `place`
  std::array<std::uint16_t, 4> place{};     // where it stands in the sequences around it, the outermost first
  std::uint32_t in = 0, out = 0;            // numbers a row; 0: as many as come
  std::uint32_t repeat = 1;                 // a row is so many tokens, and the layer works on each by itself
  std::uint32_t heads = 1, tokens = 1, entries = 0;  // of attention; of attention and embeddings; of an embedding's table
  window images{};
  double number = 0;                        // a norm's epsilon, the rate of dropout

  friend constexpr bool operator==(const layer&, const layer&) = default;
};

enum class parameter_role : std::uint8_t { weight,
                                           bias,
                                           gain,
                                           table };
// A parameter of a layer: its name below the layer's, and its shape, in torch's layout.
struct parameter_shape {
  std::string_view name;
  std::array<std::uint32_t, 4> sizes{};
  std::uint32_t rank = 0;
  std::uint32_t fan_in = 0, fan_out = 0;
  parameter_role role = parameter_role::weight;
  bool is_product = false;  // the right side of a product: x Wᵀ
  constexpr std::size_t size() const {
    std::size_t n = 1;
    for (std::uint32_t k = 0; k < rank; ++k) n *= sizes[k];
    return n;
  }
};
inline constexpr std::size_t most_parameters = 4;
struct parameter_shapes {
  std::array<parameter_shape, most_parameters> of{};
  std::size_t count = 0;
  constexpr void add(const parameter_shape& s) { of[count++] = s; }
};

constexpr parameter_shape weight_shape(std::string_view name, std::uint32_t out, std::uint32_t in) {
  return {name, {out, in}, 2, in, out, parameter_role::weight, true};
}
constexpr parameter_shape bias_shape(std::string_view name, std::uint32_t size, std::uint32_t fan_in) {
  return {name, {size}, 1, fan_in, size, parameter_role::bias, false};
}

constexpr parameter_shapes parameters_of(const layer& l) {
  parameter_shapes all;
  const std::uint32_t in = l.in / l.repeat, out = l.out / l.repeat;
  switch (l.kind) {
    case layer_kind::linear:
      all.add(weight_shape("weight", out, in));
      if (l.has_bias) all.add(bias_shape("bias", out, in));
      break;
    case layer_kind::layer_norm:
    case layer_kind::rms_norm:
      all.add({"weight", {in}, 1, in, in, parameter_role::gain, false});
      if (l.kind == layer_kind::layer_norm) all.add({"bias", {in}, 1, 0, in, parameter_role::bias, false});
      break;
    case layer_kind::embedding:
      all.add({"weight", {l.entries, l.out / l.tokens}, 2, l.entries, l.out / l.tokens, parameter_role::table, false});
      break;
    case layer_kind::convolution: {
      const window& w = l.images;
      const std::uint32_t area = w.kernel_height * w.kernel_width, fan_in = w.channels * area;
      if (w.height == 1 && w.kernel_height == 1) all.add({"weight", {w.out_channels, w.channels, w.kernel_width}, 3, fan_in, w.out_channels * area, parameter_role::weight, false});
      else all.add({"weight", {w.out_channels, w.channels, w.kernel_height, w.kernel_width}, 4, fan_in, w.out_channels * area, parameter_role::weight, false});
      if (l.has_bias) all.add(bias_shape("bias", w.out_channels, fan_in));
      break;
    }
    case layer_kind::gru_cell: {
      const std::uint32_t hidden = l.out, inputs = l.in - l.out;
      all.add(weight_shape("weight_ih", 3 * hidden, inputs));
      all.add(weight_shape("weight_hh", 3 * hidden, hidden));
      all.add(bias_shape("bias_ih", 3 * hidden, hidden));
      all.add(bias_shape("bias_hh", 3 * hidden, hidden));
      all.of[0].fan_in = hidden;  // torch draws all four within ±1/√hidden
      break;
    }
    case layer_kind::attention: {
      const std::uint32_t width = l.in / l.tokens;
      all.add(weight_shape("in_proj_weight", 3 * width, width));
      all.add({"in_proj_bias", {3 * width}, 1, 0, width, parameter_role::bias, false});
      all.add(weight_shape("out_proj/weight", width, width));
      all.add({"out_proj/bias", {width}, 1, 0, width, parameter_role::bias, false});
      break;
    }
    default:
      break;
  }
  return all;
}

// Its name in sentences.
constexpr std::string_view name_of(layer_kind kind) {
  constexpr std::string_view names[] = {"linear", "relu", "gelu", "gelu_tanh", "silu", "tanh", "sigmoid", "softplus", "softmax", "layer_norm", "rms_norm", "dropout", "embedding",
                                        "convolution", "max_pool", "average_pool", "gru_cell", "attention", "residual", "residual"};
  return names[static_cast<int>(kind)];
}

}  // namespace starling::neural
