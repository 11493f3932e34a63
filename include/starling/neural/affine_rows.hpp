// y = f(x Wᵀ + b) for rows x, where W and b are numbers of a run, a function f of each number on top: one entry of the tape.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <type_traits>

#include <starling/neural/layer.hpp>
#include <starling/values/captured.hpp>
#include <starling/values/math.hpp>
#include <starling/values/where.hpp>

namespace starling::neural {

// Whether activation() knows it.
constexpr bool is_function_of_a_number(layer_kind kind) {
  return kind == layer_kind::relu || kind == layer_kind::gelu || kind == layer_kind::gelu_tanh || kind == layer_kind::silu || kind == layer_kind::tanh || kind == layer_kind::sigmoid ||
         kind == layer_kind::softplus;
}
// The function's value; its slope goes to `slope`. Any other kind is the identity.
template <class V> V activation(layer_kind kind, const V& x, V& slope) {
  switch (kind) {
    case layer_kind::relu:
      slope = where(x > V(0), V(1), V(0));
      return where(x > V(0), x, V(0));
    case layer_kind::tanh: {
      const V t = starling::tanh(x);
      slope = V(1) - t * t;
      return t;
    }
    case layer_kind::sigmoid: {
      const V s = inverse_logit(x);
      slope = s * (V(1) - s);
      return s;
    }
    case layer_kind::softplus:
      slope = inverse_logit(x);
      return log1p_exp(x);
    case layer_kind::silu: {
      const V s = inverse_logit(x);
      slope = s * (V(1) + x * (V(1) - s));
      return x * s;
    }
    case layer_kind::gelu: {
      const V p = normal_cdf(x);
      slope = p + x * exp(V(-0.5) * x * x) * V(0.39894228040143267794);
      return x * p;
    }
    case layer_kind::gelu_tanh: {
      const V c(0.79788456080286535588), a(0.044715), t = starling::tanh(c * (x + a * x * x * x));
      slope = V(0.5) * (V(1) + t) + V(0.5) * x * (V(1) - t * t) * c * (V(1) + V(3) * a * x * x);
      return V(0.5) * x * (V(1) + t);
    }
    default:
      slope = V(1);
      return x;
  }
}

// X: the numbers of the rows, V or a plain number that all lanes share.
template <class V, class X> void affine_values(const X* x, const V* w, const V* b, std::size_t rows, std::size_t in, std::size_t out, layer_kind f, V* y, V* slopes) {
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t o = 0; o < out; ++o) {
      V sum = b ? b[o] : V(0);
      for (std::size_t i = 0; i < in; ++i) sum += V(x[r * in + i]) * w[o * in + i];
      y[r * out + o] = activation(f, sum, slopes[r * out + o]);
    }
}

template <class V, class X> struct affine_entry : tape_entry {
  const X* x;
  const V* w;
  const V* slopes;
  V* own;
  captured_cells<V> of_x, of_w, of_b;
  std::size_t rows, in, out;

  static void pull_all(tape_entry* e) {
    const auto& s = static_cast<const affine_entry&>(*e);
    const arena_scope scratch;
    arena_memory& a = arena::current();
    V* const dw = a.take<V>(s.in * s.out);
    V* const db = a.take<V>(s.out);
    V* const dx = a.take<V>(s.in);
    for (std::size_t i = 0; i < s.in * s.out; ++i) dw[i] = V(0);
    for (std::size_t o = 0; o < s.out; ++o) db[o] = V(0);
    for (std::size_t r = 0; r < s.rows; ++r) {
      for (std::size_t i = 0; i < s.in; ++i) dx[i] = V(0);
      for (std::size_t o = 0; o < s.out; ++o) {
        const V d = passed_on(s.own[r * s.out + o], s.slopes[r * s.out + o]);
        db[o] += d;
        for (std::size_t i = 0; i < s.in; ++i) dw[o * s.in + i] += passed_on(d, V(s.x[r * s.in + i]));
        if (s.of_x)
          for (std::size_t i = 0; i < s.in; ++i) dx[i] += passed_on(d, s.w[o * s.in + i]);
      }
      for (std::size_t i = 0; s.of_x && i < s.in; ++i) s.of_x.add(r * s.in + i, dx[i]);
    }
    for (std::size_t i = 0; s.of_w && i < s.in * s.out; ++i) s.of_w.add(i, dw[i]);
    for (std::size_t o = 0; s.of_b && o < s.out; ++o) s.of_b.add(o, db[o]);
  }
};

// x: [rows × in] numbers at `x`; W: [out × in]; b: of size `out`, or none (null).
template <class R, class X> vector<R> affine_rows(const X* x, std::size_t rows, std::size_t in, const vector<R>& w, const vector<R>* b, std::size_t out, layer_kind f) {
  using V = primal_of<R>;
  if constexpr (is_adjoint<R>) {
    require_tape<V>();
    tape<V>& t = *tape<V>::current;
    constexpr bool plain = std::is_arithmetic_v<X>;
    const auto captured_w = capture<V>(w.data(), w.size());
    captured_values<V> captured_b;
    if (b) captured_b = capture<V>(b->data(), out);
    V* const slopes = t.template take<V>(rows * out);
    V* const y = t.template take<V>(rows * out);
    using kept = std::conditional_t<plain, X, V>;
    const kept* from = nullptr;
    captured_cells<V> of_x;
    if constexpr (plain) {
      kept* const copy = t.template take<kept>(rows * in);
      for (std::size_t i = 0; i < rows * in; ++i) copy[i] = x[i];
      from = copy;
    } else {
      const auto captured = capture<V>(x, rows * in);
      from = captured.values;
      of_x = captured.cells;
    }
    affine_values(from, captured_w.values, captured_b.values, rows, in, out, f, y, slopes);
    V* own = nullptr;
    const auto result = with_cells<V>(static_cast<const V*>(y), rows * out, own);
    auto* const e = t.template push<affine_entry<V, kept>>(affine_entry<V, kept>::pull_all);
    e->x = from, e->w = captured_w.values, e->slopes = slopes, e->own = own;
    e->of_x = of_x, e->of_w = captured_w.cells, e->of_b = captured_b.cells;
    e->rows = rows, e->in = in, e->out = out;
    return result;
  } else {
    vector<R> y(rows * out), slopes(rows * out);
    affine_values(x, w.data(), b ? b->data() : nullptr, rows, in, out, f, y.data(), slopes.data());
    return y;
  }
}

}  // namespace starling::neural
