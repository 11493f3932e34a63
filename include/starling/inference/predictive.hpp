// What a fit predicts, and how well it predicts what was observed: draw by draw, in lanes.
//
//   fit.prior_predictive = sl::prior_predictive(post, 1000, key);   observed choices drawn from the model
//   sl::posterior_predictive(post, fit, key);                       observed choices drawn anew given each draw of the latents
//   sl::log_likelihood(post, fit);                                  log density of each observed choice given each draw
// Variables have the names of the observations. Weighted draws keep their weights (resample first for equal ones).
#pragma once

#include <cstddef>
#include <vector>

#include <starling/inference/erased_posterior.hpp>
#include <starling/inference/pointwise.hpp>
#include <starling/inference/predictive_dynamic.hpp>
#include <starling/inference/result.hpp>
#include <starling/models/simulate.hpp>
#include <starling/values/counts.hpp>

namespace starling {

// The latents of a structure in the draws of a fit, found by name. Throws std::invalid_argument where the fit does not have one.
class latent_draws {
 public:
  // partial: what the fit does not have is NaN.
  latent_draws(const schema& structure, const std::vector<std::uint32_t>& latents, const draws& fit, bool partial = false);
  // Values for lanes: those of draws first, first + 1, … (all chains in a row).
  choice_map constraints(std::size_t first, std::size_t count) const;
  // The numbers of one draw, latent by latent.
  void read(std::size_t draw, double* to) const;

 private:
  struct place {
    path where;
    choice_type type;
    std::vector<const double*> numbers;   // of each element, in draw 0
    std::vector<std::size_t> strides;     // from one draw to the next
  };
  std::vector<place> places_;
};

// Draws of the observed sites, to be filled lane by lane; types: of what each has.
class observed_draws {
 public:
  observed_draws(const schema& structure, std::vector<std::uint32_t> observed, const std::vector<choice_type>& types, std::size_t chains, std::size_t draws);
  const std::vector<std::uint32_t>& sites() const { return sites_; }
  std::size_t size(std::size_t j) const { return sizes_[j]; }
  void set(std::size_t j, std::size_t element, std::size_t draw, double x);
  draws take() { return std::move(filled_); }

 private:
  std::vector<std::uint32_t> sites_;
  std::vector<std::size_t> sizes_, first_slots_;
  std::vector<std::size_t> variables_, elements_, widths_;  // of slots
  draws filled_;
};

// Posteriors whose observed choices are drawn, and scored, in lanes. The functions on them are compiled in the library (src/inference/lanes/predictive.hpp).
template <class V>
using drawn_posterior = erased_posterior<deciding_handler<V>>;
template <class V>
using scored_posterior = erased_posterior<deciding_handler<V>, pointwise_handler<V>>;
template <class V>
draws prior_predictive_in(const drawn_posterior<V>& post, std::size_t n, const key& k);
template <class V>
draws posterior_predictive_in(const drawn_posterior<V>& post, const result& fit, const key& k);
template <class V>
draws log_likelihood_in(const scored_posterior<V>& post, const result& fit);

// n draws of the observed choices from the model. Throws std::logic_error where a latent is improper.
template <class Posterior>
draws prior_predictive(const Posterior& post, std::size_t n, const key& k) {
  require_count("prior_predictive", "the number of draws", n, 1, largest_lanes);
  if constexpr (Posterior::model_type::is_dynamic) {
    return observed_of_traces(post, 1, n, false, [&](auto& t, std::size_t, const run_place& place) { simulate_into(t, k, place); });
  } else {
    return prior_predictive_in(drawn_posterior<native_pack<double>>(post), n, k);
  }
}

// Throws std::invalid_argument where there are none.
void require_draws(const result& fit);

// Fills fit.posterior_predictive, and returns it.
template <class Posterior>
const draws& posterior_predictive(const Posterior& post, result& fit, const key& k) {
  require_draws(fit);
  if constexpr (Posterior::model_type::is_dynamic) {
    fit.posterior_predictive = recall_draws(post, fit.posterior, false, k);
  } else {
    fit.posterior_predictive = posterior_predictive_in(drawn_posterior<native_pack<double>>(post), fit, k);
  }
  return fit.posterior_predictive;
}

// Fills fit.log_likelihood, and returns it: one number an observed choice; of a vector of independent elements (iid, normal of a vector, a glm, …) one
// an element, as leave-one-out cross-validation needs. NaN where a draw does not have the choice.
template <class Posterior>
const draws& log_likelihood(const Posterior& post, result& fit) {
  require_draws(fit);
  if constexpr (Posterior::model_type::is_dynamic) {
    fit.log_likelihood = recall_draws(post, fit.posterior, true, key(0));
  } else {
    fit.log_likelihood = log_likelihood_in(scored_posterior<native_pack<double>>(post), fit);
  }
  return fit.log_likelihood;
}

}  // namespace starling
