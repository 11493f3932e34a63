// A normalising flow of coupling layers, affine (Dinh, Sohl-Dickstein, Bengio 2017, realnvp) or of splines (Durkan and others 2019): a density over vectors that nets bend.
//
//   constexpr auto flow = sl::neural::realnvp(8, {.layers = 6, .hidden = 32});
//   const auto guide = sl::gen([](auto& trace, const auto& data) {
//     trace("z", flow.with("flow", trace, data.get("x")));        // a vector of 8; what follows the trace is what it depends on, of .context numbers
//   });
//   sl::neural::initialise(store, "flow", flow, key);             // near the identity
//
// u ~ normal(0, 1) of n dimensions. Each layer leaves one half of the numbers as they are, a, and maps the other, b ↦ b ∘ exp(s) + t, where s and t come from a net of
// a (and of the context), s = 2 tanh(raw / 2) so that no layer stretches by more than e². Of splines (neural_spline), each number of b goes through a monotone spline on
// [−bound, bound] whose knots come from the net (rational_spline.hpp), and stays what it is outside. Halves take turns. The log density of x is that of u less the sum of all s, of splines of the logarithms of their slopes. Draws follow
// the parameters, so that it is a guide for every objective of sl::fit, and a proposal with an exact density.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

#include <starling/distributions/distribution.hpp>
#include <starling/distributions/matrix_parameters.hpp>
#include <starling/distributions/supports.hpp>
#include <starling/neural/initialise.hpp>
#include <starling/neural/layers.hpp>
#include <starling/neural/rational_spline.hpp>

namespace starling::neural {

struct flow_options {
  std::uint32_t layers = 6, hidden = 32, context = 0;
};
struct spline_options {
  std::uint32_t layers = 6, hidden = 32, context = 0, bins = 8;
  double bound = 5;
};

// A flow whose nets a run evaluates: a distribution for as long as the run lasts.
template <class Flow, class Handler, class Context> struct flow_in_run : distribution {
  static constexpr std::string_view name = "coupling flow";
  static constexpr auto draws_follow = draw_derivative::pathwise;
  template <class V> using value = vector<V>;
  using R = typename Handler::real;

  Flow flow;
  literal at;
  Handler* trace;
  Context context;

  std::size_t size() const { return flow.size; }
  auto support() const { return vector_of{real_line{}, size()}; }
  template <class Visit> void parameters(Visit&&) const {}

  template <class Rng> auto sample(Rng& rng) const {
    const auto u = draw_standard_normals(rng, size());
    vector<R> x(size());
    for (std::size_t i = 0; i < size(); ++i) x[i] = R(u[i]);
    forward(x);
    return x;
  }
  template <class X> R log_density(const X& x) const {
    vector<R> u(size());
    for (std::size_t i = 0; i < size(); ++i) u[i] = R(x[i]);
    R lp = -backward(u);
    for (std::size_t i = 0; i < size(); ++i) lp = lp - 0.5 * u[i] * u[i];
    return lp - static_cast<double>(size()) * half_log_two_pi;
  }

  // u ↦ x in place, and back; the sum of all s.
  R forward(vector<R>& x) const {
    R total(0.0);
    for (std::uint32_t k = 0; k < flow.options.layers; ++k) {
      const auto [first, count] = flow.moved(k);
      const auto h = scales_and_shifts(k, x);
      for (std::size_t i = 0; i < count; ++i) {
        if (flow.bins > 0) {
          x[first + i] = spline(h, i).forward(x[first + i], total);
          continue;
        }
        const R s = bounded(h[i]);
        x[first + i] = x[first + i] * exp(s) + h[count + i];
        total = total + s;
      }
    }
    return total;
  }
  R backward(vector<R>& x) const {
    R total(0.0);
    for (std::uint32_t k = flow.options.layers; k-- > 0;) {
      const auto [first, count] = flow.moved(k);
      const auto h = scales_and_shifts(k, x);
      for (std::size_t i = 0; i < count; ++i) {
        if (flow.bins > 0) {
          x[first + i] = spline(h, i).backward(x[first + i], total);
          continue;
        }
        const R s = bounded(h[i]);
        x[first + i] = (x[first + i] - h[count + i]) * exp(-s);
        total = total + s;
      }
    }
    return total;
  }

 private:
  rational_spline<R> spline(const vector<R>& h, std::size_t i) const { return {h.data() + i * flow.numbers_of_each(), flow.bins, flow.bound}; }
  static R bounded(const R& raw) { return 2.0 * starling::tanh(0.5 * raw); }
  auto scales_and_shifts(std::uint32_t k, const vector<R>& x) const {
    const auto [first, count] = flow.moved(k);
    vector<R> in(size() - count + flow.options.context);
    std::size_t j = 0;
    for (std::size_t i = 0; i < size(); ++i)
      if (i < first || i >= first + count) in[j++] = x[i];
    for (std::size_t i = 0; i < flow.options.context; ++i) in[j++] = R(context[i]);
    return flow.net_of(k).run_at(address(flow.name_of_net(at, k)), *trace, in);
  }
};

struct coupling_flow {
  std::size_t size;
  flow_options options;
  std::uint32_t bins = 0;  // of splines; 0: affine
  double bound = 0;
  bool in_doubles = false;

