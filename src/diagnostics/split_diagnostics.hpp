#pragma once

#include "split_chains.hpp"

namespace starling {

// plain_rhat and plain_ess of chains of any length from two on: what split chains need.
double rhat_of_chains(std::span<const double> draws, std::size_t chains);
double ess_of_chains(std::span<const double> draws, std::size_t chains);

// R-hat of split chains whose order and normal scores are known.
double rank_rhat(const split_chains& split, std::span<const std::uint32_t> ascending, std::span<const double> scores);

// The effective sample size of whether a draw is at or below the bound, of split chains; no draw may be NaN.
double ess_at_most(std::span<const double> draws, std::size_t chains, double bound);

}  // namespace starling
