#include <starling/inference/run_dynamic.hpp>

#include <algorithm>
#include <limits>
#include <utility>

#include "inference/run_warnings.hpp"

namespace starling {

void ragged_record::begin_draw() { row_.assign(columns_.size(), std::numeric_limits<double>::quiet_NaN()); }

std::size_t ragged_record::column_of(const path& where, value_kind kind, bool is_note) {
  const auto [it, fresh] = by_path_.try_emplace(where.hash(), columns_.size());
  if (fresh) columns_.push_back({where, kind, is_note});
  return it->second;
}

void ragged_record::add(const path& where, const choice_type& type, const double* values, bool is_note) {
  for (std::size_t e = 0; e < type.size(); ++e) {
    path element = where;
    if (type.rank == 1) element = where / address(static_cast<std::int64_t>(e));
    if (type.rank == 2)
      element = where / address(static_cast<std::int64_t>(e / type.cols)) / address(static_cast<std::int64_t>(e % type.cols));
    const std::size_t c = column_of(element, type.kind, is_note);
    if (c >= row_.size()) row_.resize(c + 1, std::numeric_limits<double>::quiet_NaN());
    row_[c] = values[e];
  }
}

void ragged_record::add_choices(const trace_state& state, const std::vector<std::uint8_t>& latent) {
  const auto& sites = state.structure->sites();
  for (std::uint32_t k = 0; k < sites.size(); ++k)
    if (latent[k]) add(state.structure->path_of(k), sites[k].type, state.numbers.values.data() + sites[k].offset, false);
}

void ragged_record::end_draw(double score, double rate) {
  rows_.push_back(row_);
  scores_.push_back(score);
  rates_.push_back(rate);
}

void ragged_record::append(const ragged_record& other) {
  std::vector<std::size_t> to;
  for (const auto& c : other.columns_) to.push_back(column_of(c.where, c.kind, c.is_note));
  for (std::size_t d = 0; d < other.draws(); ++d) {
    begin_draw();
    for (std::size_t c = 0; c < other.rows_[d].size(); ++c) row_[to[c]] = other.rows_[d][c];
    end_draw(other.scores_[d], other.rates_[d]);
  }
  if (problems == 0) problem = other.problem;
  problems += other.problems;
}

double ragged_record::at(std::size_t draw, std::size_t column) const {
  return column < rows_[draw].size() ? rows_[draw][column] : std::numeric_limits<double>::quiet_NaN();
}

result collect_ragged(const std::vector<ragged_record>& chains, std::size_t draws, bool interrupted, bool summaries_only) {
  result r;
  r.interrupted = interrupted;
  std::vector<const ragged_record*> used;
  std::size_t problems = 0;
  std::string problem;
  std::vector<std::size_t> counts;
  for (const auto& c : chains) counts.push_back(c.draws());
  if (!summaries_only) draws = draws_to_keep(counts);
  for (const auto& c : chains) {
    if (draws > 0 && c.draws() >= draws) used.push_back(&c);
    if (problems == 0) problem = c.problem;
    problems += c.problems;
  }
  if (problems != 0)
    r.warnings.push_back("in " + std::to_string(problems) + " steps a proposal gave a distribution bad parameters and was rejected; the first: " + problem);
  for (const auto& at : chains.empty() ? std::vector<std::string>() : chains[0].selections_unmet) {
    bool everywhere = true;
    for (const auto& c : chains) everywhere = everywhere && std::find(c.selections_unmet.begin(), c.selections_unmet.end(), at) != c.selections_unmet.end();
    if (everywhere) r.warnings.push_back("the selection " + at + " of a kernel never held a latent during the whole run: nothing there was moved");
  }
  if (used.empty()) {
    r.warnings.push_back(summaries_only ? no_summaries : no_draws);
    return r;
  }
  if (interrupted) tell_dropped_chains(counts, draws, r);
  draw_layout layout;
  std::vector<std::size_t> latents;  // slots
  for (const auto* c : used)
    for (const auto& column : c->columns()) {
      if (layout.find(column.where) >= 0) continue;
      const std::size_t slot = layout.add(column.where, {column.kind, 0, 1, 1});
      if (!column.is_note) latents.push_back(slot);
    }
  r.posterior.chains = r.sample_stats.chains = used.size();
  r.posterior.draws = r.sample_stats.draws = draws;
  r.posterior.variables = layout.variables(used.size(), draws);
  const auto targets = layout.targets();
  variable lp{"lp", {}, {}}, rate{"acceptance_rate", {}, {}};
  for (std::size_t c = 0; c < used.size(); ++c) {
    const auto& columns = used[c]->columns();
    for (std::size_t j = 0; j < columns.size(); ++j) {
      const auto to = targets[static_cast<std::size_t>(layout.find(columns[j].where))];
      auto& v = r.posterior.variables[to.variable];
      const std::size_t n = v.elements();
      for (std::size_t d = 0; d < draws; ++d) v.values[(c * draws + d) * n + to.element] = used[c]->at(d, j);
    }
    for (std::size_t d = 0; d < draws; ++d) {
      lp.values.push_back(used[c]->score(d));
      rate.values.push_back(used[c]->rate(d));
    }
  }
  r.sample_stats.variables = {std::move(lp), std::move(rate)};
  std::vector<std::uint8_t> told(r.posterior.variables.size());
  for (const auto slot : latents)
    if (!std::exchange(told[targets[slot].variable], 1)) tell_still(r.posterior.variables[targets[slot].variable], r);
  if (summaries_only) {
    r.summaries = summarise(r);
    r.posterior = {};
    r.sample_stats = {};
  }
  return r;
}

}  // namespace starling
