#include <starling/models/trace.hpp>

#include <cstdio>
#include <stdexcept>

#include <starling/models/edit.hpp>
#include <starling/models/regenerate.hpp>
#include <starling/models/update.hpp>
#include <starling/traces/selection.hpp>

namespace starling {

std::string bad_parameter::sentence(const schema& where) const {
  char number[32];
  std::snprintf(number, sizeof number, "%.6g", value);
  return "at " + where.path_of(site).str() + ": " + std::string(distribution) + ": " + std::string(parameter) + " " +
         std::string(requirement) + ", got " + number + (lane ? " (lane " + std::to_string(lane) + ")" : "");
}

choice_value choice_at(const trace_state& state, std::uint32_t k) {
  const auto& s = state.structure->sites()[k];
  const double* from = state.numbers.values.data() + s.offset;
  return choice_value(s.type, std::vector<double>(from, from + s.type.size()));
}

choice_map choices_of(const trace_state& state, const std::vector<std::uint32_t>& sites) {
  choice_map c;
  for (const auto k : sites) c.set(state.structure->path_of(k), choice_at(state, k));
  return c;
}

choice_map choices_of(const trace_state& state) {
  std::vector<std::uint32_t> sites;
  for (std::uint32_t k = 0; k < state.structure->sites().size(); ++k)
    if (state.structure->sites()[k].is_choice()) sites.push_back(k);
  return choices_of(state, sites);
}

std::uint32_t site_at(const schema& s, const path& where) {
  const auto k = s.find(where.hash());
  if (k >= 0 && s.sites()[static_cast<std::size_t>(k)].is_choice()) return static_cast<std::uint32_t>(k);
  if (s.has_scope(where.hash())) throw std::out_of_range("trace: a subtree of choices stands at " + where.str() + ", not a value");
  throw std::out_of_range(describe_unmet({where}, s, "trace"));
}

double project_state(const trace_state& state, const selection& s) {
  double total = 0;
  for (std::uint32_t k = 0; k < state.structure->sites().size(); ++k)
    if (s.contains(state.structure->path_of(k))) total += state.numbers.densities[k];
  return total;
}

void append_removed(const schema& before, const schema& after, std::vector<std::uint32_t>& changed) {
  for (std::uint32_t k = 0; k < before.sites().size(); ++k) {
    const auto& s = before.sites()[k];
    if (s.is_choice() && after.find(s.full, s.type) < 0) changed.push_back(k);
  }
}

std::vector<std::uint32_t> redrawn(const std::vector<std::uint8_t>& selected, const schema& before, const schema& after) {
  std::vector<std::uint32_t> sites;
  for (std::uint32_t k = 0; k < selected.size(); ++k) {
    if (!selected[k]) continue;
    const auto& s = before.sites()[k];
    if (&before == &after || after.find(s.full, s.type) >= 0) sites.push_back(k);
  }
  return sites;
}

double factors_of(const trace_state& state) {
  double total = 0;
  const auto& sites = state.structure->sites();
  for (std::size_t k = 0; k < sites.size(); ++k)
    if (sites[k].is_factor()) total += state.numbers.densities[k];
  return total;
}

void require_visited(const choice_map& proposed, const schema& structure) {
  const auto left = unmet(proposed, structure);
  if (!left.empty()) throw std::invalid_argument(describe_unmet(left, structure, "edit: a proposal"));
}

choice_map visited_by(const schema& run, const choice_map& discarded) {
  choice_map kept;
  for (const auto& e : discarded.entries())
    if (run.find(e.where.hash()) >= 0) kept.set(e.where, e.value);
  return kept;
}

double removed_unvisited(const trace_state& before, const schema& after, const schema& backward) {
  std::vector<std::uint32_t> removed;
  if (before.structure.get() != &after) append_removed(*before.structure, after, removed);
  double total = 0;
  for (const auto k : removed)
    if (backward.find(before.structure->sites()[k].full) < 0) total += before.numbers.densities[k];
  return total;
}

}  // namespace starling
