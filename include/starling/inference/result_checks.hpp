// What is to be said of draws before they are believed: R-hat, effective sample sizes, what never moved. Drivers put it into the warnings
// of their result; a report says it of fits that come from elsewhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <starling/inference/result.hpp>

namespace starling {

// The sentences on rows of a fit, `rows` as summarise gives them: none for draws from a prior; of weighted draws, on the weights.
std::vector<std::string> convergence_warnings(const result& fit, const std::vector<summary_row>& rows);

// Adds them to fit.warnings, once: what was checked is not checked again. Quantities of more than 65,536 draws are looked at by the moments of the halves
// of their chains, where there are 16 chains or more, otherwise by every k-th draw.
void check_convergence(result& fit, std::size_t threads = 0);
// The same where the warnings name chains that are stuck: `others`, the draws or summaries without those, are judged instead; nothing is said where there are none.
void check_convergence_of_others(result& fit, result others, std::size_t threads = 0);

// Of chains, whose observations are known: latents with a flat prior along which the chains disagree (R-hat above 1.5) or stand still, though nothing but the
// data could hold them. Half of their draws lie below 1e-8 of the largest observation: the density grows without bound, as that of a scale of data that
// are all alike. Or the draws span more than 1e8 of it: there is a ridge without an end. Said before all other warnings.
void tell_improper(result& fit, const class schema& structure, const std::vector<std::uint32_t>& latents);

// Fills in fit.observed_data, and says which members of an observed family the fit has drawn, unless the posterior says that this is meant.
void add_observed(result& fit, const class choice_map& observations, bool partly_observed);
template <class Posterior>
void add_observed(result& fit, const Posterior& post) {
  add_observed(fit, post.observations(), post.options().partly_observed);
}

}  // namespace starling
