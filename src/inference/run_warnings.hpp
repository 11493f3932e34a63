// What users are told of any run.
#pragma once

#include <string>
#include <vector>

#include <starling/inference/kernels/gradient_kernel.hpp>
#include <starling/inference/kernels/trajectory_counts.hpp>

namespace starling {

// Where an interruption came too early.
inline constexpr const char* no_draws = "stopped before the first draw: there is nothing to report";
inline constexpr const char* no_summaries = "stopped before the first chains were complete: there are no summaries";

// Divergences and trees that ran into the limit; `settings`: of the kernel, where there is one.
std::vector<std::string> trajectory_warnings(const kernels::trajectory_counts& counts, const kernels::gradient_settings* settings);

}  // namespace starling