  // Of a net, for each number that it moves.
  constexpr std::uint32_t numbers_of_each() const { return bins > 0 ? 3 * bins - 1 : 2; }
  // What layer k moves: the second half of the numbers, then the first.
  struct part {
    std::size_t first, count;
  };
  constexpr part moved(std::uint32_t k) const { return k % 2 == 0 ? part{size / 2, size - size / 2} : part{0, size / 2}; }
  constexpr auto net_of(std::uint32_t k) const {
    const auto count = static_cast<std::uint32_t>(moved(k).count), rest = static_cast<std::uint32_t>(size) - count + options.context;
    const auto n = mlp({rest, options.hidden, options.hidden, numbers_of_each() * count}, relu);
    return in_doubles ? n.with_doubles() : n;
  }
  static literal name_of_net(const literal& at, std::uint32_t k) { return name(std::string(at.text()) + "/" + std::to_string(k)); }
  // The same flow with nets in double.
  constexpr coupling_flow with_doubles() const {
    coupling_flow f = *this;
    f.in_doubles = true;
    return f;
  }

  // The distribution in a run, its parameters under the name; `context`: as many numbers as the options say. Throws std::invalid_argument where they are not.
  template <class Handler> auto with(const literal& at, Handler& trace) const { return with(at, trace, vector<double>()); }
  template <class Handler, class Context> auto with(const literal& at, Handler& trace, const Context& context) const {
    if (context.size() != options.context)
      throw std::invalid_argument("a coupling flow with .context = " + std::to_string(options.context) + " got " + std::to_string(context.size()) + " numbers to depend on");
    return flow_in_run<coupling_flow, Handler, Context>{{}, *this, at, &trace, context};
  }
};

// A flow over vectors of n ≥ 2 numbers. Throws std::invalid_argument; in a constant expression it does not compile then.
constexpr coupling_flow realnvp(std::size_t n, const flow_options& o = {}) {
  if (n < 2) throw std::invalid_argument("realnvp: one half of the numbers moves the other, so there must be at least two");
  if (o.layers == 0 || o.hidden == 0) throw std::invalid_argument("realnvp: at least one layer, and one hidden number");
  return {n, o};
}
// The same of splines. Throws too where there are fewer than two bins, or the bound is not positive.
constexpr coupling_flow neural_spline(std::size_t n, const spline_options& o = {}) {
  if (o.bins < 2 || !(o.bound > 0)) throw std::invalid_argument("neural_spline: at least two bins, and a positive bound");
  coupling_flow f = realnvp(n, {o.layers, o.hidden, o.context});
  f.bins = o.bins;
  f.bound = o.bound;
  return f;
}

// Parameters of the nets of a flow: the last layer of each is a hundredth of what it would be, so that the flow begins near the identity.
inline void initialise(parameter_store& store, const literal& at, const coupling_flow& f, const key& k) {
  for (std::uint32_t i = 0; i < f.options.layers; ++i) {
    const std::string net_name(f.name_of_net(at, i).text());
    initialise(store, net_name, f.net_of(i), k);
    for (const char* const what : {"/4/weight", "/4/bias"}) {
      std::vector<double> values = store[net_name + what];
      for (double& v : values) v *= 0.01;
      store.set(net_name + what, std::move(values), store.shape_of(net_name + what));
    }
  }
}

}  // namespace starling::neural
