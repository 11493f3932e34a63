// What users are told of any run.
#pragma once

#include <string>
#include <vector>

#include <starling/inference/kernels/gradient_kernel.hpp>
#include <starling/inference/kernels/trajectory_counts.hpp>
#include <starling/inference/result.hpp>

namespace starling {

// Where an interruption came too early.
inline constexpr const char* no_draws = "stopped before the first draw: there is nothing to report";
inline constexpr const char* no_summaries = "stopped before the first chains were complete: there are no summaries";

// After an interruption: which chains are not part of the result, of which `kept` draws of each chain are.
void tell_dropped_chains(const std::vector<std::size_t>& draws_of_chains, std::size_t kept, result& r);

// A real latent of r that stayed where it is in some chains of at least 50 draws: it moves in some direction that its support does not have, as that
// of a simplex.
void tell_still(const variable& latent, result& r);
// The same of draws that were not kept: it stayed where it is in `still` of the chains.
void tell_still(const std::string& latent, std::size_t still, std::size_t chains, result& r);
inline constexpr std::size_t enough_to_tell_still = 50;

// Divergences and trees that ran into the limit; `settings`: of the kernel, where there is one.
std::vector<std::string> trajectory_warnings(const kernels::trajectory_counts& counts, const kernels::gradient_settings* settings);

}  // namespace starling
