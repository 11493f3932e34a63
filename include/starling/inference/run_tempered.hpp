// Parallel tempering: chains at several temperatures exchange their states, so that the coldest crosses between modes; evidence by
// thermodynamic integration.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include <starling/inference/draw_view.hpp>
#include <starling/inference/kernels/gradient_kernel.hpp>
#include <starling/inference/progress.hpp>
#include <starling/inference/result.hpp>
#include <starling/inference/run_options.hpp>
#include <starling/inference/target.hpp>
#include <starling/inference/temperature_ladder.hpp>
#include <starling/random/key.hpp>

namespace starling {

struct tempering_options {
  std::size_t temperatures = 8;      // of an adapted ladder
  std::vector<double> ladder = {};   // β from 1 down to 0 (or above: then no evidence); given, it stays as it is
};

// Each chain is an ensemble of one replica a temperature, distributed as prior^(1 − β) posterior^β ∝ prior · likelihood^β; both targets are of the
// same unconstrained space. A step is a transition of `kernel` in every replica, all of them in the lanes of the targets, each with its own step
// size and metric; then neighbours exchange states with probability min(1, exp((β_i − β_j)(L_j − L_i))), L the log likelihood, pairs that begin
// with an even and an odd number in turn (Okabe, Kawata, Okamoto, Mikami 2001; non-reversible: Syed, Bouchard-Côté, Deligiannidis, Doucet,
// JRSS B 84, 2022). An adapted ladder begins as ((K − 1 − i)/(K − 1))³ and is moved in the warm-up, at steps 32, 64, 128, …, so that all pairs are
// refused equally often (Syed et al., algorithm 4).
//
// result: draws at β = 1. log_evidence by stepping stones, Σ log E_β_(i+1)[exp((β_i − β_(i+1)) L)] (Xie, Lewis, Fan, Kuo, Chen 2011), mean over the
// ensembles; of densities that miss no constants. Attributes: ladder, swap_rates (of the first ensemble); evidence_error, half the width of a 95 %
// interval, with a warning where it is above 0.5; evidence_spread, the standard deviation between ensembles; stepping_stone, log_evidence once more;
// thermodynamic_integral, ∫₀¹ E_β[L] dβ by the trapezoidal rule with the correction by variances (Friel, Hurn, Wyse 2014), which is biased where L has
// a long tail under the prior: wide and heavy-tailed priors.
// Draws do not depend on the number of threads. Throws as run_gradient does.
result run_tempered(const kernels::gradient_kernel& kernel, const target& posterior, const target& prior, const draw_view& view,
                    const tempering_options& t, const run_options& o, const key& k, progress& report);
result run_tempered(const kernels::gradient_kernel& kernel, const target& posterior, const target& prior, const draw_view& view,
                    const tempering_options& t, const run_options& o, const key& k);

// For drivers. The temperatures to begin with; throws std::invalid_argument for a ladder that makes no sense.
std::vector<double> first_ladder(const tempering_options& t);
// Writes evidence, ladder and swap rates of the ensembles; one that was interrupted has no ladder.
void report_tempering(const std::vector<std::optional<temperature_ladder>>& ladders, result& r);

}  // namespace starling
