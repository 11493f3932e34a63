// A net as a generative function: a body calls it, its numbers live in the parameter store.
//
//   constexpr auto decoder = sl::neural::mlp({2, 16, 3}, sl::neural::tanh);
//   const auto body = sl::gen([](auto& trace, const auto& x) {
//     const auto y = trace("decoder", decoder, x);          // x: a vector of 2 numbers gives one of 3, a matrix [batch × 2] one of [batch × 3]
//     …
//   });
//   sl::parameter_store store;
//   sl::neural::initialise(store, "decoder", decoder, key);  // decoder/0/weight, decoder/0/bias, decoder/2/weight, …
//   const auto model = sl::with_parameters(body, store);
//
// It makes no choices and its score is 0. It works in every value type: lanes are rows of one product. Under gradients it is one entry of the tape,
// with respect to its argument and its parameters. It computes in float; net.with_doubles() computes in double.
#pragma once

#include <array>
#include <cstddef>
#include <stdexcept>
#include <string_view>
#include <type_traits>

#include <starling/models/generative_function.hpp>
#include <starling/neural/evaluation.hpp>
#include <starling/values/captured.hpp>
#include <starling/values/matrix.hpp>
#include <starling/values/symbol.hpp>

namespace starling::neural {

// Gives layers that take as many numbers as come the width of those before (at the beginning, after) them; throws where widths do not fit.
constexpr void settle_widths(layer* layers, std::size_t n) {
  std::uint32_t width = 0;
  for (std::size_t i = 0; i < n && width == 0; ++i) width = layers[i].in;
  if (width == 0) return;
  std::array<std::uint32_t, 32> outside{};
  std::size_t open = 0;
  for (std::size_t i = 0; i < n; ++i) {
    layer& l = layers[i];
    if (l.in == 0) l.in = l.out = width;
    if (l.in != width) throw std::invalid_argument("a net: a layer takes another number of numbers than the one before it gives");
    if (l.in % l.repeat != 0) throw std::invalid_argument("a net: each_token for a number of tokens that does not divide the row");
    if (l.kind == layer_kind::residual_begin) {
      if (open == outside.size()) throw std::invalid_argument("residual: at most 32 inside each other");
      outside[open++] = width;
    }
    if (l.kind == layer_kind::residual_end && (open == 0 || outside[--open] != width)) throw std::invalid_argument("residual: the function must give as many numbers as it takes");
    width = l.out;
  }
}

// The derivatives of a net: one entry of the tape.
template <class V, class T> struct net_entry : tape_entry {
  const prepared_net<T>* net;
  const T* memory;
  const training_step* training;
  V* own;
  captured_cells<V> x;
  double** sums;
  const V* weights;                   // by which each lane's derivatives count in the sums; null: all once
  std::size_t batch, lanes, counted;  // instances; rows of each; lanes that count

  static void pull_all(tape_entry* e) {
    const auto& self = static_cast<const net_entry&>(*e);
    // The rows are weighted on their way to the sums; what their arguments get is divided by the weight again.
    const bool weighted = self.weights && self.sums && any(*self.weights != V(0));
    double* const* const sums = weighted || !self.weights ? self.sums : nullptr;
    if (!sums && !self.x) return;
    const auto weight = [&]([[maybe_unused]] std::size_t l) -> scalar_of<V> {
      if (!weighted) return 1;
      if constexpr (lanes_of<V> == 1) return *self.weights;
      else return (*self.weights)[static_cast<int>(l)];
    };
    const arena_scope scratch;
    arena_memory& a = arena::current();
    const std::size_t in = self.net->in(), out = self.net->out(), rows = self.batch * self.lanes;
    T* const result = a.take<T>(rows * out);
    for (std::size_t b = 0; b < self.batch; ++b)
      for (std::size_t o = 0; o < out; ++o) {
        const V& d = self.own[b * out + o];
        if constexpr (lanes_of<V> == 1) {
          result[b * out + o] = static_cast<T>(d * weight(0));
        } else if (self.lanes == 1) {  // what all lanes share
          double total = 0;
          for (std::size_t l = 0; l < self.counted; ++l) total += static_cast<double>(d[static_cast<int>(l)] * weight(l));
          result[b * out + o] = static_cast<T>(total);
        } else {
          for (std::size_t l = 0; l < self.lanes; ++l)
            result[(b * self.lanes + l) * out + o] = l < self.counted ? static_cast<T>(d[static_cast<int>(l)] * weight(l)) : T(0);
        }
      }
    T* const argument = self.x ? a.take<T>(rows * in) : nullptr;
    backward(*self.net, self.memory, rows, self.training, static_cast<const T*>(result), argument, sums);
    if (!argument) return;
    const auto without = [&](T d, std::size_t l) { return d == T(0) ? scalar_of<V>(0) : static_cast<scalar_of<V>>(d) / weight(l); };
    for (std::size_t b = 0; b < self.batch; ++b)
      for (std::size_t i = 0; i < in; ++i) {
        if constexpr (lanes_of<V> == 1) {
          self.x.add(b * in + i, static_cast<V>(without(argument[b * in + i], 0)));
        } else {
          V d(scalar_of<V>(0));
          for (std::size_t l = 0; l < self.lanes; ++l) d.set(static_cast<int>(l), without(argument[(b * self.lanes + l) * in + i], l));
          self.x.add(b * in + i, d);
        }
      }
  }
};

template <std::size_t N> struct net : generative {
  static constexpr bool knows_address = true;

  std::array<layer, N> layers{};
  bool in_doubles = false;
  std::string_view own_name{};

  // How many numbers a row has: what goes in, what comes out.
  constexpr std::size_t in() const { return layers.front().in; }
  constexpr std::size_t out() const { return layers.back().out; }
  // The same net computed in double.
  constexpr net with_doubles() const {
    net n = *this;
    n.in_doubles = true;
    return n;
  }
  // The same net with parameters under a name of its own, wherever it is called: two calls that share them. The text must outlive it.
  constexpr net named(std::string_view text) const {
    net n = *this;
    n.own_name = text;
    return n;
  }

  template <class Handler, class X> auto run(Handler& trace, const X& x) const { return run_at(address(), trace, x); }
  template <class Handler, class X> auto run_at(const address& a, Handler& trace, const X& x) const {
    const parameter_store* const store = trace.parameters();
    if (in_doubles) return evaluate(prepared<double>(store, a, own_name, layers), trace, x);
    return evaluate(prepared<float>(store, a, own_name, layers), trace, x);
  }
  // What runs that know no numbers give: the value `r` everywhere.
  template <class R, class X> auto filled(const X& x, const R& r) const {
    const auto value = shaped<R, X>(rows_in(x));
    for (R& v : value) v = r;
    return value;
  }

 private:
  template <class X> static constexpr bool is_matrix = requires(const X& x) { x.rows(); x.cols(); };
  template <class X> static constexpr bool is_number = starling::value<X>;
  template <class X> struct element_of {
    using type = std::remove_cvref_t<decltype(std::declval<const X&>()[std::size_t{0}])>;
  };
  template <class X>
    requires is_matrix<X>
  struct element_of<X> {
    using type = std::remove_cvref_t<decltype(*std::declval<const X&>().data())>;
  };
  template <class X>
    requires(is_number<X> && !is_matrix<X>)
  struct element_of<X> {
    using type = X;
  };

  // A number is a vector of one.
  template <class X> static const auto* data_of(const X& x) {
    if constexpr (is_number<X>) return &x;
    else return x.data();
  }
  template <class X> std::size_t rows_in(const X& x) const {
    std::size_t width = 1, rows = 1;
    if constexpr (is_matrix<X>) {
      width = x.cols();
      rows = x.rows();
    } else if constexpr (!is_number<X>) {
      width = x.size();
    }
    if (width != in() || in() == 0) [[unlikely]]
      throw_wrong_width(name_of(layers.front().kind), in(), width);
    return rows;
  }
  template <class R, class X> auto shaped(std::size_t rows) const {
    if constexpr (is_matrix<X>) return matrix<R>(rows, out());
    else return vector<R>(out());
  }
  template <class X, class R> auto in_shape(R* data, std::size_t rows) const {
    if constexpr (is_matrix<X>) return matrix<R>(data, rows, out());
    else return vector<R>(data, out());
  }
  // The numbers of `batch` instances as rows, one a lane side by side; and back.
  template <class V, class T, class E> void put_rows(const E* from, std::size_t batch, T* to) const {
    const std::size_t width = in();
    constexpr std::size_t lanes = std::is_arithmetic_v<E> ? 1 : static_cast<std::size_t>(lanes_of<V>);
    for (std::size_t b = 0; b < batch; ++b)
      for (std::size_t i = 0; i < width; ++i) {
        if constexpr (lanes == 1) {
          to[b * width + i] = static_cast<T>(to_real(from[b * width + i]));
        } else {
          const V x(to_real(from[b * width + i]));
          for (std::size_t l = 0; l < lanes; ++l) to[(b * lanes + l) * width + i] = static_cast<T>(x[static_cast<int>(l)]);
        }
      }
  }
  template <class V, class T> void take_rows(const T* from, std::size_t batch, std::size_t lanes, V* to) const {
    const std::size_t width = out();
    for (std::size_t b = 0; b < batch; ++b)
      for (std::size_t o = 0; o < width; ++o) {
        if constexpr (lanes_of<V> == 1) {
          to[b * width + o] = static_cast<V>(from[b * width + o]);
        } else {
          V y(static_cast<scalar_of<V>>(from[b * lanes * width + o]));
          for (std::size_t l = 1; l < lanes; ++l) y.set(static_cast<int>(l), static_cast<scalar_of<V>>(from[(b * lanes + l) * width + o]));
          to[b * width + o] = y;
        }
      }
  }
  // Where the derivatives of the parameters are summed up; null where nobody asks for them.
  template <class T, class Handler, class V> static double** find_sums(const prepared_net<T>& p, Handler& trace, tape<V>& t) {
    if (p.tensors.empty()) return nullptr;
    double** const sums = t.template take<double*>(p.tensors.size());
    for (std::size_t k = 0; k < p.tensors.size(); ++k) {
      sums[k] = trace.parameter_sums(p.tensors[k].name, p.tensors[k].stored);
      if (!sums[k]) return nullptr;
    }
    return sums;
  }

  template <class T, class Handler, class X> auto evaluate(const prepared_net<T>& p, Handler& trace, const X& x) const {
    using R = typename Handler::real;
    using V = primal_of<R>;
    using E = typename element_of<X>::type;
    constexpr bool shared = std::is_arithmetic_v<E>;  // all lanes have the same
    constexpr std::size_t lanes = shared ? 1 : static_cast<std::size_t>(lanes_of<V>);
    const std::size_t batch = rows_in(x), rows = batch * lanes;
    const auto* const from = data_of(x);
    if constexpr (is_adjoint<R>) {
      require_tape<V>();
      tape<V>& t = *tape<V>::current;
      T* const memory = t.template take<T>(memory_of(layers, rows));
      captured_cells<V> cells;
      if constexpr (shared) {
        put_rows<V>(from, batch, memory);
      } else {
        const auto captured = capture<V>(from, batch * in());
        put_rows<V>(captured.values, batch, memory);
        cells = captured.cells;
      }
      double** const sums = find_sums(p, trace, t);
      const training_step* const training = current_training_step();
      V* const values = t.template take<V>(batch * out());
      take_rows(forward(p, memory, rows, training), batch, lanes, values);
      V* own = nullptr;
      const auto r = with_cells<V>(static_cast<const V*>(values), batch * out(), own);
      if (!cells && !sums) {
        for (std::size_t i = 0; i < r.size(); ++i) r[i] = R(values[i]);
        return in_shape<X>(r.data(), batch);
      }
      auto* const e = t.template push<net_entry<V, T>>(net_entry<V, T>::pull_all);
      e->net = &p;
      e->memory = memory;
      e->training = training;
      e->own = own;
      e->x = cells;
      e->sums = sums;
      e->weights = trace.lane_weights();
      e->batch = batch;
      e->lanes = lanes;
      e->counted = trace.counted_lanes();
      return in_shape<X>(r.data(), batch);
    } else {
      const auto value = shaped<R, X>(batch);
      const arena_scope scratch;
      T* const memory = arena::current().template take<T>(memory_of(layers, rows));
      put_rows<V>(from, batch, memory);
      take_rows(forward(p, memory, rows, current_training_step()), batch, lanes, value.data());
      return value;
    }
  }
};

}  // namespace starling::neural
