#pragma once
// project: Σ log density of the selected choices (and factors, which belong to the scope they stand in) of a trace.
// project(all) is the score, project(none) is 0.
#include "starling/models/trace.hpp"
#include "starling/traces/selection.hpp"

namespace starling {

template <generative_function G, class Arguments>
double project(const trace<G, Arguments>& t, const selection& s) {
  return project_state(t.state(), s);
}

}  // namespace starling
