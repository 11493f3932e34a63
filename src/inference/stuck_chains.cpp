#include "inference/stuck_chains.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include "diagnostics/number_text.hpp"
#include <starling/diagnostics/quantile.hpp>
#include <starling/diagnostics/stillness.hpp>

namespace starling {

namespace {

constexpr std::size_t enough_draws = 20;
constexpr const char* remedy =
    ". What they give is no posterior: leave them out, start elsewhere or more chains (.start = kernels::start_kind::pathfinder), temper (run_tempered), or "
    "reparametrise";

// "chain 2 of 4", "chains 0, 1 and 3 of 4": counted from 0.
std::string chains_named(const std::vector<std::size_t>& which, std::size_t all) {
  std::string names = which.size() == 1 ? "chain " : "chains ";
  for (std::size_t i = 0; i < which.size(); ++i) names += (i == 0 ? "" : i + 1 == which.size() ? " and "
                                                                                               : ", ") +
                                                          std::to_string(which[i]);
  return names + " of " + std::to_string(all);
}

std::span<const double> chain_of(const std::vector<double>& values, std::size_t chain, std::size_t draws) {
  return {values.data() + chain * draws, draws};
}

// The chains in which the element moves by rounding only; none where it is the same number in all, as a constant note is.
std::vector<std::size_t> chains_where_still(const std::vector<double>& values, std::size_t chains, std::size_t draws) {
  std::vector<std::size_t> still;
  for (std::size_t c = 0; c < chains; ++c)
    if (moves_by_rounding_only(chain_of(values, c, draws))) still.push_back(c);
  if (still.size() == chains && moves_by_rounding_only(values)) still.clear();
  return still;
}

}  // namespace

stuck_chains find_stuck_chains(const result& fit) {
  const std::size_t chains = fit.posterior.chains, draws = fit.posterior.draws;
  std::vector<still_element> still;
  for (const auto& v : fit.posterior.variables) {
    if (v.kind != variable::kinds::real) continue;
    for (std::size_t e = 0; e < v.elements(); ++e) {
      const auto values = v.element(e);
      auto where = chains_where_still(values, chains, draws);
      if (where.empty()) continue;
      const double value = values[where.front() * draws];
      still.push_back({v.element_name(e), value, std::move(where)});
    }
  }
  return find_stuck_chains(fit.sample_stats, std::move(still));
}

stuck_chains find_stuck_chains(const draws& statistics, std::vector<still_element> elements) {
  const variable* const lp = statistics.find("lp");
  const std::size_t chains = statistics.chains, draws = statistics.draws;
  stuck_chains found;
  auto& said = found.sentences;
  if (lp == nullptr || draws < enough_draws) return found;

  std::vector<bool> named(chains);
  std::vector<std::size_t> never_left;
  for (std::size_t c = 0; c < chains; ++c) {
    const auto of = chain_of(lp->values, c, draws);
    if (!std::equal(of.begin() + 1, of.end(), of.begin())) continue;
    never_left.push_back(c);
    named[c] = true;
  }
  if (!never_left.empty())
    said.push_back(chains_named(never_left, chains) + " never left the place where the warm-up ended (log density " +
                   number_text(lp->values[never_left.front() * draws]) + ")" + remedy);

  for (auto& e : elements) std::erase_if(e.chains, [&](std::size_t c) { return named[c]; });
  std::erase_if(elements, [](const still_element& e) { return e.chains.empty(); });
  if (!elements.empty()) {
    std::vector<bool> in(chains);
    std::vector<std::size_t> still;
    for (const auto& e : elements)
      for (const auto c : e.chains) in[c] = true;
    for (std::size_t c = 0; c < chains; ++c) {
      if (!in[c]) continue;
      still.push_back(c);
      named[c] = true;
    }
    said.push_back("in " + chains_named(still, chains) + " " + elements.front().name + " moves by rounding only (it stays at " + number_text(elements.front().value) + ")" +
                   (elements.size() > 1 ? ", and so do " + std::to_string(elements.size() - 1) + " more" : "") + remedy);
  }

  std::vector<double> lowest(chains), middle(chains), highest(chains);
  for (std::size_t c = 0; c < chains; ++c) {
    const auto of = chain_of(lp->values, c, draws);
    lowest[c] = quantile(of, 0.05);
    middle[c] = quantile(of, 0.5);
    highest[c] = quantile(of, 0.95);
  }
  const auto best = static_cast<std::size_t>(std::max_element(middle.begin(), middle.end()) - middle.begin());
  std::vector<std::size_t> below;
  for (std::size_t c = 0; c < chains; ++c) {
    const auto of = chain_of(lp->values, c, draws);
    std::vector<double> steps;
    for (std::size_t d = 1; d < draws; ++d) steps.push_back(std::abs(of[d] - of[d - 1]));
    const double distance = std::max(highest[best] - lowest[best], quantile(steps, 0.5));
    if (!named[c] && highest[c] < lowest[best] - 5 * distance) below.push_back(c);
  }
  for (const auto c : below) named[c] = true;
  for (std::size_t c = 0; c < chains; ++c)
    if (named[c]) found.chains.push_back(c);
  if (!below.empty())
    said.push_back(chains_named(below, chains) + (below.size() == 1 ? " sits far below the others: its" : " sit far below the others: their") + " log density is " +
                   number_text(middle[below.front()]) + ", that of chain " + std::to_string(best) + " is " + number_text(middle[best]) + remedy);
  return found;
}

draws without_chains(const draws& all, const std::vector<std::size_t>& chains) {
  draws kept = all;
  kept.chains -= chains.size();
  for (variable& v : kept.variables) {
    const auto of_a_chain = static_cast<std::ptrdiff_t>(all.draws * v.elements());
    for (auto c = chains.rbegin(); c != chains.rend(); ++c) {
      const auto first = v.values.begin() + static_cast<std::ptrdiff_t>(*c) * of_a_chain;
      v.values.erase(first, first + of_a_chain);
    }
  }
  return kept;
}

}  // namespace starling
