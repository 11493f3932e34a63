// Chains that are not draws of the posterior: stuck where they started, or somewhere far below the others.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <starling/inference/result.hpp>

namespace starling {

struct stuck_chains {
  std::vector<std::string> sentences;
  std::vector<std::size_t> chains;  // those that the sentences name, from 0, in order
};

// What there is to say of the chains of `fit`, which has draws and lp: at most one sentence for each of three kinds, with the chains, from 0, and what to do.
// - a chain that never left its start: its log density is the same in every draw;
// - an element that moves by rounding only in some chain, |largest − smallest| ≤ 1e-12 |mean|, and is elsewhere in others, or moves there;
// - a chain whose log densities (their 95 % quantile) lie far below those of the best chain: 5 times the distance from its 5 % to its 95 % quantile
//   below the former, and 5 of the steps that the chain itself takes.
stuck_chains find_stuck_chains(const result& fit);

// A real number of the draws, and the chains in which it moves by rounding only; `value`: where it stays in the first of them.
struct still_element {
  std::string name;
  double value = 0;
  std::vector<std::size_t> chains;
};
// The same of chains whose draws were not kept: lp in their statistics, and what stands still.
stuck_chains find_stuck_chains(const draws& statistics, std::vector<still_element> still);

// These draws without some of their chains.
draws without_chains(const draws& all, const std::vector<std::size_t>& chains);

}  // namespace starling
