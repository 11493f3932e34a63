// Running a kernel that follows a gradient (nuts, hmc, mala, barker) over many chains on all cores.
#pragma once

#include <concepts>
#include <cstddef>
#include <span>

#include <starling/inference/draw_view.hpp>
#include <starling/inference/kernels/gradient_kernel.hpp>
#include <starling/inference/progress.hpp>
#include <starling/inference/result.hpp>
#include <starling/inference/run_checkpoint.hpp>
#include <starling/inference/run_options.hpp>
#include <starling/inference/target.hpp>
#include <starling/random/key.hpp>
#include <starling/traces/choice_map.hpp>

namespace starling {

// Where chains start: choices by name, one map a chain or one for all, or free numbers. What it was made of must outlive it.
class starting_points {
 public:
  starting_points() = default;
  template <class Points>
    requires std::constructible_from<std::span<const double>, const Points&>
  starting_points(const Points& p) : numbers(p) {}
  template <class Points>
    requires std::constructible_from<std::span<const choice_map>, const Points&>
  starting_points(const Points& p) : maps(p) {}

  std::span<const double> numbers = {};    // [chain][element] of the unconstrained space
  std::span<const choice_map> maps = {};   // of posteriors; what a map leaves out is drawn as the kernel would, uniformly within its radius
};

struct gradient_start {
  starting_points starts = {};             // none: as the kernel says
  run_checkpoint* checkpoint = nullptr;    // where to go on, unless it is empty; replaced by where the run ended
};

// Each worker serves as many chains at a time as the target has lanes. In one call of the target every lane is at its own place of its own
// trajectory, in its own iteration; no chain waits for another, and a lane whose chain is done takes the next chain. What a chain does
// depends on (key, its number) alone, not on its lane, its neighbours or the number of threads: draws are the same bit for bit, as far
// as the target computes each lane by itself.
//
// Chains start as the kernel says (kernels::start_kind), or at start.starts.
//
// result: named draws; sample_stats lp (of the unconstrained space), acceptance_rate, step_size, tree_depth (nuts), n_steps, diverging,
// energy; warnings on divergences, saturated trees and low E-BFMI, and on what to do. o.layout is not looked at: the target has its lanes.
//
// Throws std::invalid_argument for options or sizes that do not fit; std::runtime_error where a chain finds no start.
result run_gradient(const kernels::gradient_kernel& kernel, const target& density, const draw_view& view, const run_options& o, const key& k,
                    progress& report, const gradient_start& start = {});
result run_gradient(const kernels::gradient_kernel& kernel, const target& density, const draw_view& view, const run_options& o, const key& k,
                    const gradient_start& start = {});

}  // namespace starling
