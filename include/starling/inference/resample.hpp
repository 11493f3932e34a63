// Resampling: equally weighted draws from weighted ones.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <starling/inference/result.hpp>
#include <starling/random/key.hpp>

namespace starling {

// systematic: one uniform number for all, (i + u)/n (Kitagawa 1996): each draw comes ⌊n w⌋ or ⌈n w⌉ times. multinomial: independent draws.
enum class resampling { systematic,
                        multinomial };

// Which of the weighted draws are taken, in ascending order. Throws std::runtime_error where no weight is positive or one is NaN.
std::vector<std::size_t> resampled_indices(std::span<const double> log_weights, std::size_t n, const key& k, resampling how = resampling::systematic);

// n equally weighted draws, as one chain; sample statistics, predictive draws and log likelihoods go with their draws. ess and
// log_evidence stay those of the weighted draws. They are no Markov chain: neighbours are often equal.
// Throws std::invalid_argument for a fit without weights or without draws.
result resample(const result& weighted, std::size_t n, const key& k, resampling how = resampling::systematic);

}  // namespace starling
