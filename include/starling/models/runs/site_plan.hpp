// What an operation does at each site of a structure, worked out once for all blocks of lanes (deciding.hpp).
#pragma once

#include <cstdint>
#include <vector>

#include <starling/traces/choice_map.hpp>

namespace starling {

// What happens at a site: the constraint that gives its value, else the site before whose value is kept (−1: none), else it is drawn.
struct site_step : constraint_ref {
  std::int64_t old = -1;
  bool mixed = false;  // not the same in all lanes
};
using site_plan = std::vector<site_step>;

// The plan by which each of `sites` sites keeps what stands in its place.
inline site_plan stand_all(std::size_t sites) {
  site_plan plan(sites);
  for (std::size_t k = 0; k < sites; ++k) plan[k].old = static_cast<std::int64_t>(k);
  return plan;
}

}  // namespace starling
