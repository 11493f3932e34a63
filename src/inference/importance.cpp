#include <starling/inference/importance.hpp>

#include <starling/diagnostics/convergence.hpp>
#include <starling/models/runs/constraints.hpp>

#include "diagnostics/number_text.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

namespace starling {

void weighted_sums::merge(const weighted_sums& other) {
  if (!(other.weight > 0)) return;
  if (first.size() < other.first.size()) {
    first.resize(other.first.size());
    second.resize(other.second.size());
  }
  const double highest = std::max(top, other.top);
  const double mine = weight > 0 ? std::exp(top - highest) : 0, theirs = std::exp(other.top - highest);
  weight = weight * mine + other.weight * theirs;
  weight_squared = weight_squared * mine * mine + other.weight_squared * theirs * theirs;
  for (std::size_t s = 0; s < first.size(); ++s) {
    first[s] = first[s] * mine + other.first[s] * theirs;
    second[s] = second[s] * mine + other.second[s] * theirs;
  }
  top = highest;
}

void keep_drawn(const std::vector<std::size_t>& drawn, std::size_t part_lanes, result& r) {
  std::size_t kept = 0;
  for (const std::size_t d : drawn) kept += d;
  const auto gather = [&](std::vector<double>& values, std::size_t elements) {
    auto to = values.begin();
    for (std::size_t p = 0; p < drawn.size(); ++p) {
      const auto from = values.begin() + static_cast<std::ptrdiff_t>(p * part_lanes * elements);
      to = std::copy(from, from + static_cast<std::ptrdiff_t>(drawn[p] * elements), to);
    }
    values.resize(kept * elements);
  };
  for (auto& v : r.posterior.variables) gather(v.values, v.elements());
  gather(r.log_weights, 1);
  r.posterior.draws = kept;
}

void finish_importance(result& r, const choice_map& observations, const weighted_sums& total, std::size_t particles, std::size_t wanted, const std::vector<double>& origin,
                       const draw_layout& layout, bool summaries_only, const std::string& trouble) {
  if (r.interrupted) {
    r.warnings.push_back("stopped after " + std::to_string(particles) + " of " + std::to_string(wanted) + " particles: " +
                         (particles == 0 ? "there are no draws" : "evidence and summaries are of those"));
    if (particles == 0) return;
  }
  const auto endless = std::count(r.log_weights.begin(), r.log_weights.end(), std::numeric_limits<double>::infinity());
  if (endless > 0)
    throw std::runtime_error("importance: the weights of " + std::to_string(endless) + " of the " + std::to_string(particles) +
                             " particles are infinite: a factor, or the density of what was observed, is infinite there");
  if (!(total.weight > 0)) {
    std::string unseen = nan_among(observations);
    if (unseen.empty()) unseen = infinity_among(observations);
    throw std::runtime_error("importance: every one of the " + std::to_string(particles) + " particles has weight 0 (log weight -inf): " +
                             (unseen.empty() ? "the observations are impossible under the model, or too rare for its prior" + trouble : unseen));
  }
  r.log_evidence = total.top + std::log(total.weight) - std::log(static_cast<double>(particles));
  r.ess = total.weight * total.weight / total.weight_squared;
  r.checked = true;
  if (*r.ess < 400 && *r.ess >= 100) r.warnings.push_back(weight_warnings(*r.ess).front());
  if (*r.ess < 100) {
    r.warnings.push_back("the effective sample size is only " + number_text(*r.ess, "%.1f") + " of " + std::to_string(particles) +
                         " particles: do not trust these estimates; use more particles or MCMC");
  }
  if (!summaries_only) return;
  const auto names = layout.slot_names();
  for (std::size_t s = 0; s < origin.size(); ++s) {
    summary_row row;
    row.name = names[s];
    const double shift = total.first[s] / total.weight;
    const double variance = std::max(0.0, total.second[s] / total.weight - shift * shift);
    row.mean = origin[s] + shift;
    row.sd = std::sqrt(variance);
    row.mcse_mean = row.sd / std::sqrt(*r.ess);
    row.ess_bulk = *r.ess;
    r.summaries.push_back(row);
  }
}

result collect_particles(ragged_record record, std::vector<double> log_weights, const choice_map& observations, std::size_t wanted, bool summaries_only, const std::string& trouble) {
  const bool interrupted = record.draws() < wanted;
  const std::size_t problems = std::exchange(record.problems, 0), particles = record.draws();
  std::vector<ragged_record> one;
  one.push_back(std::move(record));
  result r = collect_ragged(one, particles, interrupted, false);
  if (problems != 0) r.warnings.push_back("some particles gave a distribution bad parameters and have weight 0; the first: " + one[0].problem);
  r.sample_stats = {};
  weighted_sums total;
  for (const double w : log_weights) total.merge({w, w > negative_infinity ? 1.0 : 0.0, 1.0, {}, {}});
  r.log_weights = std::move(log_weights);
  finish_importance(r, observations, total, particles, wanted, {}, {}, false, trouble);
  if (summaries_only && particles > 0) {
    r.summaries = summarise(r);
    r.posterior = {};
    r.log_weights.clear();
  }
  return r;
}

}  // namespace starling
