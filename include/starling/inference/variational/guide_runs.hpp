// What the steps of sl::fit share: guides that take the data.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include <starling/inference/variational/guide_handlers.hpp>
#include <starling/models/runs/current.hpp>

namespace starling {

// A guide that takes the data: guide(trace, data), data["y"] an observed number, data.get("y") a vector of them.
template <class G> struct amortised_guide : generative {
  static constexpr bool is_dynamic = G::is_dynamic;
  G inner;
};
template <generative_function G> auto amortised(G guide) { return amortised_guide<G>{{}, std::move(guide)}; }
template <class G> inline constexpr bool takes_data = false;
template <class G> inline constexpr bool takes_data<amortised_guide<G>> = true;

// Runs a guide over data at their places in a run of the model.
template <class V, class Guide, class Handler> void run_guide(const Guide& guide, Handler& h, const schema& of_data, const tile<const V>& data) {
  if constexpr (takes_data<Guide>) guide.inner.run(h, current_choices<V>(of_data, data));
  else guide.run(h);
}

struct fit_step_result {
  double value = 0;
  parameter_gradients gradients;
  std::string trouble;  // why it counts for nothing; empty: it counts
};

}  // namespace starling
