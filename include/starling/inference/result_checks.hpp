// What is to be said of draws before they are believed: R-hat, effective sample sizes, what never moved. Drivers put it into the warnings
// of their result; a report says it of fits that come from elsewhere.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <starling/inference/result.hpp>

namespace starling {

// The sentences on rows of a fit, `rows` as summarise gives them: none for draws from a prior; of weighted draws, on the weights.
std::vector<std::string> convergence_warnings(const result& fit, const std::vector<summary_row>& rows);

// Adds them to fit.warnings, once: what was checked is not checked again. Quantities of more than 65,536 draws are looked at by the moments of the halves
// of their chains, where there are 16 chains or more, otherwise by every k-th draw.
void check_convergence(result& fit, std::size_t threads = 0);

// Fills in fit.observed_data, and says which members of an observed family the fit has drawn, unless the posterior says that this is meant.
void add_observed(result& fit, const class choice_map& observations, bool partly_observed);
template <class Posterior>
void add_observed(result& fit, const Posterior& post) {
  add_observed(fit, post.observations(), post.options().partly_observed);
}

}  // namespace starling
