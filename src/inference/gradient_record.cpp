#include "inference/gradient_record.hpp"
#include "inference/run_warnings.hpp"
#include "inference/stuck_chains.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <starling/execution/executor.hpp>
#include <starling/inference/chain_record.hpp>
#include <starling/inference/result_checks.hpp>
#include <starling/inference/target.hpp>

namespace starling {

gradient_record::gradient_record(const run_options& o, std::size_t dimension, const draw_view& view)
    : view_(view), dimension_(dimension), wanted_(o.draws), summaries_only_(o.summaries_only) {
  points_.resize((summaries_only_ ? view.lanes() : o.draws) * dimension);
  statistics_.resize(o.draws * statistics_count);
  if (!summaries_only_) return;
  spare_.resize(view.lanes() * view.layout().slots());
  moments_.resize(view.layout().slots() * 2);
}

void gradient_record::add(const trajectories::chain_state& state, const trajectories::transition_info& info) {
  const std::size_t place = summaries_only_ ? draws_ % view_.lanes() : draws_;
  std::copy_n(state.q, dimension_, points_.data() + place * dimension_);
  double* const to = statistics_.data() + draws_ * statistics_count;
  to[lp] = state.log_density;
  to[acceptance_rate] = info.acceptance_rate;
  to[step_size] = info.step_size;
  to[tree_depth] = info.tree_depth;
  to[n_steps] = info.n_steps;
  to[diverging] = info.diverging ? 1 : 0;
  to[energy] = info.energy;
  ++draws_;
  if (summaries_only_ && (place + 1 == view_.lanes() || draws_ == wanted_)) add_to_moments(draws_ - place - 1);
}

void gradient_record::add_to_moments(std::size_t first) {
  const double* from[target::most_lanes];
  double* to[target::most_lanes];
  const std::size_t slots = view_.layout().slots(), count = draws_ - first;
  for (std::size_t l = 0; l < view_.lanes(); ++l) {
    from[l] = points_.data() + std::min(l, count - 1) * dimension_;
    to[l] = spare_.data() + l * slots;
  }
  view_.write(from, to);
  for (std::size_t l = 0; l < count; ++l)
    for (std::size_t s = 0; s < slots; ++s) moments_[2 * s + (first + l >= wanted_ / 2 ? 1 : 0)].add(to[l][s]);
}

namespace {

// Those that have as many as `draws`, at least one.
std::vector<const gradient_record*> records_used(const std::vector<gradient_record>& records, std::size_t draws) {
  std::vector<const gradient_record*> used;
  for (const auto& r : records)
    if (draws > 0 && r.draws() >= draws) used.push_back(&r);
  return used;
}
std::vector<std::size_t> counts_of(const std::vector<gradient_record>& records) {
  std::vector<std::size_t> counts;
  for (const auto& r : records) counts.push_back(r.draws());
  return counts;
}

void write_statistics(const std::vector<const gradient_record*>& used, bool trees, draws& to) {
  using record = gradient_record;
  const std::pair<const char*, record::statistics> all[] = {
      {"lp", record::lp}, {"acceptance_rate", record::acceptance_rate}, {"step_size", record::step_size}, {"tree_depth", record::tree_depth}, {"n_steps", record::n_steps}, {"diverging", record::diverging}, {"energy", record::energy}};
  for (const auto& [name, which] : all) {
    if (which == record::tree_depth && !trees) continue;
    variable v;
    v.name = name;
    if (which == record::diverging) v.kind = variable::kinds::boolean;
    if (which == record::tree_depth || which == record::n_steps) v.kind = variable::kinds::whole;
    v.values.reserve(to.chains * to.draws);
    for (const auto* r : used)
      for (std::size_t d = 0; d < to.draws; ++d) v.values.push_back(r->statistic(d, which));
    to.variables.push_back(std::move(v));
  }
}

std::vector<summary_row> rows_of_moments(const std::vector<const gradient_record*>& used, const std::vector<std::string>& names) {
  std::vector<summary_row> rows;
  for (std::size_t s = 0; s < names.size(); ++s) {
    std::vector<running_moments> halves;
    for (const auto* u : used) halves.insert(halves.end(), {u->moments()[2 * s], u->moments()[2 * s + 1]});
    rows.push_back(summarise_moments(names[s], halves));
  }
  return rows;
}

// As moves_by_rounding_only: (largest − smallest)² ≤ 2 Σ (x − mean)².
bool are_of_rounding_only(const running_moments& m) {
  return std::sqrt(2.0 * m.variance() * static_cast<double>(m.count() - 1)) <= 1e-12 * std::abs(m.mean());
}
// The real numbers that stand still in some chains; none that is the same in all.
std::vector<still_element> still_by_moments(const std::vector<const gradient_record*>& used, const draw_layout& layout, const std::vector<std::string>& names) {
  const auto variables = layout.variables(0, 0);
  const auto targets = layout.targets();
  std::vector<still_element> still;
  for (std::size_t s = 0; s < names.size(); ++s) {
    if (variables[targets[s].variable].kind != variable::kinds::real) continue;
    still_element e{names[s], 0, {}};
    running_moments all;
    for (std::size_t c = 0; c < used.size(); ++c) {
      running_moments chain = used[c]->moments()[2 * s];
      chain.merge(used[c]->moments()[2 * s + 1]);
      all.merge(chain);
      if (!are_of_rounding_only(chain)) continue;
      if (e.chains.empty()) e.value = chain.mean();
      e.chains.push_back(c);
    }
    if (!e.chains.empty() && !(e.chains.size() == used.size() && are_of_rounding_only(all))) still.push_back(std::move(e));
  }
  return still;
}

template <class T>
std::vector<T> without(std::vector<T> all, const std::vector<std::size_t>& places) {
  for (auto p = places.rbegin(); p != places.rend(); ++p) all.erase(all.begin() + static_cast<std::ptrdiff_t>(*p));
  return all;
}

}  // namespace

void write_points(const std::vector<const double*>& points, const draw_view& view, std::size_t threads, draws& to) {
  const auto targets = view.layout().targets();
  std::vector<std::size_t> elements;
  for (const auto& v : to.variables) elements.push_back(v.elements());
  const std::size_t lanes = view.lanes(), slots = targets.size();
  const std::size_t stretch = lanes * 64, stretches = (points.size() + stretch - 1) / stretch;
  parallel_for(
      stretches,
      [&](std::size_t b) {
        std::vector<double> rows(lanes * slots);
        const double* from[target::most_lanes];
        double* row[target::most_lanes];
        for (std::size_t l = 0; l < lanes; ++l) row[l] = rows.data() + l * slots;
        for (std::size_t first = b * stretch, end = std::min(points.size(), first + stretch); first < end; first += lanes) {
          for (std::size_t l = 0; l < lanes; ++l) from[l] = points[std::min(first + l, end - 1)];
          view.write(from, row);
          for (std::size_t l = 0; l < lanes && first + l < end; ++l)
            for (std::size_t s = 0; s < slots; ++s) {
              const auto& t = targets[s];
              to.variables[t.variable].values[(first + l) * elements[t.variable] + t.element] = row[l][s];
            }
        }
      },
      threads);
}

namespace {
// Draws and statistics of these chains, of which each has as many.
void write_chains(const std::vector<const gradient_record*>& used, std::size_t draws, const draw_view& view, bool trees, std::size_t threads, starling::draws& to,
                  starling::draws& statistics) {
  to = {used.size(), draws, view.layout().variables(used.size(), draws)};
  statistics = {used.size(), draws, {}};
  std::vector<const double*> points;
  points.reserve(used.size() * draws);
  for (const auto* u : used)
    for (std::size_t d = 0; d < draws; ++d) points.push_back(u->point(d));
  write_points(points, view, threads, to);
  write_statistics(used, trees, statistics);
}
bool has_trees(const kernels::gradient_settings& s) { return s.transition == kernels::gradient_settings::transitions::tree; }
}  // namespace

void add_warmup(const std::vector<gradient_record>& records, const std::vector<gradient_record>& warmups, const draw_view& view,
                const kernels::gradient_settings& settings, const run_options& o, result& r) {
  std::vector<const gradient_record*> used;
  for (std::size_t c = 0; c < records.size(); ++c)
    if (r.posterior.draws > 0 && records[c].draws() >= r.posterior.draws) used.push_back(&warmups[c]);
  if (!used.empty() && o.warmup > 0) write_chains(used, o.warmup, view, has_trees(settings), o.threads, r.warmup_posterior, r.warmup_sample_stats);
}

result collect_gradient(const std::vector<gradient_record>& records, const draw_view& view, const kernels::gradient_settings& settings,
                        const run_options& o, bool interrupted) {
  result r;
  r.interrupted = interrupted;
  const std::size_t draws = o.summaries_only ? o.draws : draws_to_keep(counts_of(records));
  const auto used = records_used(records, draws);
  if (used.empty()) {
    r.warnings.push_back(o.summaries_only ? no_summaries : no_draws);
    return r;
  }
  r.warnings = gradient_warnings(used, settings);
  tell_dropped_chains(counts_of(records), draws, r);
  const bool trees = has_trees(settings);
  if (o.summaries_only) {
    const auto names = view.layout().slot_names();
    r.summaries = rows_of_moments(used, names);
    starling::draws statistics{used.size(), draws, {}};
    write_statistics(used, trees, statistics);
    auto stuck = find_stuck_chains(statistics, still_by_moments(used, view.layout(), names));
    if (stuck.chains.empty()) {
      check_convergence(r, o.threads);
      return r;
    }
    for (auto& sentence : stuck.sentences) r.warnings.push_back(std::move(sentence));
    result others;
    if (stuck.chains.size() + 1 < used.size()) others.summaries = rows_of_moments(without(used, stuck.chains), names);
    check_convergence_of_others(r, std::move(others), o.threads);
    return r;
  }
  write_chains(used, draws, view, trees, o.threads, r.posterior, r.sample_stats);
  check_convergence(r, o.threads);
  return r;
}

}  // namespace starling
