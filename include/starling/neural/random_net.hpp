// A net whose weights are choices: a Bayesian neural net.
//
//   constexpr auto curve = sl::neural::mlp({5, 20, 1}, sl::neural::tanh);
//   const auto body = sl::gen([](auto& trace, const auto& x) {            // x: sl::matrix_view<double>, a row an instance
//     const auto y = trace("curve", sl::neural::random_net(curve, sl::neural::scaled_normals), x);
//     …
//   });
//
// Each weight and bias is one choice, a vector of independent draws of prior(shape), row-major: curve/weight_0, curve/bias_0, curve/weight_1, … by the number of
// the linear layer. Every lane has weights of its own, and there is no product that lanes share: for nets of some hundred weights, under nuts, advi and all else. It
// computes in the run's numbers, double or packs of them, never in float.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <starling/distributions/iid.hpp>
#include <starling/distributions/normal.hpp>
#include <starling/neural/affine_rows.hpp>
#include <starling/neural/net.hpp>

namespace starling::neural {

// normal(0, 1/√(numbers that an output sums)), biases normal(0, 1): the outputs of every layer are of order 1 (Neal 1996).
inline constexpr auto scaled_normals = [](const parameter_shape& s) { return normal(0.0, s.role == parameter_role::bias ? 1.0 : 1 / sqrt(static_cast<double>(s.fan_in))); };

template <std::size_t N, class Prior> struct random_net : generative {
  net<N> of;
  Prior prior;

  // Takes linear layers with functions of a number between them: throws std::invalid_argument for others.
  random_net(const net<N>& n, Prior p) : of(n), prior(std::move(p)) {
    bool after_linear = false;
    for (const layer& l : of.layers) {
      const bool linear = l.kind == layer_kind::linear && l.repeat == 1;
      if (!linear && !(is_function_of_a_number(l.kind) && after_linear))
        throw std::invalid_argument("random_net: a net with " + std::string(name_of(l.kind)) + "; it takes linear layers, each with at most one function of a number after it");
      after_linear = linear;
      if (!linear) continue;
      const std::string number = std::to_string(names_.size());
      names_.push_back({name("weight_" + number), name("bias_" + number)});
    }
  }

  // x: a number or vector of as many numbers as the net takes gives a vector, a matrix a matrix.
  template <class Handler, class X> auto run(Handler& trace, const X& x) const {
    using R = typename Handler::real;
    constexpr bool is_matrix = requires { x.rows(); x.cols(); };
    std::size_t rows = 1, width = 1;
    if constexpr (is_matrix) rows = x.rows(), width = x.cols();
    else if constexpr (!value<X>) width = x.size();
    if (width != of.in()) [[unlikely]]
      throw_wrong_width(name_of(of.layers.front().kind), of.in(), width);
    const vector<R> y = [&] {
      if constexpr (value<X>) return through(trace, &x, rows);
      else return through(trace, x.data(), rows);
    }();
    if constexpr (is_matrix) return matrix<R>(y.data(), rows, of.out());
    else return y;
  }

 private:
  struct choice_names {
    literal weight, bias;
  };
  std::vector<choice_names> names_;

  template <class Handler, class E> auto through(Handler& trace, const E* x, std::size_t rows) const {
    using R = typename Handler::real;
    vector<R> y;
    std::size_t number = 0;
    for (std::size_t i = 0; i < N; ++i) {
      const layer& l = of.layers[i];
      if (l.kind != layer_kind::linear) continue;
      const auto shapes = parameters_of(l);
      const vector<R> w = trace(address(names_[number].weight), iid(prior(shapes.of[0]), shapes.of[0].size()));
      const vector<R> b = l.has_bias ? trace(address(names_[number].bias), iid(prior(shapes.of[1]), shapes.of[1].size())) : vector<R>();
      const layer_kind f = i + 1 < N ? of.layers[i + 1].kind : layer_kind::linear;
      const vector<R>* const bias = l.has_bias ? &b : nullptr;
      y = number == 0 ? affine_rows<R>(x, rows, l.in, w, bias, l.out, f) : affine_rows<R>(y.data(), rows, l.in, w, bias, l.out, f);
      ++number;
    }
    return y;
  }
};

}  // namespace starling::neural
