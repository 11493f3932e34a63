// Functions of each number, and softmax, with their derivatives, in packs.
#pragma once

#include <cstddef>

#include <starling/neural/layer.hpp>
#include <starling/values/math.hpp>

namespace starling::neural {

// f(pack, i) for the numbers i, i + 1, … of n; in the last pack lanes beyond the end hold its last number again.
template <class P, class T, class F> [[gnu::always_inline]] inline void map_numbers(const T* x, T* y, std::size_t n, F f) {
  constexpr std::size_t width = static_cast<std::size_t>(P::lanes);
  std::size_t i = 0;
  for (; i + width <= n; i += width) f(P::load(x + i), i, [&](std::size_t j, const T* from) { return P::load(from + j); }).store(y + i);
  if (i == n) return;
  const int left = static_cast<int>(n - i);
  T edge[width];
  f(P::load_first(x + i, left), i, [&](std::size_t j, const T* from) { return P::load_first(from + j, left); }).store(edge);
  for (std::size_t j = i; j < n; ++j) y[j] = edge[j - i];
}
// y = f(x).
template <class P, class T, class F> [[gnu::always_inline]] inline void apply(const T* x, T* y, std::size_t n, F f) {
  map_numbers<P>(x, y, n, [&](P v, std::size_t, auto) { return f(v); });
}
// dx = dy · f'(x, y).
template <class P, class T, class F> [[gnu::always_inline]] inline void pull(const T* x, const T* y, const T* dy, T* dx, std::size_t n, F slope) {
  map_numbers<P>(x, dx, n, [&](P v, std::size_t i, auto load) { return load(i, dy) * slope(v, load(i, y)); });
}

template <class P> [[gnu::always_inline]] inline P gelu_tanh_inside(P x) { return P(0.7978845608028654) * (x + P(0.044715) * x * x * x); }

template <class P, class T> void activate(layer_kind kind, const T* x, T* y, std::size_t n) {
  switch (kind) {
    case layer_kind::relu:
      return apply<P>(x, y, n, [](P v) { return where(v < P(0), P(0), v); });  // NaN stays
    case layer_kind::gelu:
      return apply<P>(x, y, n, [](P v) { return P(0.5) * v * (P(1) + erf(v * P(0.7071067811865476))); });
    case layer_kind::gelu_tanh:
      return apply<P>(x, y, n, [](P v) { return P(0.5) * v * (P(1) + tanh(gelu_tanh_inside(v))); });
    case layer_kind::silu:
      return apply<P>(x, y, n, [](P v) { return v * inverse_logit(v); });
    case layer_kind::tanh:
      return apply<P>(x, y, n, [](P v) { return tanh(v); });
    case layer_kind::sigmoid:
      return apply<P>(x, y, n, [](P v) { return inverse_logit(v); });
    case layer_kind::softplus:
      return apply<P>(x, y, n, [](P v) { return log1p_exp(v); });
    default:
      return;
  }
}
template <class P, class T> void pull_activation(layer_kind kind, const T* x, const T* y, const T* dy, T* dx, std::size_t n) {
  switch (kind) {
    case layer_kind::relu:
      return pull<P>(x, y, dy, dx, n, [](P v, P) { return where(v > P(0), P(1), where(v == v, P(0), v)); });
    case layer_kind::gelu:
      return pull<P>(x, y, dy, dx, n, [](P v, P) { return P(0.5) * (P(1) + erf(v * P(0.7071067811865476))) + v * P(0.3989422804014327) * exp(P(-0.5) * v * v); });
    case layer_kind::gelu_tanh:
      return pull<P>(x, y, dy, dx, n, [](P v, P) {
        const P t = tanh(gelu_tanh_inside(v));
        return P(0.5) * (P(1) + t) + P(0.5) * v * (P(1) - t * t) * P(0.7978845608028654) * (P(1) + P(3 * 0.044715) * v * v);
      });
    case layer_kind::silu:
      return pull<P>(x, y, dy, dx, n, [](P v, P w) {
        const P s = inverse_logit(v);
        return s + w * (P(1) - s);
      });
    case layer_kind::tanh:
      return pull<P>(x, y, dy, dx, n, [](P, P w) { return P(1) - w * w; });
    case layer_kind::sigmoid:
      return pull<P>(x, y, dy, dx, n, [](P, P w) { return w * (P(1) - w); });
    case layer_kind::softplus:
      return pull<P>(x, y, dy, dx, n, [](P v, P) { return inverse_logit(v); });
    default:
      return;
  }
}

// Sums over a row, its last lanes beyond the end counting nothing: Σ f(pack, i).
template <class P, class T, class F> [[gnu::always_inline]] inline T sum_row(std::size_t n, F f) {
  constexpr std::size_t width = static_cast<std::size_t>(P::lanes);
  P total(0);
  std::size_t i = 0;
  for (; i + width <= n; i += width) total += f(i, [&](const T* from) { return P::load(from + i); });
  if (i < n) {
    const int left = static_cast<int>(n - i);
    const P last = f(i, [&](const T* from) { return P::load_first(from + i, left); });
    total += where(mask_of<P>::first(left), last, P(0));
  }
  return sum(total);
}

// exp(xᵢ − max) / Σ; of n numbers, of which the first `seen` count (the others get 0).
template <class P, class T> void softmax_row(const T* x, T* y, std::size_t n, std::size_t seen) {
  T most = x[0];
  for (std::size_t i = 1; i < seen; ++i) most = x[i] > most || x[i] != x[i] ? x[i] : most;
  apply<P>(x, y, seen, [&](P v) { return exp(v - P(most)); });
  const P by = P(1) / P(sum_row<P, T>(seen, [&](std::size_t, auto load) { return load(y); }));
  apply<P>(y, y, seen, [&](P v) { return v * by; });
  for (std::size_t i = seen; i < n; ++i) y[i] = T(0);
}
template <class P, class T> void pull_softmax_row(const T* y, const T* dy, T* dx, std::size_t n) {
  const P middle(sum_row<P, T>(n, [&](std::size_t, auto load) { return load(y) * load(dy); }));
  map_numbers<P>(y, dx, n, [&](P v, std::size_t i, auto load) { return v * (load(i, dy) - middle); });
}

}  // namespace starling::neural
