// mix(f0, f1, …): a mixture. The first argument are the log weights of the components (unnormalised, one a component); the others go
// to the component. Its choices: the index at "index", those of the component under "component". Returns what the component returns.
//
//   trace("x", sl::mix(low, high), std::vector{std::log(0.3), std::log(0.7)}, args…);
#pragma once

#include <starling/combinators/switch_.hpp>
#include <starling/distributions/categorical_logit.hpp>

namespace starling {

template <generative_function... Component>
struct mix_model : generative {
  static constexpr bool is_dynamic = (Component::is_dynamic || ...);
  static constexpr bool is_stateless = (Component::is_stateless && ...);
  switch_model<Component...> components;
  constexpr explicit mix_model(Component... c) : components(std::move(c)...) {}

  template <class Handler, class Weights, class... Args>
  auto run(Handler& trace, const Weights& log_weights, const Args&... args) const {
    if (log_weights.size() != sizeof...(Component))
      throw std::invalid_argument("mix at " + trace.here().str() + ": " + std::to_string(log_weights.size()) + " log weights for " +
                                  std::to_string(sizeof...(Component)) + " components");
    const auto index = trace("index", categorical_logit(log_weights));
    return trace("component", components, index, args...);
  }
};

template <generative_function... Component>
constexpr auto mix(Component... components) {
  static_assert(sizeof...(Component) > 0, "mix needs at least one component");
  return mix_model<Component...>(std::move(components)...);
}

}  // namespace starling
