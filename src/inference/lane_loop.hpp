// Serving machines that want densities (chains, optimisers) with the lanes of a target.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "inference/trajectories/arrays.hpp"
#include <starling/inference/pulse.hpp>
#include <starling/inference/target.hpp>

namespace starling {

// A Machine has point(), gradient() and receive(log_density), which is false when it is done. next() gives another machine, or null where there
// is none left. Each tick is one call of the target for all lanes; a machine that is done is replaced at once; lanes without one look at
// another lane's point. Several times a second, and after a call that takes longer, look(machines) is asked, a span of those that are busy, wherever
// they are: false ends the loop.
template <class Machine, class Next, class Look>
void run_lanes(const target& density, Next next, Look look) {
  pulse clock;
  const std::size_t lanes = density.lanes();
  std::vector<std::unique_ptr<Machine>> machines(lanes);
  std::size_t busy = 0;
  while (busy < lanes && (machines[busy] = next())) ++busy;
  trajectories::arrays unread(1, density.dimension());
  const double* points[target::most_lanes];
  double* gradients[target::most_lanes];
  double log_densities[target::most_lanes];
  while (busy > 0) {
    for (std::size_t l = 0; l < busy; ++l) {
      points[l] = machines[l]->point();
      gradients[l] = machines[l]->gradient();
    }
    for (std::size_t l = busy; l < lanes; ++l) {
      points[l] = points[0];
      gradients[l] = unread[0];
    }
    density.evaluate(points, log_densities, gradients);
    for (std::size_t l = 0; l < busy;) {
      if (machines[l]->receive(log_densities[l])) [[likely]] {
        ++l;
        continue;
      }
      if (auto another = next()) {
        machines[l++] = std::move(another);
        continue;
      }
      // The last busy machine moves here; it still has to receive this tick's density.
      --busy;
      if (l < busy) {
        machines[l] = std::move(machines[busy]);
        log_densities[l] = log_densities[busy];
      }
    }
    if (clock.beat() && !look(std::span(machines.data(), busy))) [[unlikely]]
      return;
  }
}

}  // namespace starling
