#pragma once
// How well a model predicts data it has not seen, estimated from one fit: leave-one-out cross-validation and WAIC, and the comparison of models.
//
//   auto fit = sl::run(sl::nuts(), post, {}, sl::key(1));
//   sl::log_likelihood(post, fit);
//   const auto here = sl::loo(fit);
//   std::cout << here.elpd << " +- " << here.se << '\n';

#include <starling/inference/result.hpp>

#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace starling {

/// The expected log pointwise predictive density of a fit: larger is better; differences between models of the same data are what it is for.
struct predictive_accuracy {
  std::string method;                ///< "loo" or "waic"
  double elpd = 0;                   ///< Σ_i log p(y_i | the other y)
  double se = 0;                     ///< its standard error over observations, √(n · variance of the terms)
  double effective_parameters = 0;   ///< Σ_i log p(y_i | all y) − elpd
  std::vector<double> pointwise;     ///< one term of elpd per observation
  std::vector<double> pareto_k;      ///< loo: per observation; above `good_k` its term cannot be trusted
  double good_k = 0;                 ///< loo: min(1 − 1/log10 S, 0.7) for S draws
  std::vector<std::string> names;    ///< of the observations: `y`, `y[0]`, …
  std::vector<std::string> warnings; ///< whole sentences for the user
};

/// Leave-one-out cross-validation by Pareto-smoothed importance sampling (Vehtari, Gelman, Gabry: Statistics and Computing 27, 2017), of the
/// observed variable of this name or, without a name, of all. Needs `log_likelihood(post, fit)` first. Equal to ArviZ's `loo`. Throws
/// std::invalid_argument where the fit has no log likelihood of this name, has weights, or a log likelihood is NaN or infinite.
predictive_accuracy loo(const result& fit, std::string_view observed = {});

/// The widely applicable information criterion (Watanabe, JMLR 11, 2010) on the scale of elpd: Σ_i log mean p(y_i | θ) − Σ_i variance of
/// log p(y_i | θ). Cheaper than `loo` and less robust: variances above 0.4 are warned of. Equal to ArviZ's `waic`. Throws as `loo` does.
predictive_accuracy waic(const result& fit, std::string_view observed = {});

/// A model to compare.
struct candidate {
  std::string name;
  predictive_accuracy accuracy;
};

/// One row of a comparison.
struct comparison {
  std::string name;
  double elpd = 0, se = 0, effective_parameters = 0;
  double difference = 0;             ///< of elpd from the best: 0 for the best, positive for others, as in ArviZ
  double difference_se = 0;          ///< its standard error, from the paired terms; a difference below twice this says little
  double weight = 0;                 ///< stacking weight; they sum to 1
};

/// The models, best first. Weights are those of stacking (Yao, Vehtari, Simpson, Gelman: Bayesian Analysis 13, 2018), which maximise
/// Σ_i log Σ_m w_m exp(pointwise_mi). Throws std::invalid_argument for fewer than one model, or terms of different observations or methods.
std::vector<comparison> compare(std::span<const candidate> models);
std::vector<comparison> compare(std::initializer_list<candidate> models);

}  // namespace starling
