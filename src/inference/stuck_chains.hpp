// Chains that are not draws of the posterior: stuck where they started, or somewhere far below the others.
#pragma once

#include <string>
#include <vector>

#include <starling/inference/result.hpp>

namespace starling {

// What there is to say of the chains of `fit`, which has draws and lp: at most one sentence for each of three kinds, with the chains, from 1, and what to do.
// - a chain that never left its start: its log density is the same in every draw;
// - an element that moves by rounding only in some chain, |largest − smallest| ≤ 1e-12 |mean|, and is elsewhere in others, or moves there;
// - a chain whose log densities (their 95 % quantile) lie far below those of the best chain: 5 times the distance from its 5 % to its 95 % quantile
//   below the former, and 5 of the steps that the chain itself takes.
std::vector<std::string> stuck_chain_warnings(const result& fit);

}  // namespace starling
