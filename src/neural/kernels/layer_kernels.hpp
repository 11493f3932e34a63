// The layers' formulas, forward and backward, over packs P. Everything is a template over P, which names the instruction set: see product.hpp.
#pragma once

#include "attention.hpp"
#include "elementwise.hpp"
#include "layer_functions.hpp"
#include "norms.hpp"
#include "product.hpp"
#include "windows.hpp"

namespace starling::neural {

template <class P> struct layer_kernels {
  using T = typename P::value_type;
  using work = layer_work<T>;
  static constexpr const T* keep = nullptr;  // add to what stands there

  // y = x Wᵀ + b for m rows; dx += dy W; dW += dyᵀ x, db += Σ dy.
  static void forward_product(std::size_t m, std::size_t in, std::size_t out, const T* x, std::size_t x_row, const T* packed, const T* bias, T* y, std::size_t y_row) {
    multiply<P, T>(m, out, in, {x, x_row, 1}, packed, {y, y_row}, bias ? bias : scratch_zeros<P, T>(out + 2 * P::lanes));
  }
  static void pull_product(std::size_t m, std::size_t in, std::size_t out, const T* x, std::size_t x_row, const T* weight, const T* dy, std::size_t dy_row, T* dx, std::size_t dx_row,
                           T* d_weight, T* d_bias, bool add, bool overwrite = false) {
    if (dx) {
      T* const room = scratch<T>(packed_numbers<P>(out, in));
      multiply_unpacked<P, T>(m, in, out, {dy, dy_row, 1}, weight, in, 1, {dx, dx_row}, add ? keep : scratch_zeros<P, T>(in + 2 * P::lanes), room);
    }
    if (d_weight) {
      T* const room = scratch<T>(packed_numbers<P>(m, in));
      multiply_unpacked<P, T>(out, in, m, {dy, 1, dy_row}, x, x_row, 1, {d_weight, in}, overwrite ? scratch_zeros<P, T>(in + 2 * P::lanes) : keep, room);
    }
    if (d_bias)
      for (std::size_t r = 0; r < m; ++r) map_numbers<P>(dy + r * dy_row, d_bias, out, [&](P v, std::size_t i, auto load) { return v + load(i, d_bias); });
  }

  // The counter-based bits of dropout: SplitMix64's finaliser of the layer's number and the place.
  static T kept(const work& w, std::size_t row, std::size_t i) {
    std::uint64_t x = w.numbers + 0x9e3779b97f4a7c15u * ((w.row_of ? w.row_of[row] : row) * std::uint64_t{w.of->in} + i + 1);
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    const double u = static_cast<double>((x ^ (x >> 31)) >> 11) * 0x1p-53;
    return u < w.of->number ? T(0) : static_cast<T>(1 / (1 - w.of->number));
  }

  static void forward(const work& w) {
    const layer& l = *w.of;
    const std::size_t in = l.in, out = l.out, rows = w.rows;
    switch (l.kind) {
      case layer_kind::linear:
        return forward_product(rows * l.repeat, in / l.repeat, out / l.repeat, w.x, in / l.repeat, w.packed[0], w.values[1], w.y, out / l.repeat);
      case layer_kind::softmax:
        for (std::size_t r = 0, n = in / l.repeat; r < rows * l.repeat; ++r) softmax_row<P>(w.x + r * n, w.y + r * n, n, n);
        return;
      case layer_kind::layer_norm:
      case layer_kind::rms_norm:
        for (std::size_t r = 0, n = in / l.repeat; r < rows * l.repeat; ++r) {
          const auto s = normalise_row<P>(l.kind == layer_kind::layer_norm, w.x + r * n, w.y + r * n, n, l.number, w.values[0], w.values[1]);
          w.extra[2 * r] = s.mean;
          w.extra[2 * r + 1] = s.inverse;
        }
        return;
      case layer_kind::dropout:
        for (std::size_t r = 0; r < rows; ++r)
          for (std::size_t i = 0; i < in; ++i) w.y[r * in + i] = w.training ? w.x[r * in + i] * kept(w, r, i) : w.x[r * in + i];
        return;
      case layer_kind::embedding:
        for (std::size_t r = 0, n = out / l.tokens; r < rows * l.tokens; ++r)
          for (std::size_t i = 0; i < n; ++i) w.y[r * n + i] = is_entry(l, w.x[r]) ? w.values[0][static_cast<std::size_t>(w.x[r]) * n + i] : static_cast<T>(__builtin_nan(""));
        return;
      case layer_kind::convolution: {
        const convolution<P, T> c(l.images, false);
        for (std::size_t r = 0; r < rows; ++r) c.row(w.x + r * in, w.values[0], w.values[1], w.y + r * out);
        return;
      }
      case layer_kind::max_pool:
      case layer_kind::average_pool:
        for (std::size_t r = 0; r < rows; ++r) pool_row<P>(l.kind == layer_kind::max_pool, l.images, w.x + r * in, w.y + r * out);
        return;
      case layer_kind::gru_cell:
        return forward_gru(w);
      case layer_kind::attention:
        return forward_attention(w);
      case layer_kind::residual_begin:
      case layer_kind::residual_end:
        return;
      default:
        return activate<P>(l.kind, w.x, w.y, rows * in);
    }
  }

  static void pull(const work& w) {
    const layer& l = *w.of;
    const std::size_t in = l.in, out = l.out, rows = w.rows;
    switch (l.kind) {
      case layer_kind::linear:
        return pull_product(rows * l.repeat, in / l.repeat, out / l.repeat, w.x, in / l.repeat, w.values[0], w.dy, out / l.repeat, w.dx, in / l.repeat, w.d_values[0], w.d_values[1], false,
                            w.overwrites);
      case layer_kind::softmax:
        for (std::size_t r = 0, n = in / l.repeat; w.dx && r < rows * l.repeat; ++r) pull_softmax_row<P>(static_cast<const T*>(w.y) + r * n, w.dy + r * n, w.dx + r * n, n);
        return;
      case layer_kind::layer_norm:
      case layer_kind::rms_norm:
        for (std::size_t r = 0, n = in / l.repeat; r < rows * l.repeat; ++r)
          pull_normalised_row<P>(l.kind == layer_kind::layer_norm, w.x + r * n, w.dy + r * n, w.dx ? w.dx + r * n : nullptr, n, row_scale<T>{w.extra[2 * r], w.extra[2 * r + 1]}, w.values[0],
                                 w.d_values[0], w.d_values[1]);
        return;
      case layer_kind::dropout:
        for (std::size_t r = 0; w.dx && r < rows; ++r)
          for (std::size_t i = 0; i < in; ++i) w.dx[r * in + i] = w.training ? w.dy[r * in + i] * kept(w, r, i) : w.dy[r * in + i];
        return;
      case layer_kind::embedding:
        for (std::size_t r = 0, n = out / l.tokens; w.d_values[0] && r < rows * l.tokens; ++r)
          for (std::size_t i = 0; i < n && is_entry(l, w.x[r]); ++i) w.d_values[0][static_cast<std::size_t>(w.x[r]) * n + i] += w.dy[r * n + i];
        for (std::size_t i = 0; w.dx && i < rows * in; ++i) w.dx[i] = T(0);  // what counts entries has no derivatives
        return;
      case layer_kind::convolution: {
        const convolution<P, T> c(l.images, true);
        for (std::size_t r = 0; r < rows; ++r) c.pull_row(w.x + r * in, w.values[0], w.dy + r * out, w.dx ? w.dx + r * in : nullptr, w.d_values[0], w.d_values[1]);
        return;
      }
      case layer_kind::max_pool:
      case layer_kind::average_pool:
        for (std::size_t r = 0; w.dx && r < rows; ++r) pull_pool_row<P>(l.kind == layer_kind::max_pool, l.images, w.x + r * in, w.dy + r * out, w.dx + r * in);
        return;
      case layer_kind::gru_cell:
        return pull_gru(w);
      case layer_kind::attention:
        return pull_attention(w);
      case layer_kind::residual_begin:
      case layer_kind::residual_end:
        return;
      default:
        if (w.dx) pull_activation<P>(l.kind, w.x, static_cast<const T*>(w.y), w.dy, w.dx, rows * in);
    }
  }

  static bool is_entry(const layer& l, T x) { return x >= T(0) && x < static_cast<T>(l.entries) && static_cast<T>(static_cast<long>(x)) == x; }

  // Kept of a row: r, z, n and W_hn h + b_hn.
  static void forward_gru(const work& w) {
    const std::size_t hidden = w.of->out, inputs = w.of->in - hidden, in = w.of->in;
    T *const of_x = scratch<T>(w.rows * 3 * hidden), *const of_h = scratch<T>(w.rows * 3 * hidden);
    forward_product(w.rows, inputs, 3 * hidden, w.x, in, w.packed[0], w.values[2], of_x, 3 * hidden);
    forward_product(w.rows, hidden, 3 * hidden, w.x + inputs, in, w.packed[1], w.values[3], of_h, 3 * hidden);
    for (std::size_t row = 0; row < w.rows; ++row) {
      const T *const a = of_x + row * 3 * hidden, *const b = of_h + row * 3 * hidden, *const h = w.x + row * in + inputs;
      T *const r = w.extra + row * 4 * hidden, *const z = r + hidden, *const n = z + hidden, *const m = n + hidden;
      map_numbers<P>(a, r, 2 * hidden, [&](P v, std::size_t i, auto load) { return inverse_logit(v + load(i, b)); });
      for (std::size_t i = 0; i < hidden; ++i) m[i] = b[2 * hidden + i];
      map_numbers<P>(a + 2 * hidden, n, hidden, [&](P v, std::size_t i, auto load) { return tanh(v + load(i, static_cast<const T*>(r)) * load(i, static_cast<const T*>(m))); });
      map_numbers<P>(static_cast<const T*>(n), w.y + row * hidden, hidden, [&](P v, std::size_t i, auto load) { return v + load(i, static_cast<const T*>(z)) * (load(i, h) - v); });
    }
  }
  static void pull_gru(const work& w) {
    const std::size_t hidden = w.of->out, inputs = w.of->in - hidden, in = w.of->in;
    T *const of_x = scratch<T>(w.rows * 3 * hidden), *const of_h = scratch<T>(w.rows * 3 * hidden);
    for (std::size_t row = 0; row < w.rows; ++row) {
      T *const a = of_x + row * 3 * hidden, *const b = of_h + row * 3 * hidden;
      const T *const r = w.extra + row * 4 * hidden, *const z = r + hidden, *const n = z + hidden, *const m = n + hidden, *const h = w.x + row * in + inputs, *const dy = w.dy + row * hidden;
      for (std::size_t i = 0; i < hidden; ++i) {
        const T before_tanh = dy[i] * (1 - z[i]) * (1 - n[i] * n[i]);
        a[2 * hidden + i] = before_tanh;
        b[2 * hidden + i] = before_tanh * r[i];
        a[i] = b[i] = before_tanh * m[i] * r[i] * (1 - r[i]);
        a[hidden + i] = b[hidden + i] = dy[i] * (h[i] - n[i]) * z[i] * (1 - z[i]);
        if (w.dx) w.dx[row * in + inputs + i] = dy[i] * z[i];
      }
    }
    pull_product(w.rows, inputs, 3 * hidden, w.x, in, w.values[0], of_x, 3 * hidden, w.dx, in, w.d_values[0], w.d_values[2], false);
    pull_product(w.rows, hidden, 3 * hidden, w.x + inputs, in, w.values[1], of_h, 3 * hidden, w.dx ? w.dx + inputs : nullptr, in, w.d_values[1], w.d_values[3], true);
  }

  // Kept: q, k and v of all rows, then what the heads mixed, then their shares.
  static void forward_attention(const work& w) {
    const layer& l = *w.of;
    const std::size_t width = l.in / l.tokens, of_shares = std::size_t{l.heads} * l.tokens * l.tokens;
    T *const qkv = w.extra, *const mixed = qkv + w.rows * 3 * l.in, *const shares = mixed + w.rows * l.in;
    forward_product(w.rows * l.tokens, width, 3 * width, w.x, width, w.packed[0], w.values[1], qkv, 3 * width);
    const attention_heads<P, T> heads(l);
    for (std::size_t r = 0; r < w.rows; ++r) heads.row(qkv + r * 3 * l.in, shares + r * of_shares, mixed + r * l.in);
    forward_product(w.rows * l.tokens, width, width, mixed, width, w.packed[2], w.values[3], w.y, width);
  }
  static void pull_attention(const work& w) {
    const layer& l = *w.of;
    const std::size_t width = l.in / l.tokens, of_shares = std::size_t{l.heads} * l.tokens * l.tokens, tokens = w.rows * l.tokens;
    const T *const qkv = w.extra, *const mixed = qkv + w.rows * 3 * l.in, *const shares = mixed + w.rows * l.in;
    T *const d_mixed = scratch<T>(w.rows * l.in), *const d_qkv = scratch<T>(w.rows * 3 * l.in);
    pull_product(tokens, width, width, mixed, width, w.values[2], w.dy, width, d_mixed, width, w.d_values[2], w.d_values[3], false);
    const attention_heads<P, T> heads(l);
    for (std::size_t r = 0; r < w.rows; ++r) heads.pull_row(qkv + r * 3 * l.in, shares + r * of_shares, static_cast<const T*>(d_mixed) + r * l.in, d_qkv + r * 3 * l.in);
    pull_product(tokens, width, 3 * width, w.x, width, w.values[0], static_cast<const T*>(d_qkv), 3 * width, w.dx, width, w.d_values[0], w.d_values[1], false);
  }

  static void pack(const T* weight, std::size_t out, std::size_t in, T* to) { pack_panels<P>(weight, 1, in, in, out, to); }
  static std::size_t packed(std::size_t out, std::size_t in) { return packed_numbers<P>(in, out); }
  static void narrow(const double* from, std::size_t n, T* to) {
    for (std::size_t i = 0; i < n; ++i) to[i] = static_cast<T>(from[i]);
  }
  static void add_up(const T* from, std::size_t n, double* to) {
    for (std::size_t i = 0; i < n; ++i) to[i] += static_cast<double>(from[i]);
  }
  // 0 · x is no number where x is infinite or none.
  static bool all_finite(const T* x, std::size_t n) {
    constexpr std::size_t width = static_cast<std::size_t>(P::lanes);
    P a(0), b(0);
    std::size_t i = 0;
    for (; i + 2 * width <= n; i += 2 * width) {
      a += P(0) * P::load(x + i);
      b += P(0) * P::load(x + i + width);
    }
    T total = sum(a + b);
    for (; i < n; ++i) total += 0 * x[i];
    return total == T(0);
  }
  static constexpr layer_functions<T> functions{forward, pull, pack, packed, narrow, add_up, all_finite};
};

}  // namespace starling::neural
