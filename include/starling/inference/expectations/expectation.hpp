// Expectations as programs: the mean of what a body returns over what it draws, and the derivatives of that mean.
//
//   const auto cost = sl::expectation([](auto& trace, const auto& theta) {
//     const auto x = trace("x", sl::normal(theta, 1.0));                      // any generative functions and combinators
//     const auto z = trace("z", sl::bernoulli(sl::inverse_logit(theta)));
//     return sl::where(z, x * x, 2.0 * x);
//   }, sl::args(0.3));
//   cost.value(key, sl::lanes(1000))        .mean, .standard_error
//   cost.gradient(key, sl::lanes(1000))     .value, and ∂/∂ of it: .arguments (doubles and std::vector<double>), .parameters (trace.param), with errors
//
// Both are unbiased: their expectations over the key are the exact ones. How the derivative passes a site is chosen from its distribution or said there:
// strategies.hpp. Arguments arrive as numbers with derivatives: take them as `const auto&`. What is drawn under reparam must enter the cost smoothly.
// Throws parameter_error where a distribution got bad parameters, std::invalid_argument where a baseline over lanes is needed and there is one lane.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <starling/inference/expectations/lane_means.hpp>
#include <starling/inference/expectations/expectation_run.hpp>
#include <starling/models/gradient.hpp>

namespace starling {

struct expected_value {
  double mean = 0, standard_error = 0;
};

template <class... A> struct expectation_gradient {
  double value = 0, standard_error = 0;  // of the expectation itself
  std::tuple<argument_gradient<A>...> arguments;
  parameter_gradients parameters;
  // Their standard errors, in the same shapes.
  std::tuple<argument_gradient<A>...> argument_errors;
  parameter_gradients parameter_errors;
};

template <generative_function G, class... A> class expectation_of {
 public:
  expectation_of(G model, arguments<A...> as) : model_(std::move(model)), arguments_(std::move(as)) {}

  // The same body with other arguments.
  template <class... B> auto at(B&&... values) const {
    auto as = args(std::forward<B>(values)...);
    return at_arguments(std::move(as));
  }

  template <class T = double> expected_value value(const key& k, const lane_request<T>& n) const {
    using V = std::conditional_t<G::is_dynamic, double, native_pack<T>>;
    const lane_blocks<V> blocks(n);
    const expectation_run<G, arguments<A...>, V> run(model_, arguments_, k, n);
    std::vector<V> costs(blocks.count);
    run.over_blocks(blocks, [&](std::size_t b, const run_place& place, auto& w) { costs[b] = run.expected_cost(place, w); });
    const auto m = mean_of_lanes(blocks, [&](std::size_t b) { return costs[b]; });
    return {m.mean, m.standard_error};
  }

  template <class T = double> auto gradient(const key& k, const lane_request<T>& n) const {
    using V = std::conditional_t<G::is_dynamic, double, native_pack<T>>;
    const lane_blocks<V> blocks(n);
    const expectation_run<G, arguments<A...>, V> run(model_, arguments_, k, n);
    // The mean cost of the other lanes, where some site needs it.
    std::vector<V> costs;
    double total = 0;
    if (run.has_scores()) {
      if (n.count < 2)
        throw std::invalid_argument(
            "expectation: a score-function site has the mean of the other lanes as its baseline, which needs at least 2 lanes; ask for more, or give "
            "a baseline: sl::reinforce(d, baseline)");
      costs.resize(blocks.count);
      run.over_blocks(blocks, [&](std::size_t b, const run_place& place, auto& w) { costs[b] = run.expected_cost(place, w); });
      total = mean_of_lanes(blocks, [&](std::size_t b) { return costs[b]; }).mean * static_cast<double>(n.count);
    }
    std::vector<block_derivatives<V>> found(blocks.count);
    run.over_blocks(blocks, [&](std::size_t b, const run_place& place, auto& w) {
      V baseline(0);
      if (!costs.empty()) baseline = V((V(static_cast<scalar_of<V>>(total)) - costs[b]) * (1.0 / static_cast<double>(n.count - 1)));
      found[b] = run.derivatives(place, baseline, w);
    });
    return collected(blocks, found);
  }

 private:
  template <class... B> expectation_of<G, B...> at_arguments(arguments<B...> as) const { return {model_, std::move(as)}; }

  template <class V> expectation_gradient<A...> collected(const lane_blocks<V>& blocks, const std::vector<block_derivatives<V>>& found) const {
    expectation_gradient<A...> r;
    const auto value = mean_of_lanes(blocks, [&](std::size_t b) { return found[b].cost; });
    r.value = value.mean, r.standard_error = value.standard_error;
    std::size_t from = 0;
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (take_argument(blocks, found, std::get<I>(arguments_.values), from, std::get<I>(r.arguments), std::get<I>(r.argument_errors)), ...);
    }(std::index_sequence_for<A...>());
    for (const auto& block : found)
      for (const auto& p : block.parameters) {
        bool known = false;
        for (const auto& e : r.parameters.entries) known = known || e.name == p.name.text();
        if (known) continue;
        r.parameters.entries.push_back({std::string(p.name.text()), p.values, {}});
        r.parameter_errors.entries.push_back({std::string(p.name.text()), p.values, {}});
        for (std::size_t i = 0; i < p.values.size(); ++i) {
          const auto m = mean_of_lanes(blocks, [&](std::size_t b) { return found[b].of_parameter(p.name, i); });
          r.parameters.entries.back().derivatives.push_back(m.mean);
          r.parameter_errors.entries.back().derivatives.push_back(m.standard_error);
        }
      }
    return r;
  }

  template <class V, class Argument, class Gradient>
  static void take_argument(const lane_blocks<V>& blocks, const std::vector<block_derivatives<V>>& found, const Argument& a, std::size_t& from, Gradient& mean, Gradient& error) {
    const auto next = [&] {
      const auto m = mean_of_lanes(blocks, [&](std::size_t b) { return found[b].arguments[from]; });
      ++from;
      return m;
    };
    if constexpr (std::is_floating_point_v<Argument>) {
      const auto m = next();
      mean = m.mean, error = m.standard_error;
    } else if constexpr (std::is_same_v<Argument, std::vector<double>>) {
      for (std::size_t i = 0; i < a.size(); ++i) {
        const auto m = next();
        mean.push_back(m.mean), error.push_back(m.standard_error);
      }
    }
  }

  G model_;
  arguments<A...> arguments_;
};

// The body: a generative function, or a callable of a handler and the arguments.
template <class Body, class... A> auto expectation(Body body, arguments<A...> as) {
  if constexpr (generative_function<Body>) return expectation_of<Body, A...>(std::move(body), std::move(as));
  else return expectation_of<model<Body, false>, A...>(gen(std::move(body)), std::move(as));
}
template <class Body> auto expectation(Body body) { return expectation(std::move(body), args()); }

}  // namespace starling
