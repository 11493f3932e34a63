// Self-attention of one row, [tokens][width], between its projections: softmax(Q Kᵀ / √d) V for each head.
#pragma once

#include <cstddef>

#include "elementwise.hpp"
#include "product.hpp"

namespace starling::neural {

// q, k and v stand side by side, [tokens][3 · width]; shares: [head][token][token]; mixed: [tokens][width].
template <class P, class T> struct attention_heads {
  std::size_t tokens, width, heads, depth;
  bool causal;
  T scale, *room, *scores;

  explicit attention_heads(const layer& l)
      : tokens(l.tokens), width(l.in / l.tokens), heads(l.heads), depth(width / heads), causal(l.causal), scale(T(1) / sqrt(static_cast<T>(depth))), room(scratch<T>(packed_numbers<P>(tokens > depth ? tokens : depth, tokens > depth ? tokens : depth))), scores(scratch<T>(tokens * tokens)) {}

  void row(const T* qkv, T* shares, T* mixed) const {
    for (std::size_t h = 0; h < heads; ++h) {
      const T *q = qkv + h * depth, *k = q + width, *v = k + width;
      clear(scores, tokens * tokens);
      multiply_unpacked<P, T>(tokens, tokens, depth, {q, 3 * width, 1}, k, 1, 3 * width, {scores, tokens}, nullptr, room);
      for (std::size_t i = 0; i < tokens * tokens; ++i) scores[i] *= scale;
      T* const s = shares + h * tokens * tokens;
      for (std::size_t i = 0; i < tokens; ++i) softmax_row<P>(scores + i * tokens, s + i * tokens, tokens, causal ? i + 1 : tokens);
      for (std::size_t i = 0; i < tokens; ++i) clear(mixed + i * width + h * depth, depth);
      multiply_unpacked<P, T>(tokens, depth, tokens, {s, tokens, 1}, v, 3 * width, 1, {mixed + h * depth, width}, nullptr, room);
    }
  }
  // From d_mixed the derivatives of q, k and v.
  void pull_row(const T* qkv, const T* shares, const T* d_mixed, T* d_qkv) const {
    clear(d_qkv, tokens * 3 * width);
    for (std::size_t h = 0; h < heads; ++h) {
      const T *q = qkv + h * depth, *k = q + width, *v = k + width, *s = shares + h * tokens * tokens, *d = d_mixed + h * depth;
      T *dq = d_qkv + h * depth, *dk = dq + width, *dv = dk + width;
      multiply_unpacked<P, T>(tokens, depth, tokens, {s, 1, tokens}, d, width, 1, {dv, 3 * width}, nullptr, room);
      clear(scores, tokens * tokens);
      multiply_unpacked<P, T>(tokens, tokens, depth, {d, width, 1}, v, 1, 3 * width, {scores, tokens}, nullptr, room);
      for (std::size_t i = 0; i < tokens; ++i) pull_softmax_row<P>(s + i * tokens, scores + i * tokens, scores + i * tokens, tokens);
      for (std::size_t i = 0; i < tokens * tokens; ++i) scores[i] *= scale;
      multiply_unpacked<P, T>(tokens, depth, tokens, {scores, tokens, 1}, k, 3 * width, 1, {dq, 3 * width}, nullptr, room);
      multiply_unpacked<P, T>(tokens, depth, tokens, {scores, 1, tokens}, q, 3 * width, 1, {dk, 3 * width}, nullptr, room);
    }
  }
  static void clear(T* x, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) x[i] = T(0);
  }
};

}  // namespace starling::neural
