#include <starling/inference/result_checks.hpp>

#include <algorithm>
#include <cmath>
#include <unordered_set>
#include <utility>

#include "inference/stuck_chains.hpp"
#include <starling/diagnostics/convergence.hpp>
#include <starling/diagnostics/moments.hpp>
#include <starling/execution/executor.hpp>
#include <starling/inference/draw_layout.hpp>
#include <starling/traces/choice_map.hpp>

namespace starling {

namespace {

constexpr std::size_t most_looked_at = 1 << 16, many_chains = 16;

// The element of a variable in every k-th draw of each chain.
std::vector<double> thinned(const draws& all, const variable& v, std::size_t element, std::size_t k) {
  const std::size_t n = v.elements();
  std::vector<double> column;
  for (std::size_t c = 0; c < all.chains; ++c)
    for (std::size_t d = 0; d + k <= all.draws; d += k) column.push_back(v.values[(c * all.draws + d) * n + element]);
  return column;
}

summary_row row_of_moments(const draws& all, const variable& v, std::size_t element) {
  const std::size_t n = v.elements();
  std::vector<running_moments> halves(2 * all.chains);
  std::size_t present = 0;
  for (std::size_t c = 0; c < all.chains; ++c)
    for (std::size_t d = 0; d < all.draws; ++d) {
      const double x = v.values[(c * all.draws + d) * n + element];
      if (v.optional && std::isnan(x)) continue;
      halves[2 * c + (2 * d >= all.draws ? 1 : 0)].add(x);
      present += std::isnan(x) ? 0 : 1;
    }
  auto row = summarise_moments(v.element_name(element), halves);
  row.present = static_cast<double>(present) / static_cast<double>(all.chains * all.draws);
  return row;
}

summary_row row_of(const draws& all, const variable& v, std::size_t element) {
  const std::size_t total = all.chains * all.draws;
  if (total <= most_looked_at) return convergence_row(v.element_name(element), v.element(element), all.chains, v.optional);
  if (all.chains >= many_chains) return row_of_moments(all, v, element);
  return convergence_row(v.element_name(element), thinned(all, v, element, 2 * total / most_looked_at), all.chains, v.optional);
}

// Whether a driver has said already that a latent did not move.
bool is_told_not_to_move(const result& fit, const std::string& name) {
  return std::any_of(fit.warnings.begin(), fit.warnings.end(), [&](const std::string& w) { return w.starts_with(name + " did not move in"); });
}

// What is not said of: numbers that no draw has, and the zeros and ones of arrays of which other numbers move, as those of a triangular matrix.
// Nor of latents of which a driver has said already that they did not move. `rows` are in the order of the elements; some may be left out.
std::vector<summary_row> worth_a_word(const result& fit, const std::vector<summary_row>& rows) {
  std::vector<summary_row> kept;
  auto next = rows.begin();
  for (const variable& v : fit.posterior.variables) {
    const bool told = is_told_not_to_move(fit, v.name);
    const auto first = next;
    bool moves = false;
    for (std::size_t e = 0; e < v.elements() && next != rows.end(); ++e) {
      if (next->name != v.element_name(e)) continue;
      moves = moves || next->sd > 0.0;
      ++next;
    }
    for (auto r = first; r != next; ++r) {
      const bool structural = moves && ((r->sd == 0.0 && r->mean == 0.0) || (r->sd <= 1e-12 && std::abs(r->mean - 1.0) <= 1e-12));
      if (!structural && !(v.optional && r->present == 0.0) && !(told && (r->sd == 0.0 || r->still == 1.0))) kept.push_back(*r);
    }
  }
  return kept;
}

}  // namespace

std::vector<std::string> convergence_warnings(const result& fit, const std::vector<summary_row>& rows) {
  if (!fit.log_weights.empty() || fit.ess) return fit.ess ? weight_warnings(*fit.ess) : std::vector<std::string>();
  // Draws from the prior are independent: there is nothing to converge.
  if (const std::string* method = fit.attribute("method"); method && method->starts_with("simulat")) return {};
  if (fit.posterior.empty()) {
    auto kept = rows;
    std::erase_if(kept, [&](const summary_row& r) { return (r.sd == 0.0 || r.still == 1.0) && is_told_not_to_move(fit, r.name.substr(0, r.name.find('['))); });
    return convergence_warnings(kept);
  }
  return convergence_warnings(worth_a_word(fit, rows), fit.posterior.draws > 0 ? fit.posterior.chains : 0);
}

void add_observed(result& fit, const choice_map& observations, bool partly_observed) {
  fit.observed_data = observed_variables(observations);
  if (partly_observed) return;
  std::unordered_set<std::string> families, observed;
  for (const auto& e : observations.entries())
    if (e.value.type.size() == 0) families.insert(name_of_draws(e.where).name);
  for (const variable& v : fit.observed_data)
    for (std::size_t e = 0; e < v.elements() && !v.shape.empty(); ++e) {
      families.insert(v.name);
      if (!std::isnan(v.values[e])) observed.insert(v.element_name(e));
    }
  std::vector<std::string> left;
  const auto look_at = [&](const std::string& name) {
    if (const auto at = name.find('['); at != std::string::npos && families.contains(name.substr(0, at)) && !observed.contains(name)) left.push_back(name);
  };
  for (const summary_row& row : fit.summaries) look_at(row.name);
  for (const variable& v : fit.posterior.variables) {
    if (!families.contains(v.name)) continue;
    const std::size_t n = v.elements();
    for (std::size_t e = 0; e < n; ++e) {
      bool drawn = false;
      for (std::size_t i = e; i < v.values.size() && !drawn; i += n) drawn = !std::isnan(v.values[i]);
      if (drawn) look_at(v.element_name(e));
    }
  }
  if (left.empty()) return;
  constexpr std::size_t most = 8;
  std::string names;
  for (std::size_t i = 0; i < std::min(most, left.size()); ++i) names += (i == 0 ? "" : ", ") + left[i];
  if (left.size() > most) names += " and " + std::to_string(left.size() - most) + " more";
  fit.warnings.push_back(names + (left.size() == 1 ? " is" : " are") + " not observed and will be drawn, while " + left[0].substr(0, left[0].find('[')) +
                         " is among the observations. If that is meant, give the posterior the option .partly_observed = true");
}

void check_convergence(result& fit, std::size_t threads) {
  if (fit.checked) return;
  // Of chains that follow a gradient.
  if (fit.sample_stats.find("energy") != nullptr && fit.sample_stats.chains == fit.posterior.chains && fit.sample_stats.draws == fit.posterior.draws) {
    auto stuck = find_stuck_chains(fit);
    if (!stuck.chains.empty()) {
      result others;
      if (stuck.chains.size() + 1 < fit.posterior.chains) others.posterior = without_chains(fit.posterior, stuck.chains);
      for (auto& sentence : stuck.sentences) fit.warnings.push_back(std::move(sentence));
      return check_convergence_of_others(fit, std::move(others), threads);
    }
  }
  fit.checked = true;
  std::vector<summary_row> rows = fit.summaries;
  if (!fit.posterior.empty() && fit.log_weights.empty()) {
    std::vector<std::pair<const variable*, std::size_t>> scalars;
    for (const variable& v : fit.posterior.variables)
      for (std::size_t e = 0; e < v.elements(); ++e) scalars.emplace_back(&v, e);
    rows.resize(scalars.size());
    parallel_for(
        scalars.size(), [&](std::size_t i) { rows[i] = row_of(fit.posterior, *scalars[i].first, scalars[i].second); }, threads);
  }
  for (auto& sentence : convergence_warnings(fit, rows)) fit.warnings.push_back(std::move(sentence));
}

void check_convergence_of_others(result& fit, result others, std::size_t threads) {
  fit.checked = true;
  if (others.posterior.empty() && others.summaries.empty()) return;
  check_convergence(others, threads);
  for (const auto& sentence : others.warnings) fit.warnings.push_back("Without the chains that are named above: " + sentence);
}

}  // namespace starling
