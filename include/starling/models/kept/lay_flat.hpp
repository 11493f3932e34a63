#pragma once
// Instances that a trace keeps by themselves are found again by their call. Where a body's own `if` puts a choice that it had into another
// kind of call (a map over other arguments, or a loop in the place of a map), the update starts again on a trace laid flat: instances are
// scopes of its one run, choices are found by address, and each later update runs the whole body.
#include <optional>

#include <starling/models/generate.hpp>

namespace starling {

template <class G, class Arguments>
void lay_flat(trace<G, Arguments>& t) {
  trace<G, Arguments> flat(t.model(), t.shared_args());
  flat.keep_no_instances();
  generate_into(flat, t.choices(), key(0), true);
  t = std::move(flat);
}

// The weight that f, an update of t, gives; where it gives none since it lost track, that of f on the trace laid flat.
template <class G, class Arguments, class F>
double keeping_track(trace<G, Arguments>& t, F&& f) {
  if (const std::optional<double> weight = f()) [[likely]]
    return *weight;
  lay_flat(t);
  return *f();
}

}  // namespace starling
