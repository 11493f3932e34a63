// Densities that grow without bound: chains never come to rest there, and each stops somewhere else.
#pragma once

#include <functional>
#include <vector>

#include "inference/gradient_record.hpp"
#include <starling/inference/result.hpp>
#include <starling/random/key.hpp>

namespace starling {

// Runs chains that begin at these points, [chain][element].
using runs_from = std::function<std::vector<gradient_record>(const std::vector<double>& starts, const run_options&, const key&)>;

// Where the log densities of the chains of r disagree (split R-hat above 1.5), short chains begin at the highest that was found. Those of a posterior fall back to where
// its mass is, below the highest of all draws. Where the medians of half of them lie above it, others begin at their highest, and so on; after three rounds, or
// where some positive number has fallen by 1e-6, a warning says before all others that the density seems to grow without bound.
void tell_unbounded(const std::vector<gradient_record>& records, const draw_view& view, const run_options& o, const key& k, const runs_from& run, result& r);

}  // namespace starling
