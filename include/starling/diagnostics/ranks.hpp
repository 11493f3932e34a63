#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace starling {

/// The positions of the values, from the smallest value to the largest; NaN after all others.
/// Throws std::length_error for 2^32 values or more.
std::vector<std::uint32_t> ascending_order(std::span<const double> values);

/// The order in which |value - centre| ascends, from the order in which the values do: a merge, no sort.
/// Distances that are NaN, of NaN or of an infinite value from an infinite centre, come last.
std::vector<std::uint32_t> folded_order(std::span<const double> values, std::span<const std::uint32_t> ascending, double centre);

/// Each value's normal score, the normal quantile of (rank - 3/8) / (n + 1/4), where equal values share their mean rank (Blom 1958).
/// `ascending` is the order of the values. All scores are NaN where a value is.
std::vector<double> normal_scores(std::span<const double> values, std::span<const std::uint32_t> ascending);

}  // namespace starling
