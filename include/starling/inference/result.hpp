#pragma once

#include <starling/diagnostics/summary.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starling {

/// A named quantity with one value, of any shape, for each draw of each chain.
struct variable {
  enum class kinds { real,
                     whole,
                     boolean };

  std::string name;
  std::vector<std::size_t> shape;    ///< of one value; empty for a scalar
  std::vector<double> values;        ///< [chain][draw][element], row-major, elements too
  kinds kind = kinds::real;          ///< how it is written to files; numbers are held as doubles in any case
  bool optional = false;             ///< NaN means that a draw does not have the number: a branch not taken, a shorter list

  /// The number of scalars in one value: the product of `shape`, 1 for a scalar.
  std::size_t elements() const;

  /// The name of one scalar, indices from 0 as in ArviZ: `mu`, `theta[0]`, `X[1,0]`.
  std::string element_name(std::size_t element) const;

  /// One scalar over all chains and draws, [chain][draw].
  std::vector<double> element(std::size_t element) const;
};

/// Variables that share their chains and draws.
struct draws {
  std::size_t chains = 0;
  std::size_t draws = 0;             ///< in each chain
  std::vector<variable> variables;

  /// The variable of this name. Throws std::out_of_range that lists the names there are.
  const variable& operator[](std::string_view name) const;

  /// The variable of this name, or nullptr.
  const variable* find(std::string_view name) const;

  bool empty() const { return variables.empty(); }
};

/// Lists of names by name.
using named_lists = std::vector<std::pair<std::string, std::vector<std::string>>>;

/// What inference returns, by whatever method.
struct result {
  draws posterior;                   ///< latents and notes; empty where only summaries were asked for
  draws sample_stats;                ///< lp, acceptance_rate, …: one value per draw
  draws warmup_posterior, warmup_sample_stats;   ///< the same of the warm-up; empty unless asked for
  draws prior_predictive;            ///< empty unless asked for
  draws posterior_predictive;        ///< empty unless asked for
  draws log_likelihood;              ///< pointwise, one variable per observed name; empty unless asked for
  std::vector<variable> observed_data;   ///< what was conditioned on: one value each, no chains or draws
  std::vector<variable> constant_data;   ///< what else was given: covariates, sizes; programs fill it in from the data that they used

  named_lists dims;                  ///< names for the axes of variables, {{"theta", {"school"}}}; files have them
  named_lists coords;                ///< names for the places along an axis, {{"school", {"Choate", "Deerfield"}}}

  std::optional<double> log_evidence;    ///< log marginal likelihood, where the method estimates it
  std::vector<double> log_weights;   ///< importance sampling: one per draw [chain][draw], as they came; empty: equal weights
  std::optional<double> ess;         ///< of those weights, (sum w)^2 / sum w^2

  std::vector<summary_row> summaries;    ///< fits without draws: the summary itself. Otherwise empty
  std::vector<std::string> warnings;     ///< whole sentences for the user, R-hat and effective sample sizes included
  bool checked = false;                  ///< `warnings` say what there is to say of the draws (check_convergence, result_checks.hpp)
  std::vector<std::pair<std::string, std::string>> attributes;   ///< settings by name: seed, kernel, warmup, thin, version, …
  bool interrupted = false;          ///< stopped early; the draws up to there are complete and valid

  /// The attribute of this name, or nullptr.
  const std::string* attribute(std::string_view name) const;
};

/// One row per scalar of the posterior, in order; none for the numbers of an optional variable that no draw has. Weighted draws give weighted
/// summaries; a fit without draws gives its own `summaries`. Of optional variables a row is of the draws that have the number.
std::vector<summary_row> summarise(const result& fit);

/// One row per scalar of these draws, unweighted.
std::vector<summary_row> summarise(const draws& of);

}  // namespace starling
