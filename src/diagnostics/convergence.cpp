#include <starling/diagnostics/convergence.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include "diagnostics/number_text.hpp"

namespace starling {

namespace {

std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t most = 8;
  std::string text;
  for (std::size_t i = 0; i < std::min(most, names.size()); ++i) text += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > most) text += " and " + std::to_string(names.size() - most) + " more";
  return text;
}

template <class Predicate>
std::vector<std::string> names_where(const std::vector<summary_row>& rows, Predicate predicate) {
  std::vector<std::string> names;
  for (const summary_row& row : rows)
    if (predicate(row)) names.push_back(row.name);
  return names;
}

// By rounding at most (moves_by_rounding_only): the sd of numbers is at most half their range.
bool stands(const summary_row& r) { return r.sd <= 0.5e-12 * std::abs(r.mean); }
bool stands_apart(const summary_row& r) { return r.still == 1.0 && !stands(r); }
bool moves(const summary_row& r) { return !stands(r) && !stands_apart(r); }
// A mean that is not finite though the draws are numbers.
bool is_infinite(const summary_row& r) { return std::isinf(r.mean) || (std::isnan(r.mean) && r.present == 1.0); }

}  // namespace

std::vector<std::string> convergence_warnings(const std::vector<summary_row>& rows, std::size_t chains) {
  std::vector<std::string> warnings;
  const auto nothing = names_where(rows, [](const summary_row& r) { return std::isnan(r.mean) && !is_infinite(r); });
  if (!nothing.empty()) warnings.push_back("The draws of " + listed(nothing) + " hold NaN: check the model where it computes them.");
  const auto endless = names_where(rows, is_infinite);
  if (!endless.empty()) warnings.push_back("The draws of " + listed(endless) + " hold infinite values, so there is no finite mean or sd: look at the quantiles, or at the model where it computes them.");
  const auto still = names_where(rows, stands);
  if (!still.empty()) {
    const bool rounds = std::any_of(rows.begin(), rows.end(), [](const summary_row& r) { return stands(r) && r.sd > 0.0; });
    warnings.push_back(listed(still) + " never moved" + (rounds ? ", but for rounding" : "") + ": unless it is a constant, the kernel accepts nothing; use smaller steps.");
  }
  const auto apart = names_where(rows, stands_apart);
  if (!apart.empty())
    warnings.push_back(listed(apart) + " never moved in any chain, and the chains stand at different values: the draws are nothing but where the chains started. Use smaller steps, or a kernel that moves it.");
  const auto disagreeing = names_where(rows, [](const summary_row& r) { return moves(r) && r.r_hat > 1.01; });
  if (!disagreeing.empty()) {
    double worst = 0.0;
    for (const summary_row& row : rows)
      if (moves(row) && row.r_hat > worst) worst = row.r_hat;
    warnings.push_back("R-hat is above 1.01 (up to " + number_text(worst, "%.3f") + ") for " + listed(disagreeing) +
                       ": the chains do not agree yet, so do not trust these numbers. "
                       "Run longer (num_warmup, num_samples), or use a kernel that moves better." +
                       (worst > 1.1 ? " Chains that stay in different modes do not find each other by running longer: temper them (run_tempered)." : ""));
  }
  const auto few = names_where(rows, [](const summary_row& r) { return moves(r) && (r.ess_bulk < 400.0 || r.ess_tail < 400.0); });
  if (!few.empty()) {
    double least = std::numeric_limits<double>::infinity();
    for (const summary_row& row : rows)
      for (const double ess : {row.ess_bulk, row.ess_tail})
        if (moves(row) && ess < least) least = ess;
    warnings.push_back("The effective sample size is below 400 (down to " + number_text(least, "%.0f") + ") for " + listed(few) +
                       ": means and quantiles are rough. Draw more, with more chains, or thin less.");
  }
  if (chains == 1) warnings.emplace_back("With one chain there is no R-hat: run several, for instance num_chains=4, to see whether they agree.");
  return warnings;
}

std::vector<std::string> weight_warnings(double ess) {
  if (ess >= 400.0) return {};
  return {"The effective sample size of the weights is " + number_text(ess, "%.1f") + ", below 400: means and quantiles are rough. Use more particles or a better proposal."};
}

}  // namespace starling
