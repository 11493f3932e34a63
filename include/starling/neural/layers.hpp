// Layers and how they are put together. Everything here is a value, of type net<number of layers>, and may be constexpr:
//
//   using namespace sl::neural;
//   constexpr auto decoder = mlp({32, 256, 784}, gelu);
//   constexpr auto classifier = sequential(linear(64, 32), relu, dropout(0.1), linear(32, 10));
//   const auto logits = trace("decoder", decoder, z);      // in a body, net.hpp
//
// A layer's parameters are named by where it stands, counted from 0 as torch's Sequential counts: decoder/0/weight, decoder/2/weight.
// What does not fit together throws std::invalid_argument; in a constant expression it does not compile.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

#include <starling/neural/net.hpp>

namespace starling::neural {

constexpr net<1> single(const layer& l) {
  net<1> n;
  n.layers[0] = l;
  return n;
}

// x Wᵀ + b: weight [out × in], bias [out].
struct linear_options {
  bool bias = true;
  initialisation start = initialisation::torch;
};
constexpr net<1> linear(std::uint32_t in, std::uint32_t out, const linear_options& o = {}) {
  if (in == 0 || out == 0) throw std::invalid_argument("linear: a layer needs at least one number in and one out");
  return single({.kind = layer_kind::linear, .has_bias = o.bias, .start = o.start, .in = in, .out = out});
}

// Functions of each number: max(x, 0); x Φ(x), and its approximation ½ x (1 + tanh(√(2/π) (x + 0.044715 x³))), which is JAX's default; x / (1 + e⁻ˣ);
// tanh x; 1 / (1 + e⁻ˣ); log(1 + eˣ).
inline constexpr net<1> relu = single({.kind = layer_kind::relu});
inline constexpr net<1> gelu = single({.kind = layer_kind::gelu});
inline constexpr net<1> gelu_tanh = single({.kind = layer_kind::gelu_tanh});
inline constexpr net<1> silu = single({.kind = layer_kind::silu});
inline constexpr net<1> tanh = single({.kind = layer_kind::tanh});
inline constexpr net<1> sigmoid = single({.kind = layer_kind::sigmoid});
inline constexpr net<1> softplus = single({.kind = layer_kind::softplus});
// exp xᵢ / Σ exp xⱼ over a row (or token).
inline constexpr net<1> softmax = single({.kind = layer_kind::softmax});

// Of a row: (x − mean) / √(variance + ε) · weight + bias, by the variance over n (Ba et al. 2016); x / √(mean x² + ε) · weight (Zhang and Sennrich 2019).
struct norm_options {
  double epsilon = 1e-5;
};
constexpr net<1> layer_norm(std::uint32_t width, const norm_options& o = {}) {
  return single({.kind = layer_kind::layer_norm, .in = width, .out = width, .number = o.epsilon});
}
constexpr net<1> rms_norm(std::uint32_t width, const norm_options& o = {}) {
  return single({.kind = layer_kind::rms_norm, .in = width, .out = width, .number = o.epsilon});
}

// In sl::train each number is 0 with probability `rate`, else divided by 1 − rate, by a mask that the key, the step and the place give; under every
// operation of the interface it does nothing, for there a net is a function.
constexpr net<1> dropout(double rate) {
  if (!(rate >= 0 && rate < 1)) throw std::invalid_argument("dropout: the rate must be at least 0 and below 1");
  return single({.kind = layer_kind::dropout, .number = rate});
}

// A row of `tokens` whole numbers below `entries` gives as many rows of the table, weight [entries × width]. A number that is none of them gives NaN.
struct embedding_options {
  std::uint32_t tokens = 1;
};
constexpr net<1> embedding(std::uint32_t entries, std::uint32_t width, const embedding_options& o = {}) {
  return single({.kind = layer_kind::embedding, .in = o.tokens, .out = o.tokens * width, .tokens = o.tokens, .entries = entries});
}

constexpr net<1> sliding(layer_kind kind, const window& w, bool bias = false, initialisation start = initialisation::torch) {
  if (w.channels == 0 || w.out_channels == 0 || w.kernel_height == 0 || w.kernel_width == 0 || w.stride_height == 0 || w.stride_width == 0 ||
      w.height + 2 * w.padding_height < w.kernel_height || w.width + 2 * w.padding_width < w.kernel_width)
    throw std::invalid_argument("a convolution or pooling needs channels, a stride, and a kernel that is not larger than what it slides over");
  return single({.kind = kind, .has_bias = bias, .start = start, .in = w.channels * w.height * w.width, .out = w.out_channels * w.out_height() * w.out_width(), .images = w});
}
// A row is [channels][height][width]; zeros are put around. Cross-correlation, as torch's: weight [out × channels × kernel × kernel].
struct image {
  std::uint32_t channels = 1, height = 1, width = 1;
};
struct convolution_options {
  std::uint32_t kernel = 3, stride = 1, padding = 0;
  bool bias = true;
  initialisation start = initialisation::torch;
};
constexpr net<1> conv2d(const image& i, std::uint32_t out_channels, const convolution_options& o = {}) {
  return sliding(layer_kind::convolution, {i.channels, i.height, i.width, out_channels, o.kernel, o.kernel, o.stride, o.stride, o.padding, o.padding}, o.bias, o.start);
}
// A row is [channels][length]: weight [out × channels × kernel].
struct sequence {
  std::uint32_t channels = 1, length = 1;
};
constexpr net<1> conv1d(const sequence& s, std::uint32_t out_channels, const convolution_options& o = {}) {
  return sliding(layer_kind::convolution, {s.channels, 1, s.length, out_channels, 1, o.kernel, 1, o.stride, 0, o.padding}, o.bias, o.start);
}
// The greatest number of each window, and the mean (zeros around count); `stride` 0: that of the kernel.
struct pool_options {
  std::uint32_t kernel = 2, stride = 0, padding = 0;
};
constexpr window pool_window(const image& i, const pool_options& o) {
  if (2 * o.padding > o.kernel) throw std::invalid_argument("pooling: the padding must be at most half the kernel");
  const std::uint32_t stride = o.stride ? o.stride : o.kernel;
  return {i.channels, i.height, i.width, i.channels, o.kernel, o.kernel, stride, stride, o.padding, o.padding};
}
constexpr net<1> max_pool(const image& i, const pool_options& o = {}) { return sliding(layer_kind::max_pool, pool_window(i, o)); }
constexpr net<1> average_pool(const image& i, const pool_options& o = {}) { return sliding(layer_kind::average_pool, pool_window(i, o)); }
constexpr window pool_window(const sequence& s, const pool_options& o) {
  window w = pool_window(image{s.channels, 1, s.length}, o);
  w.kernel_height = w.stride_height = 1;
  w.padding_height = 0;
  return w;
}
constexpr net<1> max_pool(const sequence& s, const pool_options& o = {}) { return sliding(layer_kind::max_pool, pool_window(s, o)); }
constexpr net<1> average_pool(const sequence& s, const pool_options& o = {}) { return sliding(layer_kind::average_pool, pool_window(s, o)); }

// One step of a gated recurrent unit (Cho et al. 2014, as torch's GRUCell): a row is the input and then the state, the result is the next state.
//   r = σ(W_ir x + b_ir + W_hr h + b_hr), z likewise, n = tanh(W_in x + b_in + r ∘ (W_hn h + b_hn)), h' = (1 − z) ∘ n + z ∘ h
constexpr net<1> gru_cell(std::uint32_t inputs, std::uint32_t hidden) {
  return single({.kind = layer_kind::gru_cell, .in = inputs + hidden, .out = hidden});
}

// Multi-head self-attention (Vaswani et al. 2017, as torch's MultiheadAttention): a row is [tokens][width]. `causal`: a token sees itself and those before.
struct attention_options {
  std::uint32_t heads = 1;
  bool causal = false;
};
constexpr net<1> attention(std::uint32_t tokens, std::uint32_t width, const attention_options& o = {}) {
  if (o.heads == 0 || width % o.heads != 0) throw std::invalid_argument("attention: the width must be a multiple of the heads");
  return single({.kind = layer_kind::attention, .causal = o.causal, .in = tokens * width, .out = tokens * width, .heads = o.heads, .tokens = tokens});
}

// Layers and nets one after the other.
template <std::size_t... N> constexpr auto sequential(const net<N>&... parts) {
  net<(N + ...)> all;
  std::size_t next = 0;
  std::uint16_t part = 0;
  const auto append = [&](const auto& n) {
    for (layer l : n.layers) {
      if (l.depth == l.place.size()) throw std::invalid_argument("sequential: at most four sequences inside each other");
      for (std::size_t k = l.depth; k > 0; --k) l.place[k] = l.place[k - 1];
      l.place[0] = part;
      ++l.depth;
      all.layers[next++] = l;
    }
    all.in_doubles = all.in_doubles || n.in_doubles;
    ++part;
  };
  (append(parts), ...);
  settle_widths(all.layers.data(), all.layers.size());
  return all;
}

// linear layers from widths[0] to widths[1], and so on, with the activation between them.
template <std::size_t N> constexpr auto mlp(const std::uint32_t (&widths)[N], const net<1>& activation, const linear_options& o = {}) {
  static_assert(N >= 2, "mlp: at least two widths: what goes in and what comes out");
  net<2 * N - 3> all;
  for (std::size_t i = 0; i + 1 < N; ++i) {
    if (i > 0) all.layers[2 * i - 1] = activation.layers[0];
    all.layers[2 * i] = linear(widths[i], widths[i + 1], o).layers[0];
  }
  for (std::size_t i = 0; i < all.layers.size(); ++i) {
    all.layers[i].place[0] = static_cast<std::uint16_t>(i);
    all.layers[i].depth = 1;
  }
  settle_widths(all.layers.data(), all.layers.size());
  return all;
}

// x + f(x). Its layers are named as f's.
template <std::size_t N> constexpr auto residual(const net<N>& f) {
  net<N + 2> all;
  all.layers[0] = {.kind = layer_kind::residual_begin};
  for (std::size_t i = 0; i < N; ++i) all.layers[i + 1] = f.layers[i];
  all.layers[N + 1] = {.kind = layer_kind::residual_end};
  all.in_doubles = f.in_doubles;
  settle_widths(all.layers.data(), all.layers.size());
  return all;
}

// f for each of the tokens of a row by itself: what stands between the attentions of a transformer.
template <std::size_t N> constexpr auto each_token(std::uint32_t tokens, const net<N>& f) {
  net<N> all = f;
  for (layer& l : all.layers) {
    const bool alone = l.kind != layer_kind::attention && l.kind != layer_kind::gru_cell && l.kind != layer_kind::embedding && l.kind != layer_kind::convolution &&
                       l.kind != layer_kind::max_pool && l.kind != layer_kind::average_pool;
    if (!alone) throw std::invalid_argument("each_token takes layers that work on numbers side by side: linear, activations, norms, dropout");
    l.in *= tokens;
    l.out *= tokens;
    l.repeat *= tokens;
  }
  return all;
}

}  // namespace starling::neural
